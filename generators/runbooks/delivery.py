"""Runbooks of the way from a rule to people: Prometheus, Alertmanager and what they notify."""

from generators.runbooks import asks
from generators.runbooks.model import Cause, Statement, Step

_ALERTS_NOW = Step(
    "See by hand what fires meanwhile.",
    "amtool alert query --alertmanager.url=http://{alertmanager}",
)

WATCHDOG = Statement(
    alert="Watchdog",
    when="always: it is the proof that a rule that holds reaches the heartbeat",
    means=(
        "While it fires, all is well. When the heartbeat's service tells that it has "
        "stopped, nobody is told of anything: treat that like a critical alert."
    ),
    why="It has no value to pass. It is sent once a minute.",
    first=(
        Step(
            "The heartbeat tells that it stopped: does Prometheus run, and does it fire there?",
            "curl -s http://{prometheus}/-/ready",
        ),
        Step(
            "Does Alertmanager run, and has it the alert?",
            "amtool alert query alertname=Watchdog --alertmanager.url=http://{alertmanager}",
        ),
        Step(
            "Both do: can Alertmanager's machine reach the heartbeat's address? Its log says "
            "how the last call ended."
        ),
        _ALERTS_NOW,
    ),
    then=(
        Step(
            "Check the two configurations before you start again.",
            "promtool check config alertmanager/out/prometheus.yml\namtool check-config "
            "alertmanager/out/alertmanager.yml",
        ),
        Step("Look at what fired while nobody was told: Prometheus keeps it in the series ALERTS."),
    ),
    causes=(
        Cause(
            "Prometheus or Alertmanager does not run.",
            "No answer on its port; the log's last line says why.",
        ),
        Cause("Prometheus cannot reach Alertmanager.", "Prometheus' errors per Alertmanager rise."),
        Cause(
            "Alertmanager cannot reach the heartbeat: network, name service, proxy.",
            "Failures of the webhook rise; others are well.",
        ),
        Cause("A new configuration was refused.", "The last reload of one of them failed."),
        Cause("The heartbeat's service itself.", "Its own status page."),
    ),
    never=("Do not silence or inhibit it, and do not route it to people.",),
    false=("The heartbeat's patience is shorter than a minute or two: give it three.",),
    asks=(
        asks.series("It fires, if there is a row", 'ALERTS{alertname="Watchdog"}'),
        asks.series(
            "Notifications by channel",
            "sum by (integration) (rate(alertmanager_notifications_total[5m]))",
        ),
        asks.series(
            "Alerts that Prometheus could not send",
            "sum by (alertmanager) (rate(prometheus_notifications_errors_total[5m]))",
        ),
        asks.series(
            "Whether Alertmanager took its configuration",
            "alertmanager_config_last_reload_successful",
        ),
        asks.series("Whether Prometheus did", "prometheus_config_last_reload_successful"),
    ),
    silence="Do not silence it: the heartbeat would raise the alarm that nothing works.",
)
NOTIFICATION_FAILING = Statement(
    alert="NotificationFailing",
    when="Alertmanager's notifications by a channel fail",
    means="Alerts may fire without anybody being told through that channel. Others still "
    "work, this one among them.",
    why="Alertmanager tries again by itself; for {hold} on end it does not get through.",
    first=(
        _ALERTS_NOW,
        Step(
            "Read Alertmanager's log: it says the channel, the status and the answer. 401, 403, "
            "404: secret or address. 429: too many."
        ),
        Step(
            "Is the secret's file there, and readable by Alertmanager's user? The list is in "
            "alertmanager/out/secrets.yml.",
            "ionmon doctor --config monitoring.yaml",
        ),
    ),
    then=(
        Step("Renew the secret in its file. Alertmanager reads it at each notification."),
        Step(
            "Send one by hand to see that it arrives.",
            "amtool alert add Test severity=medium --annotation=summary='Test' \\\n  "
            "--alertmanager.url=http://{alertmanager}",
        ),
        Step(
            "The channel is down at its maker's: tell your colleagues, and watch by hand until "
            "it is back."
        ),
    ),
    causes=(
        Cause(
            "A webhook, key or password was revoked or has expired.",
            "401, 403, 404 or `invalid_token`; it fails for each.",
        ),
        Cause("The maker of the channel has an outage.", "5xx or time-outs; its status page."),
        Cause("Network or proxy of Alertmanager's machine.", "All channels outside fail at once."),
        Cause(
            "The channel does not exist any more, or its app was removed.",
            "`channel_not_found`, `channel_is_archived`.",
        ),
        Cause(
            "A template that fails for one kind of alert.",
            "The log says `template`; other alerts get through.",
        ),
    ),
    never=(
        (
            "Do not restart Alertmanager to hurry it: what has been sent is remembered, but "
            "waiting begins anew."
        ),
    ),
    false=("A short outage of the channel that is over: it is told for 30 minutes.",),
    asks=(
        asks.series(
            "Failures by channel",
            "sum by (integration) (rate(alertmanager_notifications_failed_total[5m]))",
        ),
        asks.series(
            "Share of notifications that fail",
            "sum by (integration) (rate(alertmanager_notifications_failed_total[5m])) / (sum by "
            "(integration) (rate(alertmanager_notifications_total[5m])) > 0)",
        ),
        asks.series(
            "Single calls that fail, tries again included",
            "sum by (integration) (rate(alertmanager_notification_requests_failed_total[5m]))",
        ),
        asks.series("Alerts that Alertmanager holds", "sum by (state) (alertmanager_alerts)"),
    ),
)
BRIDGE_DOWN = Statement(
    alert="BridgeDown",
    when="Prometheus could not scrape the bridge to Sentry",
    means="No user notices. Alerts of low severity (anomalies, trends, correlations) reach nobody.",
    why="Five minutes are longer than a restart takes.",
    first=(
        Step("Does it answer on its own machine?", "curl -s http://{bridge}/metrics"),
        Step("No answer: read the end of its log, and start it again."),
        Step(
            "It answers: Prometheus cannot reach it. Status, Targets in Prometheus shows the error."
        ),
    ),
    then=(
        _ALERTS_NOW,
        Step(
            "Is the DSN's file there, and readable by its user?",
            "ionmon doctor --config monitoring.yaml",
        ),
    ),
    causes=(
        Cause("It ended: wrong settings, or no DSN.", "The log's last line."),
        Cause(
            "notifications.sentry.bridge is not where it listens.",
            "It has never worked since that was changed.",
        ),
        Cause("The machine or its network is gone.", "`up` of everything else on it is 0, too."),
    ),
    never=("Do not route low alerts to people instead: there are too many of them.",),
    false=(
        (
            "A bridge that was taken away on purpose: take notifications.sentry out of "
            "monitoring.yaml."
        ),
    ),
    asks=(
        asks.series("Which target is down", "up"),
        asks.series(
            "Webhooks of Alertmanager that fail",
            "sum by (integration) "
            '(rate(alertmanager_notifications_failed_total{integration="webhook"}[5m]))',
        ),
    ),
)

STATEMENTS = (
    WATCHDOG,
    NOTIFICATION_FAILING,
    BRIDGE_DOWN,
)
