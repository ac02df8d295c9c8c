"""The alerts on what evaluates and delivers alerts as a table: what nobody would notice."""

from exporter.catalog.alert_names import CANARY, CANARY_LATE, CANARY_MISSING
from exporter.settings.types import duration
from generators import boards
from generators.policy import MINUTE, WATCHDOG
from generators.rules.rows import HealthAlert, health_text

BRIDGE_JOB = "ionmon-bridge"
WATCHDOG_ROW = HealthAlert(
    alert=WATCHDOG,
    severity="none",
    expr="vector(1)",
    text=health_text(
        "Alerts {reach} the heartbeat service.",
        "This alert always fires. The heartbeat service notifies somebody when it stops.",
        "There is nothing to do.",
    ),
)
CANARY_ROW = HealthAlert(
    alert=CANARY,
    severity="none",
    expr="minute() < 10",
    text=health_text(
        "The hourly test alert {is} on its way to the bridge.",
        "This alert fires for ten minutes of each hour. The bridge measures how long it takes.",
        "There is nothing to do.",
    ),
)
UNDELIVERED = 10 * MINUTE
ROWS = (
    HealthAlert(
        alert="PrometheusFlagWrong",
        severity="medium",
        expr="min by (address, flag, expected) (ionmon_prometheus_flag_correct) == 0",
        for_=15 * MINUTE,
        by=("address", "flag", "expected"),
        text=health_text(
            "Prometheus {runs} without a flag that alerts rely on.",
            "Prometheus at {{ $labels.address }} runs without --{{ $labels.flag }}="
            "{{ $labels.expected }}.",
            "Check the command that starts it against the first lines of its generated file.",
            boards.EXPORTER,
        ),
    ),
    HealthAlert(
        alert="NotificationFailing",
        severity="high",
        expr="sum by (integration) (increase(alertmanager_notifications_failed_total[30m])) > 0",
        by=("integration",),
        text=health_text(
            "Alertmanager {cannot} send notifications.",
            "Notifications through {{ $labels.integration }} failed within the last 30m.",
            "Check Alertmanager's log, and the secret file of that channel.",
        ),
    ),
    HealthAlert(
        alert="RuleFailing",
        severity="high",
        expr="sum by (rule_group) (increase(prometheus_rule_evaluation_failures_total[15m])) > 0",
        for_=5 * MINUTE,
        by=("rule_group",),
        text=health_text(
            "Prometheus {cannot} evaluate a rule.",
            "Rules of {{ $labels.rule_group }} fail. Their alerts cannot fire.",
            "Check Status > Rules in Prometheus, which shows the error.",
        ),
    ),
    HealthAlert(
        alert="EvaluationsMissed",
        severity="medium",
        expr="sum by (rule_group) (increase(prometheus_rule_group_iterations_missed_total[15m])) "
        "> 0",
        by=("rule_group",),
        text=health_text(
            "Prometheus {skips} evaluations of rules.",
            "Within 15m, {{ $labels.rule_group }} was not evaluated {{ $value | humanize }} times, "
            "because an evaluation took longer than its interval. Its alerts fire late, and its "
            "recorded series have gaps.",
            "Check the load of Prometheus, and prometheus_rule_group_last_duration_seconds.",
            value="{{ $value | humanize }} in 15m",
            joint="of",
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
    text=health_text(
        "The long-term Prometheus {misses} samples.",
        "Remote write to {{ $labels.remote_name }} fails or is behind. Error budgets and bands "
        "have gaps.",
        "Check whether that server runs, and whether it has --web.enable-remote-write-receiver.",
    ),
)
BRIDGE = HealthAlert(
    alert="BridgeDown",
    severity="medium",
    expr=f'up{{job="{BRIDGE_JOB}"}} == 0',
    for_=5 * MINUTE,
    by=("job", "instance"),
    text=health_text(
        "Prometheus {cannot} scrape the bridge.",
        "While {{ $labels.instance }} is down, alerts for Sentry wait, none can be acknowledged, "
        "and their history has a hole.",
        "Check whether `ionmon bridge` runs, and the last lines of its log.",
    ),
)
DELIVERING = (
    HealthAlert(
        alert="DeliveryFailing",
        severity="medium",
        expr=f"max by (target) (ionmon_bridge_delivery_failing_seconds) > {UNDELIVERED}",
        for_=MINUTE,
        by=("target",),
        text=health_text(
            "The bridge {cannot} deliver alerts.",
            "Deliveries to {{ $labels.target }} have failed for {{ $value | humanizeDuration }}. "
            "They are tried again, for about a day.",
            "Check the bridge's log, which has the reason, and the status page of that service.",
            value="none for {{ $value | humanizeDuration }}",
            joint="to",
            limit=duration(UNDELIVERED),
        ),
        age=UNDELIVERED,
    ),
    HealthAlert(
        alert="DeadLetters",
        severity="medium",
        expr="max by (target) (ionmon_bridge_dead_letters) > 0",
        for_=MINUTE,
        by=("target",),
        text=health_text(
            "The bridge {gives up} delivering alerts.",
            "{{ $value | humanize }} alerts for {{ $labels.target }} were not delivered, and are "
            "not tried again.",
            "Check why with `ionmon bridge dead`, and send them with `ionmon bridge dead --retry`.",
            value="{{ $value | humanize }} alerts",
            joint="to",
        ),
    ),
    HealthAlert(
        alert="ChainSlow",
        severity="medium",
        expr=f"abs(ionmon_chain_seconds) > {CANARY_LATE:.0f}",
        for_=MINUTE,
        by=("job", "instance"),
        text=health_text(
            "Alerts {take} too long to arrive.",
            "The last hourly test alert took {{ $value | humanizeDuration }} from Prometheus' "
            "rule into the journal of {{ $labels.instance }}, or their clocks differ by that.",
            "Check the load of Prometheus, Alertmanager and the bridge, and their clocks.",
            value="{{ $value | humanizeDuration }}",
            joint="to",
            limit=duration(CANARY_LATE),
        ),
    ),
    HealthAlert(
        alert="CanaryMissing",
        severity="high",
        expr=f"ionmon_chain_age_seconds > {CANARY_MISSING:.0f}",
        for_=MINUTE,
        by=("job", "instance"),
        text=health_text(
            "The hourly test alert {is} missing.",
            "No test alert has reached {{ $labels.instance }} for "
            "{{ $value | humanizeDuration }}. Other alerts may not reach it, either.",
            "Check whether Canary fires in Prometheus each hour, and Alertmanager's log.",
            value="none for {{ $value | humanizeDuration }}",
            joint="at",
            limit=duration(CANARY_MISSING),
        ),
        age=CANARY_MISSING,
    ),
)
