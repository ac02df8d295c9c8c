"""The families that an application has for its dashboards and alerts, each stated once.

The recorder makes metrics of them, the exporter's catalog makes families. Only the standard library
is imported, so that reading this table needs neither prometheus_client nor redis.
"""

from dataclasses import dataclass
from enum import StrEnum

from .layout import WINDOWS

CODE_CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
POOL_STATES = ("active", "idle")
USER_WINDOWS = tuple(name for name, _, _ in WINDOWS)
_SECONDS = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15, 0.2),
    *(0.3, 0.5, 0.75, 1.0, 2.0, 5.0, 10.0, 30.0),
)
_CONFIDENCE = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)


class ApplicationType(StrEnum):
    """The Prometheus types that these families have."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationFamily:
    """One family, by its exported name.

    `labels` come after the label region, which every recorder adds; `bounds` are a histogram's
    finite ones, in the base unit that ends its name.
    """

    name: str
    type: ApplicationType
    help: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()


REQUESTS = ApplicationFamily(
    name="app_requests_total",
    type=ApplicationType.COUNTER,
    help="Requests by route template.",
    labels=("endpoint", "method", "response_code_class"),
)
REQUEST_DURATION = ApplicationFamily(
    name="app_request_duration_seconds",
    type=ApplicationType.HISTOGRAM,
    help="Time of requests by route template.",
    labels=("endpoint",),
    bounds=_SECONDS,
)
L1_HITS = ApplicationFamily(
    name="app_cache_l1_hits_total",
    type=ApplicationType.COUNTER,
    help="Reads that the local cache answered.",
)
L1_MISSES = ApplicationFamily(
    name="app_cache_l1_misses_total",
    type=ApplicationType.COUNTER,
    help="Reads that the local cache did not.",
)
L1_EVICTIONS = ApplicationFamily(
    name="app_cache_l1_evictions_total",
    type=ApplicationType.COUNTER,
    help="Entries that the local cache evicted.",
)
QUERY_DURATION = ApplicationFamily(
    name="app_query_duration_seconds",
    type=ApplicationType.HISTOGRAM,
    help="Time of database queries, as the application sees it.",
    bounds=_SECONDS,
)
POOL_CONNECTIONS = ApplicationFamily(
    name="app_pool_connections",
    type=ApplicationType.GAUGE,
    help="Connections of the database pool.",
    labels=("state",),
)
POOL_LIMIT = ApplicationFamily(
    name="app_pool_limit",
    type=ApplicationType.GAUGE,
    help="Connections that the database pool may have.",
)
ROUTING_CONFIDENCE = ApplicationFamily(
    name="app_routing_confidence_ratio",
    type=ApplicationType.HISTOGRAM,
    help="Confidence of routing decisions, 0 to 1.",
    bounds=_CONFIDENCE,
)
PERSONA_REQUESTS = ApplicationFamily(
    name="app_persona_requests_total",
    type=ApplicationType.COUNTER,
    help="Requests by the persona that answered.",
    labels=("persona",),
)
ACTIVE_USERS = ApplicationFamily(  # made by the exporter of what the recorder keeps in Redis
    name="app_active_users",
    type=ApplicationType.GAUGE,
    help="Users seen in a window, estimated without storing who they are.",
    labels=("window",),
)
FEATURE_USES = ApplicationFamily(
    name="app_feature_uses_total",
    type=ApplicationType.COUNTER,
    help="Uses of features.",
    labels=("feature",),
)

FAMILIES = (
    REQUESTS,
    REQUEST_DURATION,
    L1_HITS,
    L1_MISSES,
    L1_EVICTIONS,
    QUERY_DURATION,
    POOL_CONNECTIONS,
    POOL_LIMIT,
    ROUTING_CONFIDENCE,
    PERSONA_REQUESTS,
    ACTIVE_USERS,
    FEATURE_USES,
)
