"""Metrics from inside the application, under the names that the recorder gives them."""

from exporter.catalog import labels
from exporter.catalog.model import Application, Family, Label, Type, Unit

_REGION = labels.REGION
_PERSONA = Label("persona", "persona that the request was routed to")


def _family(name: str, kind: Type, unit: Unit, text: str, *own: Label) -> Family:
    source = Application(name.removeprefix("app_"))
    return Family(name, kind, unit, f"{text} [application]", (_REGION, *own), source)


REQUESTS = _family(
    "app_requests_total",
    Type.COUNTER,
    Unit.NONE,
    "Requests by route template.",
    labels.ENDPOINT,
    labels.METHOD,
    labels.CODE_CLASS,
)
REQUEST_DURATION = _family(
    "app_request_duration_seconds",
    Type.HISTOGRAM,
    Unit.SECONDS,
    "Time of requests by route template.",
    labels.ENDPOINT,
)
L1_HITS = _family(
    "app_cache_l1_hits_total", Type.COUNTER, Unit.NONE, "Reads that the local cache answered."
)
L1_MISSES = _family(
    "app_cache_l1_misses_total", Type.COUNTER, Unit.NONE, "Reads that the local cache did not."
)
ROUTING_CONFIDENCE = _family(
    "app_routing_confidence_ratio",
    Type.HISTOGRAM,
    Unit.RATIO,
    "Confidence of routing decisions, 0 to 1.",
)
PERSONA_REQUESTS = _family(
    "app_persona_requests_total",
    Type.COUNTER,
    Unit.NONE,
    "Requests by the persona that answered.",
    _PERSONA,
)
ACTIVE_USERS = _family(
    "app_active_users",
    Type.GAUGE,
    Unit.NONE,
    "Users seen in a window, estimated without storing who they are.",
    Label("window", "how far back", ("5m", "1h", "1d")),
)
FEATURE_USES = _family(
    "app_feature_uses_total",
    Type.COUNTER,
    Unit.NONE,
    "Uses of features.",
    Label("feature", "feature's name in the application"),
)
POOL_CONNECTIONS = _family(
    "app_pool_connections",
    Type.GAUGE,
    Unit.NONE,
    "Connections of the database pool.",
    Label("state", "whether a connection is in use", ("active", "idle")),
)
POOL_LIMIT = _family(
    "app_pool_limit", Type.GAUGE, Unit.NONE, "Connections that the database pool may have."
)

FAMILIES: tuple[Family, ...] = (
    REQUESTS,
    REQUEST_DURATION,
    L1_HITS,
    L1_MISSES,
    _family(
        "app_cache_l1_evictions_total",
        Type.COUNTER,
        Unit.NONE,
        "Entries that the local cache evicted.",
    ),
    _family(
        "app_query_duration_seconds",
        Type.HISTOGRAM,
        Unit.SECONDS,
        "Time of database queries, as the application sees it.",
    ),
    POOL_CONNECTIONS,
    POOL_LIMIT,
    ROUTING_CONFIDENCE,
    PERSONA_REQUESTS,
    ACTIVE_USERS,
    FEATURE_USES,
)
