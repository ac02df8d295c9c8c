"""The exporter's metrics about itself."""

from exporter.catalog import labels, own_application
from exporter.catalog.model import Family, Label, Type, Unit
from exporter.catalog.own_family import own_counter, own_family, own_gauge

_REASON = Label("reason", "why")

BUILD_INFO = own_family(
    "ionmon_build_info",
    Type.INFO,
    Unit.NONE,
    "Version of the exporter and of Python.",
    Label("version", "version of the exporter"),
    Label("python", "version of Python"),
)
UP = own_gauge(
    "ionmon_up", Unit.NONE, "1 where a collector serves current values.", labels.COLLECTOR
)
COLLECTOR_SUCCESS = own_gauge(
    "ionmon_collector_success",
    Unit.NONE,
    "1 where the last run of each of a collector's polls succeeded.",
    labels.COLLECTOR,
)
COLLECTOR_DURATION = own_gauge(
    "ionmon_collector_duration_seconds",
    Unit.SECONDS,
    "Longest of the last runs of a collector's polls.",
    labels.COLLECTOR,
)
COLLECTOR_LAST_SUCCESS = own_gauge(
    "ionmon_collector_last_success_timestamp_seconds",
    Unit.SECONDS,
    "When a poll of the collector last succeeded, Unix time.",
    labels.COLLECTOR,
)
COLLECTOR_DATA_AGE = own_gauge(
    "ionmon_collector_data_age_seconds",
    Unit.SECONDS,
    "Age of the newest value of the poll that is furthest behind.",
    labels.COLLECTOR,
)
SERIES = own_gauge("ionmon_series", Unit.NONE, "Series that are exposed.", labels.COLLECTOR)
POLL_SUCCESS = own_gauge(
    "ionmon_poll_success",
    Unit.NONE,
    "1 where the last run of the poll succeeded in full.",
    labels.COLLECTOR,
    labels.POLL,
)
POLL_FAILURES = own_counter(
    "ionmon_poll_failures_total",
    Unit.NONE,
    "Runs of the poll that failed, wholly or in part.",
    labels.COLLECTOR,
    labels.POLL,
    _REASON,
)
POLLS = own_counter("ionmon_polls_total", Unit.NONE, "Runs of polls.", labels.COLLECTOR)
DATA_AGE = own_gauge(
    "ionmon_data_age_seconds",
    Unit.SECONDS,
    "Age of the newest point.",
    labels.PROJECT,
    labels.FAMILY,
)
DATA_SECONDS = own_counter(
    "ionmon_data_seconds_total",
    Unit.SECONDS,
    "Source time that a family's counters cover; the divisor of rates.",
    labels.PROJECT,
    labels.FAMILY,
)
COUNTING_START = own_gauge(
    "ionmon_counting_start_timestamp_seconds",
    Unit.SECONDS,
    "When counting of a family began, Unix time; another value means another history of counts.",
    labels.PROJECT,
    labels.FAMILY,
)
POINTS = own_counter(
    "ionmon_points_counted_total", Unit.NONE, "Points counted.", labels.PROJECT, labels.FAMILY
)
POINTS_LATE = own_counter(
    "ionmon_points_late_total",
    Unit.NONE,
    "Points that came later than google.late_margin; counted, up to google.lookback late.",
    labels.PROJECT,
    labels.FAMILY,
)
POINTS_TOO_LATE = own_counter(
    "ionmon_points_too_late_total",
    Unit.NONE,
    "Points that came later than google.lookback; not counted.",
    labels.PROJECT,
    labels.FAMILY,
)
DATA_DELAY = own_gauge(
    "ionmon_data_delay_seconds",
    Unit.SECONDS,
    "Time from the end of the newest point until it could be read, at least.",
    labels.PROJECT,
    labels.FAMILY,
)
CLOCK_OFFSET = own_gauge(
    "ionmon_clock_offset_seconds",
    Unit.SECONDS,
    "This machine's clock less that of Google's last answer; absent before one with a date.",
)
GAP = own_counter(
    "ionmon_data_gap_seconds_total",
    Unit.SECONDS,
    "Source time that no poll could read; its events are not counted.",
    labels.PROJECT,
    labels.FAMILY,
)
SERIES_DROPPED = own_counter(
    "ionmon_series_dropped_total",
    Unit.NONE,
    "Series and points that were left out.",
    labels.FAMILY,
    _REASON,
)
LABELS_CLEANED = own_gauge(
    "ionmon_label_values_cleaned",
    Unit.NONE,
    "Series of the last read whose label values were cleaned or cut; these end in a hash.",
    labels.PROJECT,
    labels.FAMILY,
)
EXPOSITION_FAILURES = own_counter(
    "ionmon_exposition_failures_total",
    Unit.NONE,
    "Times that samples of a family could not be encoded and were left out.",
    labels.FAMILY,
    _REASON,
)
SERIES_REPEATED = own_counter(
    "ionmon_series_repeated_total",
    Unit.NONE,
    "Series that came twice on one page; their points count once.",
    labels.FAMILY,
)
SERIES_STALE = own_counter(
    "ionmon_series_stale_total",
    Unit.NONE,
    "Series of gauges that were left out, since their newest point is over two periods behind.",
    labels.FAMILY,
)
UNKNOWN_LABELS = own_gauge(
    "ionmon_unknown_label",
    Unit.NONE,
    "1 for a source label that the catalog does not know; its series are summed.",
    labels.FAMILY,
    Label("label", "label as the source names it"),
)
API_REQUESTS = own_counter(
    "ionmon_api_requests_total",
    Unit.NONE,
    "Calls to an API, retries included.",
    Label("api", "API that was called"),
    Label("code", "gRPC status code"),
)
API_FAILURES = own_counter(
    "ionmon_api_request_failures_total",
    Unit.NONE,
    "Calls to an API that failed.",
    Label("api", "API that was called"),
)
API_SERIES = own_counter(
    "ionmon_api_time_series_returned_total",
    Unit.NONE,
    "Time series returned, which is what is billed; an empty call counts as one.",
    labels.PROJECT,
    labels.FAMILY,
)
API_THROTTLED = own_counter(
    "ionmon_api_throttled_total",
    Unit.NONE,
    "Calls delayed by the API's quota or by the exporter's own guard.",
    labels.PROJECT,
    Label("by", "what delayed them", ("quota", "guard")),
)
COST_PROJECTED = own_gauge(
    "ionmon_cost_projected_dollars",
    Unit.DOLLARS,
    "Projected cost of 30 days at the current rate, less the free first million series.",
)
COST_BUDGET = own_gauge(
    "ionmon_cost_budget_dollars", Unit.DOLLARS, "Configured budget for a month; absent without one."
)
POLL_INTERVAL = own_gauge(
    "ionmon_poll_interval_seconds",
    Unit.SECONDS,
    "Current time between polls.",
    labels.PROJECT,
    labels.FAMILY,
)
POLL_STRETCH = own_gauge(
    "ionmon_poll_interval_stretch_ratio",
    Unit.RATIO,
    "Time between polls divided by the configured time; above 1, the budget stretches it.",
    labels.PROJECT,
    labels.FAMILY,
)
CONFIG_RELOAD_SUCCESS = own_gauge(
    "ionmon_config_last_reload_successful",
    Unit.NONE,
    "1 where the last load of settings succeeded.",
)
CONFIG_RELOAD_TIME = own_gauge(
    "ionmon_config_last_reload_success_timestamp_seconds",
    Unit.SECONDS,
    "When settings were last loaded, Unix time.",
)
CONFIG_HASH = own_family(
    "ionmon_config_hash_info",
    Type.INFO,
    Unit.NONE,
    "Hash of the settings in force.",
    Label("hash", "SHA-256, first 12 digits"),
)
PROMETHEUS_FLAG = own_gauge(
    "ionmon_prometheus_flag_correct",
    Unit.NONE,
    "1 where a flag of a configured Prometheus is as alerts need it; absent without an answer.",
    Label("address", "HOST:PORT of the server"),
    Label("flag", "name of the flag"),
    Label("expected", "the value that it needs"),
)
WEB_EXPOSED = own_gauge(
    "ionmon_web_unprotected",
    Unit.NONE,
    "1 where metrics can be read from other machines without authentication.",
)
SNAPSHOT_AGE = own_gauge(
    "ionmon_snapshot_age_seconds", Unit.SECONDS, "Time since a poll last changed what is exposed."
)

PROCESS: tuple[Family, ...] = (
    own_gauge("process_virtual_memory_bytes", Unit.BYTES, "Virtual memory."),
    own_gauge("process_resident_memory_bytes", Unit.BYTES, "Resident memory."),
    own_gauge("process_start_time_seconds", Unit.SECONDS, "When the process started, Unix time."),
    own_counter("process_cpu_seconds_total", Unit.SECONDS, "CPU time, user and system."),
    own_gauge("process_open_fds", Unit.NONE, "Open file descriptors."),
    own_gauge("process_max_fds", Unit.NONE, "File descriptors that may be open."),
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
    COUNTING_START,
    POINTS,
    POINTS_LATE,
    POINTS_TOO_LATE,
    DATA_DELAY,
    CLOCK_OFFSET,
    GAP,
    SERIES_DROPPED,
    LABELS_CLEANED,
    EXPOSITION_FAILURES,
    SERIES_REPEATED,
    SERIES_STALE,
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
    PROMETHEUS_FLAG,
    WEB_EXPOSED,
    SNAPSHOT_AGE,
    *own_application.FAMILIES,
    *PROCESS,
)
