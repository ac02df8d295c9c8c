"""The exporter's metrics about itself."""

from exporter.catalog import labels
from exporter.catalog.model import Family, Label, Own, Type, Unit

_REASON = Label("reason", "why")


def _family(name: str, kind: Type, unit: Unit, text: str, *own: Label) -> Family:
    return Family(
        name=name, type=kind, unit=unit, help=f"{text} [exporter]", labels=own, source=Own()
    )


def _gauge(name: str, unit: Unit, text: str, *own: Label) -> Family:
    return _family(name, Type.GAUGE, unit, text, *own)


def _counter(name: str, unit: Unit, text: str, *own: Label) -> Family:
    return _family(name, Type.COUNTER, unit, text, *own)


BUILD_INFO = _family(
    "ionmon_build_info",
    Type.INFO,
    Unit.NONE,
    "Version of the exporter and of Python.",
    Label("version", "version of the exporter"),
    Label("python", "version of Python"),
)
UP = _gauge("ionmon_up", Unit.NONE, "1 where a collector serves current values.", labels.COLLECTOR)
COLLECTOR_SUCCESS = _gauge(
    "ionmon_collector_success",
    Unit.NONE,
    "1 where the last run of each of a collector's polls succeeded.",
    labels.COLLECTOR,
)
COLLECTOR_DURATION = _gauge(
    "ionmon_collector_duration_seconds",
    Unit.SECONDS,
    "Longest of the last runs of a collector's polls.",
    labels.COLLECTOR,
)
COLLECTOR_LAST_SUCCESS = _gauge(
    "ionmon_collector_last_success_timestamp_seconds",
    Unit.SECONDS,
    "When a poll of the collector last succeeded, Unix time.",
    labels.COLLECTOR,
)
COLLECTOR_DATA_AGE = _gauge(
    "ionmon_collector_data_age_seconds",
    Unit.SECONDS,
    "Age of the newest value of the poll that is furthest behind.",
    labels.COLLECTOR,
)
SERIES = _gauge("ionmon_series", Unit.NONE, "Series that are exposed.", labels.COLLECTOR)
POLL_SUCCESS = _gauge(
    "ionmon_poll_success",
    Unit.NONE,
    "1 where the last run of the poll succeeded in full.",
    labels.COLLECTOR,
    labels.POLL,
)
POLL_FAILURES = _counter(
    "ionmon_poll_failures_total",
    Unit.NONE,
    "Runs of the poll that failed, wholly or in part.",
    labels.COLLECTOR,
    labels.POLL,
    _REASON,
)
POLLS = _counter("ionmon_polls_total", Unit.NONE, "Runs of polls.", labels.COLLECTOR)
DATA_AGE = _gauge(
    "ionmon_data_age_seconds",
    Unit.SECONDS,
    "Age of the newest point.",
    labels.PROJECT,
    labels.FAMILY,
)
DATA_SECONDS = _counter(
    "ionmon_data_seconds_total",
    Unit.SECONDS,
    "Source time that a family's counters cover; the divisor of rates.",
    labels.PROJECT,
    labels.FAMILY,
)
POINTS = _counter(
    "ionmon_points_counted_total", Unit.NONE, "Points counted.", labels.PROJECT, labels.FAMILY
)
POINTS_TOO_LATE = _counter(
    "ionmon_points_too_late_total",
    Unit.NONE,
    "Points that came after their time was settled; not counted.",
    labels.PROJECT,
    labels.FAMILY,
)
GAP = _counter(
    "ionmon_data_gap_seconds_total",
    Unit.SECONDS,
    "Source time that no poll could read; its events are not counted.",
    labels.PROJECT,
    labels.FAMILY,
)
RESETS = _counter(
    "ionmon_totals_restarted_total",
    Unit.NONE,
    "Counters that restarted at zero.",
    labels.FAMILY,
    _REASON,
)
SERIES_DROPPED = _counter(
    "ionmon_series_dropped_total",
    Unit.NONE,
    "Series that are not exposed.",
    labels.FAMILY,
    _REASON,
)
UNKNOWN_LABELS = _gauge(
    "ionmon_unknown_label",
    Unit.NONE,
    "1 for a source label that the catalog does not know; its series are summed.",
    labels.FAMILY,
    Label("label", "label as the source names it"),
)
API_REQUESTS = _counter(
    "ionmon_api_requests_total",
    Unit.NONE,
    "Calls to an API, retries included.",
    Label("api", "API that was called"),
    Label("code", "gRPC status code"),
)
API_FAILURES = _counter(
    "ionmon_api_request_failures_total",
    Unit.NONE,
    "Calls to an API that failed.",
    Label("api", "API that was called"),
)
API_SERIES = _counter(
    "ionmon_api_time_series_returned_total",
    Unit.NONE,
    "Time series returned, which is what is billed; an empty call counts as one.",
    labels.PROJECT,
    labels.FAMILY,
)
API_THROTTLED = _counter(
    "ionmon_api_throttled_total",
    Unit.NONE,
    "Calls delayed by the API's quota or by the exporter's own guard.",
    labels.PROJECT,
    Label("by", "what delayed them", ("quota", "guard")),
)
COST_PROJECTED = _gauge(
    "ionmon_cost_projected_dollars",
    Unit.DOLLARS,
    "Projected cost of 30 days at the current rate, less the free first million series.",
)
COST_BUDGET = _gauge(
    "ionmon_cost_budget_dollars", Unit.DOLLARS, "Configured budget for a month; absent without one."
)
POLL_INTERVAL = _gauge(
    "ionmon_poll_interval_seconds",
    Unit.SECONDS,
    "Current time between polls.",
    labels.PROJECT,
    labels.FAMILY,
)
POLL_STRETCH = _gauge(
    "ionmon_poll_interval_stretch_ratio",
    Unit.RATIO,
    "Time between polls divided by the configured time; above 1, the budget stretches it.",
    labels.PROJECT,
    labels.FAMILY,
)
CONFIG_RELOAD_SUCCESS = _gauge(
    "ionmon_config_last_reload_successful",
    Unit.NONE,
    "1 where the last load of settings succeeded.",
)
CONFIG_RELOAD_TIME = _gauge(
    "ionmon_config_last_reload_success_timestamp_seconds",
    Unit.SECONDS,
    "When settings were last loaded, Unix time.",
)
CONFIG_HASH = _family(
    "ionmon_config_hash_info",
    Type.INFO,
    Unit.NONE,
    "Hash of the settings in force.",
    Label("hash", "SHA-256, first 12 digits"),
)
WEB_EXPOSED = _gauge(
    "ionmon_web_unprotected",
    Unit.NONE,
    "1 where metrics can be read from other machines without authentication.",
)
SNAPSHOT_AGE = _gauge(
    "ionmon_snapshot_age_seconds", Unit.SECONDS, "Time since a poll last changed what is exposed."
)

