"""The alerts on the monitoring itself as a table: what cannot be trusted, what nobody notices."""

from dataclasses import dataclass

from exporter.catalog.model import CloudMonitoring
from exporter.catalog.walk import families_in
from generators import boards
from generators.boards import Panel
from generators.policy import HOUR, MINUTE, THRESHOLDS
from generators.rules.wording import Says

EXPORTER_JOB, BRIDGE_JOB = "ionmon", "ionmon-bridge"
STALE = 15 * MINUTE
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


@dataclass(frozen=True, slots=True)
class Row:
    """An alert on the monitoring itself."""

    alert: str
    severity: str
    expr: str
    hold: float
    by: tuple[str, ...]
    says: Says


def _says(summary: str, description: str, look: str, panel: Panel = boards.EXPORTER) -> Says:
    return Says(summary, description, look, panel)


ROWS = (
    Row(
        "ExporterDown",
        "high",
        f'absent(up{{job="{EXPORTER_JOB}"}} == 1)',
        5 * MINUTE,
        (),
        _says(
            "No exporter can be scraped.",
            "Prometheus cannot read any exporter; no other alert can be trusted until it can.",
            "Look at the exporter's log, at `ionmon doctor`, and at the network between the two.",
        ),
    ),
    Row(
        "OneExporterDown",
        "medium",
        f'up{{job="{EXPORTER_JOB}"}} == 0\nand on () (count(up{{job="{EXPORTER_JOB}"}} == 1) > 0)',
        5 * MINUTE,
        ("job", "instance"),
        _says(
            "One of several exporters cannot be scraped.",
            "Prometheus cannot read {{ $labels.instance }}; what it exports is not watched.",
            "Look at that exporter's log, and at the network between the two.",
        ),
    ),
    Row(
        "DataStale",
        "high",
        f"min by (gcp_project) (ionmon_data_age_seconds) > {STALE}",
        5 * MINUTE,
        ("gcp_project",),
        _says(
            "Cloud Monitoring gives nothing new.",
            "The newest value of {{ $labels.gcp_project }} is {{ $value | humanizeDuration }} old, "
            "of all that is read; alerts on it cannot be trusted.",
            "Look at the collector's errors, at quota and permissions, and at Google's status.",
            boards.DATA_AGE,
        ),
    ),
    Row(
        "ProductStale",
        "high",
        f"{_OLDEST} > {STALE}\nand on (gcp_project) "
        f"(min by (gcp_project) (ionmon_data_age_seconds) <= {STALE})",
        5 * MINUTE,
        ("gcp_project", "product"),
        _says(
            "Cloud Monitoring gives nothing new of one product.",
            "The newest value of {{ $labels.product }} in {{ $labels.gcp_project }} is "
            "{{ $value | humanizeDuration }} old, while others are fresh; its alerts say nothing.",
            "Look at whether it runs at all, and at that product's polls on the landing page.",
            boards.DATA_AGE,
        ),
    ),
    Row(
        "ReplicationStopped",
        "high",
        f"max by ({_DATABASE}) (last_over_time({_LAG}[3m])) < 0\n"
        f"and max by ({_DATABASE}) (max_over_time({_LAG}[1d])) >= 0",
        5 * MINUTE,
        ("gcp_project", "region", "database_id"),
        _says(
            "A database replica does not replicate any more.",
            "Replication of {{ $labels.database_id }} in {{ $labels.region }} "
            "({{ $labels.gcp_project }}) does not run; its lag is unknown, and grows.",
            "Look at the replica's state and log, and at whether it was promoted.",
            boards.SIGNAL_PANELS["replication_lag"],
        ),
    ),
    Row(
        "PollsStretched",
        "medium",
        f'max by (gcp_project) (ionmon_poll_interval_seconds{{family=~"{_WATCHED}"}}) '
        f"> {SLOWEST_POLL}",
        15 * MINUTE,
        ("gcp_project",),
        _says(
            "Data comes too seldom for the alerts.",
            "Families of {{ $labels.gcp_project }} that alerts are built on are read each "
            "{{ $value | humanizeDuration }}; windows of five minutes miss part of them.",
            "Look at google.budget_usd_per_month and at the intervals in google.families.",
            boards.COST,
        ),
    ),
    Row(
        "CollectorFailing",
        "high",
        "min by (collector) (ionmon_collector_success) == 0",
        10 * MINUTE,
        ("collector",),
        _says(
            "A collector fails.",
            "Some poll of the collector {{ $labels.collector }} has failed for 10m.",
            "Look at the landing page of the exporter, which says which poll and why.",
        ),
    ),
    Row(
        "ApplicationSilent",
        "medium",
        "max by (application) (ionmon_application_lag_seconds) > 300",
        5 * MINUTE,
        ("application",),
        _says(
            "The application records nothing.",
            "No instance of {{ $labels.application }} has flushed for "
            "{{ $value | humanizeDuration }}.",
            "Look at whether it runs, and whether it reaches its Redis.",
        ),
    ),
    Row(
        "BudgetNear",
        "medium",
        "ionmon_cost_projected_dollars > 0.9 * ionmon_cost_budget_dollars",
        HOUR,
        ("job", "instance"),
        _says(
            "Reading Cloud Monitoring costs nearly all that it may.",
            "At the present rate a month costs {{ $value | humanize }} dollars, more than 90 % of "
            "the budget; polls are stretched rather than the budget passed.",
            "Look at which families return most series, and leave out what nobody looks at.",
            boards.COST,
        ),
    ),
    Row(
        "CounterGap",
        "medium",
        "sum by (gcp_project, family) (increase(ionmon_data_gap_seconds_total[1h])) > 0\n"
        "or sum by (gcp_project, family) "
        "(ionmon_data_gap_seconds_total > 0 unless ionmon_data_gap_seconds_total offset 1h)",
        0,
        ("gcp_project", "family"),
        _says(
            "Counters have a gap.",
            "{{ $labels.family }} of {{ $labels.gcp_project }} lacks "
            "{{ $value | humanizeDuration }} that no poll could read; what happened then is not "
            "counted.",
            "Look at how long the exporter was away, against google.lookback.",
            boards.DATA_AGE,
        ),
    ),
    Row(
        "SeriesDropped",
        "low",
        "sum by (family, reason) (increase(ionmon_series_dropped_total[15m])) > 0",
        15 * MINUTE,
        ("family", "reason"),
        _says(
            "Series are left off the page.",
            "{{ $labels.family }} drops series: {{ $labels.reason }}.",
            "Look at which label has so many values, and filter it or raise series_limit.",
        ),
    ),
    Row(
        "SettingsRefused",
        "medium",
        "ionmon_config_last_reload_successful == 0",
        5 * MINUTE,
        ("job", "instance"),
        _says(
            "The exporter runs with old settings.",
            "{{ $labels.instance }} could not load its settings; it runs on with those before.",
            "Look at its log, which names line and mend.",
        ),
    ),
    Row(
        "NotificationFailing",
        "high",
        "sum by (integration) (increase(alertmanager_notifications_failed_total[30m])) > 0",
        0,
        ("integration",),
        _says(
            "Notifications do not get through.",
            "Alertmanager could not notify by {{ $labels.integration }} within the last 30m.",
            "Look at Alertmanager's log, and at the secret file of that channel.",
        ),
    ),
    Row(
        "RuleFailing",
        "high",
        "sum by (rule_group) (increase(prometheus_rule_evaluation_failures_total[15m])) > 0",
        5 * MINUTE,
        ("rule_group",),
        _says(
            "Prometheus cannot evaluate a rule.",
            "Rules of {{ $labels.rule_group }} fail; what they would tell is not told.",
            "Look at the page Rules of Prometheus, which shows the error.",
        ),
    ),
)
REMOTE = Row(
    "RemoteWriteFailing",
    "medium",
    "sum by (remote_name) (rate(prometheus_remote_storage_samples_failed_total[5m])) > 0\n"
    "or max by (remote_name) (\n"
    "  prometheus_remote_storage_highest_timestamp_in_seconds\n"
    "  - on (job, instance) group_right ()\n"
    "  prometheus_remote_storage_queue_highest_sent_timestamp_seconds\n"
    ") > 300",
    15 * MINUTE,
    ("remote_name",),
    _says(
        "The server with 90 days misses samples.",
        "Remote write to {{ $labels.remote_name }} fails or is behind; error budgets and bands "
        "have gaps.",
        "Look at whether that server runs, with --web.enable-remote-write-receiver.",
    ),
)
BRIDGE = Row(
    "BridgeDown",
    "medium",
    f'up{{job="{BRIDGE_JOB}"}} == 0',
    5 * MINUTE,
    ("job", "instance"),
    _says(
        "The bridge to Sentry cannot be scraped.",
        "Alerts of low severity reach nobody while {{ $labels.instance }} is down.",
        "Look at the bridge's log.",
    ),
)
