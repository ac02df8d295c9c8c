"""The exporter's metrics about an application that records through Redis."""

from exporter.catalog import labels
from exporter.catalog.model import Family, Unit
from exporter.catalog.own_family import own_counter, own_gauge

INSTANCES = own_gauge(
    "ionmon_application_instances",
    Unit.NONE,
    "Instances of the application that flushed recently.",
    labels.APPLICATION,
)
BYTES = own_gauge(
    "ionmon_application_reply_bytes",
    Unit.BYTES,
    "Size of the application's data in Redis at the last read.",
    labels.APPLICATION,
)
LAG = own_gauge(
    "ionmon_application_lag_seconds",
    Unit.SECONDS,
    "Time since any instance of the application last flushed.",
    labels.APPLICATION,
)
DROPPED = own_counter(
    "ionmon_application_series_dropped_total",
    Unit.NONE,
    "Series that the application's instances left out because they were too many.",
    labels.APPLICATION,
)
FIELDS = own_gauge(
    "ionmon_application_fields",
    Unit.NONE,
    "Fields of the application's totals in Redis: one for a counter, several for a histogram.",
    labels.APPLICATION,
)
FIELDS_LIMIT = own_gauge(
    "ionmon_application_fields_limit",
    Unit.NONE,
    "Fields of totals at which recorders refuse new series.",
    labels.APPLICATION,
)

FAMILIES: tuple[Family, ...] = (
    INSTANCES,
    BYTES,
    LAG,
    DROPPED,
    FIELDS,
    FIELDS_LIMIT,
)