APPLICATION_INSTANCES = _gauge(
    "ionmon_application_instances",
    Unit.NONE,
    "Instances of the application that flushed recently.",
    labels.APPLICATION,
)
APPLICATION_BYTES = _gauge(
    "ionmon_application_reply_bytes",
    Unit.BYTES,
    "Size of the application's data in Redis at the last read.",
    labels.APPLICATION,
)
APPLICATION_LAG = _gauge(
    "ionmon_application_lag_seconds",
    Unit.SECONDS,
    "Time since any instance of the application last flushed.",
    labels.APPLICATION,
)
APPLICATION_DROPPED = _counter(
    "ionmon_application_series_dropped_total",
    Unit.NONE,
    "Series that the application's instances left out because they were too many.",
    labels.APPLICATION,
)
APPLICATION_FIELDS = _gauge(
    "ionmon_application_fields",
    Unit.NONE,
    "Fields of the application's totals in Redis: one for a counter, several for a histogram.",
    labels.APPLICATION,
)
APPLICATION_FIELDS_LIMIT = _gauge(
    "ionmon_application_fields_limit",
    Unit.NONE,
    "Fields of totals at which recorders refuse new series.",
    labels.APPLICATION,
)

PROCESS: tuple[Family, ...] = (
    _gauge("process_virtual_memory_bytes", Unit.BYTES, "Virtual memory."),
    _gauge("process_resident_memory_bytes", Unit.BYTES, "Resident memory."),
    _gauge("process_start_time_seconds", Unit.SECONDS, "When the process started, Unix time."),
    _counter("process_cpu_seconds_total", Unit.SECONDS, "CPU time, user and system."),
    _gauge("process_open_fds", Unit.NONE, "Open file descriptors."),
    _gauge("process_max_fds", Unit.NONE, "File descriptors that may be open."),
)

FAMILIES: tuple[Family, ...] = (
    BUILD_INFO,
    UP,
    COLLECTOR_SUCCESS,
    COLLECTOR_DURATION,
    COLLECTOR_LAST_SUCCESS,
    COLLECTOR_DATA_AGE,
    SERIES,
    POLL_SUCCESS,
    POLL_FAILURES,
    POLLS,
    DATA_AGE,
    DATA_SECONDS,
    POINTS,
    POINTS_TOO_LATE,
    GAP,
    RESETS,
    SERIES_DROPPED,
    UNKNOWN_LABELS,
    API_REQUESTS,
    API_FAILURES,
    API_SERIES,
    API_THROTTLED,
    COST_PROJECTED,
    COST_BUDGET,
    POLL_INTERVAL,
    POLL_STRETCH,
    CONFIG_RELOAD_SUCCESS,
    CONFIG_RELOAD_TIME,
    CONFIG_HASH,
    WEB_EXPOSED,
    SNAPSHOT_AGE,
    APPLICATION_INSTANCES,
    APPLICATION_BYTES,
    APPLICATION_LAG,
    APPLICATION_DROPPED,
    APPLICATION_FIELDS,
    APPLICATION_FIELDS_LIMIT,
    *PROCESS,
)
