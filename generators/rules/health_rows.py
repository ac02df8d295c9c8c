"""The alerts on the monitoring itself as a table: what cannot be trusted, what nobody notices."""

from exporter.catalog.model import CloudMonitoring
from exporter.catalog.walk import families_in
from generators import boards
from generators.alert_table import THRESHOLDS
from generators.boards import PanelAddress
from generators.policy import HOUR, MINUTE, WATCHDOG
from generators.rules.rows import AlertText, HealthAlert

EXPORTER_JOB, BRIDGE_JOB = "ionmon", "ionmon-bridge"
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


def _text(
    summary: str, description: str, look: str, panel: PanelAddress = boards.EXPORTER
) -> AlertText:
    return AlertText(summary, description, look, panel)


WATCHDOG_ROW = HealthAlert(
    alert=WATCHDOG,
    severity="none",
    expr="vector(1)",
    text=_text(
        "Alerts get through to the heartbeat.",
        "This alert always fires; the heartbeat notifies somebody when it stops.",
        "Nothing needs to be done.",
    ),
)
ROWS = (
    HealthAlert(
        alert="ExporterDown",
        severity="high",
        expr=f'absent(up{{job="{EXPORTER_JOB}"}} == 1)',
        for_=5 * MINUTE,
        text=_text(
            "Prometheus cannot scrape any exporter.",
            "No exporter answers, so that no other alert can be trusted.",
            "Look at the exporter's log, at `ionmon doctor`, and at the network between the two.",
        ),
    ),
    HealthAlert(
        alert="OneExporterDown",
        severity="medium",
        expr=f'up{{job="{EXPORTER_JOB}"}} == 0\n'
        f'and on () (count(up{{job="{EXPORTER_JOB}"}} == 1) > 0)',
        for_=5 * MINUTE,
        by=("job", "instance"),
        text=_text(
            "Prometheus cannot scrape one of the exporters.",
            "{{ $labels.instance }} does not answer, so that nothing watches what it exports.",
            "Look at that exporter's log, and at the network between the two.",
        ),
    ),
    HealthAlert(
        alert="DataStale",
        severity="high",
        expr=f"min by (gcp_project) (ionmon_data_age_seconds) > {STALE}",
        for_=5 * MINUTE,
        by=("gcp_project",),
        text=_text(
            "Cloud Monitoring data is stale.",
            "The newest value of {{ $labels.gcp_project }} is {{ $value | humanizeDuration }} old; "
            "alerts on this project cannot be trusted.",
            "Look at the collector's errors, at quota and permissions, and at Google's status.",
            boards.DATA_AGE,
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
        text=_text(
            "Cloud Monitoring data of one product is stale.",
            "The newest value of {{ $labels.product }} in {{ $labels.gcp_project }} is "
            "{{ $value | humanizeDuration }} old, while other products are fresh; alerts on it "
            "cannot be trusted.",
            "Look at whether it runs at all, and at that product's polls on the landing page.",
            boards.DATA_AGE,
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
        text=_text(
            "A database replica has stopped replicating.",
            "Replication of {{ $labels.database_id }} in {{ $labels.region }} "
            "({{ $labels.gcp_project }}) does not run; its lag is unknown and grows.",
            "Look at the replica's state and log, and at whether it was promoted.",
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
        text=_text(
            "Cloud Monitoring is read too seldom for the alerts.",
            "Metrics of {{ $labels.gcp_project }} that alerts need are read only every "
            "{{ $value | humanizeDuration }}; alerts on five minutes may miss a fault.",
            "Look at google.budget_usd_per_month and at the intervals in google.families.",
            boards.COST,
        ),
    ),
    HealthAlert(
        alert="CollectorFailing",
        severity="high",
        expr="min by (collector) (ionmon_collector_success) == 0",
        for_=10 * MINUTE,
        by=("collector",),
        text=_text(
            "A collector fails.",
            "At least one poll of the collector {{ $labels.collector }} has failed for 10m.",
            "Look at the landing page of the exporter, which says which poll and why.",
        ),
    ),
    HealthAlert(
        alert="ApplicationSilent",
        severity="medium",
        expr=f"max by (application) (ionmon_application_lag_seconds) > {SILENT}",
        for_=5 * MINUTE,
        by=("application",),
        text=_text(
            "The application sends no metrics.",
            "No instance of {{ $labels.application }} has sent metrics to Redis for "
            "{{ $value | humanizeDuration }}.",
            "Look at whether it runs, and whether it reaches its Redis.",
        ),
        age=SILENT,
    ),
    HealthAlert(
        alert="BudgetNear",
        severity="medium",
        expr="ionmon_cost_projected_dollars > 0.9 * ionmon_cost_budget_dollars",
        for_=HOUR,
        by=("job", "instance"),
        text=_text(
            "Reading Cloud Monitoring has nearly used up its budget.",
            "At the present rate a month costs {{ $value | humanize }} dollars, more than 90 % of "
            "the budget. Rather than exceed it, the exporter polls less often.",
            "Look at which families return the most series, and switch off those that nobody uses.",
            boards.COST,
        ),
    ),
    HealthAlert(
        alert="CounterGap",
        severity="medium",
        expr="sum by (gcp_project, family) (increase(ionmon_data_gap_seconds_total[1h])) > 0\n"
        "or sum by (gcp_project, family) "
        "(ionmon_data_gap_seconds_total > 0 unless ionmon_data_gap_seconds_total offset 1h)",
        by=("gcp_project", "family"),
        text=_text(
            "Counters miss some time.",
            "{{ $labels.family }} of {{ $labels.gcp_project }} misses "
            "{{ $value | humanizeDuration }} that no poll could read; what happened in that time "
            "is not counted.",
            "Look at how long the exporter was away, against google.lookback.",
            boards.DATA_AGE,
        ),
    ),
    HealthAlert(
        alert="SeriesDropped",
        severity="low",
        expr="sum by (family, reason) (increase(ionmon_series_dropped_total[15m])) > 0",
        for_=15 * MINUTE,
        by=("family", "reason"),
        text=_text(
            "Some series are not exported.",
            "{{ $labels.family }} drops series: {{ $labels.reason }}.",
            "Look at which label has so many values; filter it, or raise series_limit.",
        ),
    ),
    HealthAlert(
        alert="SettingsRefused",
        severity="medium",
        expr="ionmon_config_last_reload_successful == 0",
        for_=5 * MINUTE,
        by=("job", "instance"),
        text=_text(
            "The exporter runs with old settings.",
            "{{ $labels.instance }} refused its new settings and runs on with the old ones.",
            "Look at its log, which names the line and the fix.",
        ),
    ),
    HealthAlert(
        alert="NotificationFailing",
        severity="high",
        expr="sum by (integration) (increase(alertmanager_notifications_failed_total[30m])) > 0",
        by=("integration",),
        text=_text(
            "Notifications fail.",
            "Alertmanager could not notify by {{ $labels.integration }} within the last 30m.",
            "Look at Alertmanager's log, and at the secret file of that channel.",
        ),
    ),
    HealthAlert(
        alert="RuleFailing",
        severity="high",
        expr="sum by (rule_group) (increase(prometheus_rule_evaluation_failures_total[15m])) > 0",
        for_=5 * MINUTE,
        by=("rule_group",),
        text=_text(
            "Prometheus cannot evaluate a rule.",
            "Rules of {{ $labels.rule_group }} fail; their alerts cannot fire.",
            "Look at the page Status > Rules of Prometheus, which shows the error.",
        ),
    ),
)
REMOTE = HealthAlert(
    alert="RemoteWriteFailing",
    severity="medium",
    expr="sum by (remote_name) (rate(prometheus_remote_storage_samples_failed_total[5m])) > 0\n"
    "or max by (remote_name) (\n"
    "  prometheus_remote_storage_highest_timestamp_in_seconds\n"
    "  - on (job, instance) group_right ()\n"
    "  prometheus_remote_storage_queue_highest_sent_timestamp_seconds\n"
    ") > 300",
    for_=15 * MINUTE,
    by=("remote_name",),
    text=_text(
        "The long-term Prometheus misses samples.",
        "Remote write to {{ $labels.remote_name }} fails or is behind; error budgets and bands "
        "have gaps.",
        "Look at whether that server runs, and with --web.enable-remote-write-receiver.",
    ),
)
BRIDGE = HealthAlert(
    alert="BridgeDown",
    severity="medium",
    expr=f'up{{job="{BRIDGE_JOB}"}} == 0',
    for_=5 * MINUTE,
    by=("job", "instance"),
    text=_text(
        "The bridge to Sentry cannot be scraped.",
        "While {{ $labels.instance }} is down, alerts for Sentry reach nobody.",
        "Look at the bridge's log.",
    ),
)
