"""The alerts on the exporter and its data as a table: what cannot be trusted."""

from exporter.catalog.model import CloudMonitoring
from exporter.catalog.walk import families_in
from exporter.settings.types import duration
from generators import boards
from generators.alert_table import THRESHOLDS
from generators.policy import HOUR, MINUTE
from generators.rules.rows import HealthAlert, health_text

EXPORTER_JOB = "ionmon"
STALE = 15 * MINUTE
SILENT = 5 * MINUTE
SLOWEST_POLL = 150  # seconds: two polls lie within the window of five minutes
_DATABASE = "gcp_project, region, database_id"
_LAG = "cloudsql_replica_lag_seconds"
_PRODUCT = '"product", "$1", "family", "([a-z]+)_.*"'
_OLDEST = f"min by (gcp_project, product) (label_replace(ionmon_data_age_seconds, {_PRODUCT}))"
_WATCHED = "|".join(
    sorted(
        {
            family.name
            for row in THRESHOLDS
            for family in families_in(row.signal.expression)
            if isinstance(family.source, CloudMonitoring)
        }
    )
)


ROWS = (
    HealthAlert(
        alert="ExporterDown",
        severity="high",
        expr=f'absent(up{{job="{EXPORTER_JOB}"}} == 1)',
        for_=5 * MINUTE,
        text=health_text(
            "Prometheus {cannot} scrape any exporter.",
            "No exporter answers, so no other alert can be trusted.",
            "Check the exporter's log, `ionmon doctor`, and the network between Prometheus and it.",
        ),
    ),
    HealthAlert(
        alert="OneExporterDown",
        severity="medium",
        expr=f'up{{job="{EXPORTER_JOB}"}} == 0\n'
        f'and on () (count(up{{job="{EXPORTER_JOB}"}} == 1) > 0)',
        for_=5 * MINUTE,
        by=("job", "instance"),
        text=health_text(
            "Prometheus {cannot} scrape one of the exporters.",
            "{{ $labels.instance }} does not answer. Nothing watches what it exports.",
            "Check that exporter's log, and the network between Prometheus and it.",
        ),
    ),
    HealthAlert(
        alert="DataStale",
        severity="high",
        expr=f"min by (gcp_project) (ionmon_data_age_seconds) > {STALE}",
        for_=5 * MINUTE,
        by=("gcp_project",),
        text=health_text(
            "Cloud Monitoring data {is} stale.",
            "The newest value of {{ $labels.gcp_project }} is {{ $value | humanizeDuration }} old. "
            "Alerts on this project cannot be trusted.",
            "Check the collector's errors, quota and permissions, and Google's status page.",
            boards.DATA_AGE,
            value="{{ $value | humanizeDuration }} old",
            joint="in",
            limit=duration(STALE),
        ),
        age=STALE,
    ),
    HealthAlert(
        alert="ProductStale",
        severity="high",
        expr=f"{_OLDEST} > {STALE}\nand on (gcp_project) "
        f"(min by (gcp_project) (ionmon_data_age_seconds) <= {STALE})",
        for_=5 * MINUTE,
        by=("gcp_project", "product"),
        text=health_text(
            "Cloud Monitoring data of one product {is} stale.",
            "The newest value of {{ $labels.product }} in {{ $labels.gcp_project }} is "
            "{{ $value | humanizeDuration }} old, while other products are fresh. Alerts on it "
            "cannot be trusted.",
            "Check whether the product runs at all, and its polls on the exporter's landing page.",
            boards.DATA_AGE,
            value="{{ $value | humanizeDuration }} old",
            joint="in",
            limit=duration(STALE),
        ),
        age=STALE,
    ),
    HealthAlert(
        alert="ReplicationStopped",
        severity="high",
        expr=f"max by ({_DATABASE}) (last_over_time({_LAG}[3m])) < 0\n"
        f"and max by ({_DATABASE}) (max_over_time({_LAG}[1d])) >= 0",
        for_=5 * MINUTE,
        by=("gcp_project", "region", "database_id"),
        text=health_text(
            "A database replica {is} not replicating.",
            "Replication of {{ $labels.database_id }} in {{ $labels.region }} "
            "({{ $labels.gcp_project }}) does not run. Its lag is unknown and grows.",
            "Check the replica's state and log, and whether it was promoted.",
            boards.SIGNAL_PANELS["replication_lag"],
        ),
    ),
    HealthAlert(
        alert="PollsStretched",
        severity="medium",
        expr=f'max by (gcp_project) (ionmon_poll_interval_seconds{{family=~"{_WATCHED}"}}) '
        f"> {SLOWEST_POLL}",
        for_=15 * MINUTE,
        by=("gcp_project",),
        text=health_text(
            "Cloud Monitoring {is} polled too rarely for the alerts.",
            "Metrics of {{ $labels.gcp_project }} that alerts need are polled only every "
            "{{ $value | humanizeDuration }}. Alerts over five minutes can miss a fault.",
            "Check google.budget_usd_per_month, and the intervals in google.families.",
            boards.COST,
            value="every {{ $value | humanizeDuration }}",
            joint="in",
            limit=duration(SLOWEST_POLL),
        ),
    ),
    HealthAlert(
        alert="CollectorFailing",
        severity="high",
        expr="min by (collector) (ionmon_collector_success) == 0",
        for_=10 * MINUTE,
        by=("collector",),
        text=health_text(
            "A collector {keeps} failing.",
            "At least one poll of the collector {{ $labels.collector }} has failed for 10m.",
            "Check the exporter's landing page: it shows which poll fails, and why.",
        ),
    ),
    HealthAlert(
        alert="ApplicationSilent",
        severity="medium",
        expr=f"max by (application) (ionmon_application_lag_seconds) > {SILENT}",
        for_=5 * MINUTE,
        by=("application",),
        text=health_text(
            "The application {sends} no metrics.",
            "No instance of {{ $labels.application }} has sent metrics to Redis for "
            "{{ $value | humanizeDuration }}.",
            "Check whether it runs, and whether it reaches its Redis.",
            value="{{ $value | humanizeDuration }} without any",
            joint="from",
            limit=duration(SILENT),
        ),
        age=SILENT,
        road="redis",
    ),
    HealthAlert(
        alert="ApplicationFieldsHigh",
        severity="medium",
        expr="max by (application) "
        "(ionmon_application_fields / ionmon_application_fields_limit) > 0.8",
        for_=15 * MINUTE,
        by=("application",),
        text=health_text(
            "The application nearly {has} too many series.",
            "{{ $labels.application }} has {{ $value | humanizePercentage }} of the fields that "
            "recorders may keep in Redis. Beyond it, new series are refused.",
            "Check which family is the largest: ionmon application show.",
            value="{{ $value | humanizePercentage }} of the fields",
            joint="of",
            limit="80%",
        ),
    ),
    HealthAlert(
        alert="BudgetNear",
        severity="medium",
        expr="ionmon_cost_projected_dollars > 0.9 * ionmon_cost_budget_dollars",
        for_=HOUR,
        by=("job", "instance"),
        text=health_text(
            "Reading Cloud Monitoring {costs} nearly its whole budget.",
            "At the present rate, a month costs {{ $value | humanize }} dollars, more than 90 % of "
            "the budget. The exporter will poll less often rather than exceed it.",
            "Check which families return the most series. Switch off those that nobody uses.",
            boards.COST,
            value="{{ $value | humanize }} dollars a month",
            limit="90% of the budget",
        ),
    ),
    HealthAlert(
        alert="CounterGap",
        severity="medium",
        expr="sum by (gcp_project, family) (increase(ionmon_data_gap_seconds_total[1h])) > 0\n"
        "or sum by (gcp_project, family) "
        "(ionmon_data_gap_seconds_total > 0 unless ionmon_data_gap_seconds_total offset 1h)",
        by=("gcp_project", "family"),
        text=health_text(
            "Counters {have} a gap.",
            "No poll could read {{ $value | humanizeDuration }} of {{ $labels.family }} in "
            "{{ $labels.gcp_project }}. Events in that time are not counted.",
            "Check whether the exporter was down for longer than google.lookback.",
            boards.DATA_AGE,
            value="{{ $value | humanizeDuration }}",
            joint="of",
        ),
    ),
    HealthAlert(
        alert="CountingRestarted",
        severity="medium",
        expr="max by (job, instance, gcp_project) "
        "(changes(ionmon_counting_start_timestamp_seconds[15m])) > 0",
        by=("job", "instance", "gcp_project"),
        text=health_text(
            "The exporter {has} lost its counts, or another one took its place.",
            "{{ $labels.instance }} counts {{ $labels.gcp_project }} from another start than "
            "before. Five minutes around the change are left out of all rates and ratios.",
            "Check whether the state file was lost, and whether two exporters share the address.",
            boards.DATA_AGE,
        ),
    ),
    HealthAlert(
        alert="DataReadTwice",
        severity="high",
        expr="count by (gcp_project) (\n"
        "  count by (gcp_project, family) (ionmon_data_age_seconds) > 1\n"
        ")",
        for_=5 * MINUTE,
        by=("gcp_project",),
        text=health_text(
            "More than one exporter {reads} the same project.",
            "{{ $value | humanize }} metrics of {{ $labels.gcp_project }} come from more than one "
            "exporter. Sums count them twice, and every call is paid twice.",
            "Check which targets of the job export the project, and stop all but one.",
            boards.DATA_AGE,
            value="{{ $value | humanize }} metrics",
            joint="of",
        ),
    ),
    HealthAlert(
        alert="RedisReadTwice",
        severity="medium",
        expr="count by (redis_id, redis_node) (redis_up) > 1",
        for_=5 * MINUTE,
        by=("redis_id", "redis_node"),
        text=health_text(
            "More than one exporter {reads} the same Redis server.",
            "{{ $labels.redis_node }} of {{ $labels.redis_id }} is exported "
            "{{ $value | humanize }} times. Sums count it so often.",
            "Check which targets of the job export the server, and stop all but one.",
            boards.EXPORTER,
            value="{{ $value | humanize }} times",
        ),
    ),
    HealthAlert(
        alert="SeriesDropped",
        severity="low",
        expr="sum by (family, reason) (increase(ionmon_series_dropped_total[15m])) > 0",
        for_=15 * MINUTE,
        by=("family", "reason"),
        text=health_text(
            "Some series or points {are} left out.",
            "The exporter left out series or points of {{ $labels.family }}. "
            "The reason: {{ $labels.reason }}.",
            "Check the exporter's log, which names one. For the reason limit, filter labels or "
            "raise series_limit.",
        ),
    ),
    HealthAlert(
        alert="SettingsRefused",
        severity="medium",
        expr="ionmon_config_last_reload_successful == 0",
        for_=5 * MINUTE,
        by=("job", "instance"),
        text=health_text(
            "The exporter {runs} on old settings.",
            "{{ $labels.instance }} refused its new settings and keeps the old ones.",
            "Check its log, which names the line and the fix.",
        ),
    ),
)
