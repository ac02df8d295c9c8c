"""A real Alertmanager on a generated configuration, whose channels are stand-ins."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from generators.alertmanager.build import CONFIG, configuration, texts
from generators.alertmanager.plan import Pace, Timers
from generators.rules.model import Alerting, dumped
from tests import servers
from tests.generators.alertmanager import samples, sinks

QUICK = Pace(0.2, 1, 3600)
TIMERS = Timers(
    heartbeat=Pace(0, 0.4, 0.5),
    critical=QUICK,
    high=QUICK,
    medium=QUICK,
    low=QUICK,
    escalation=QUICK,
    journal=Pace(0, 0.2, 3600),
)
EXTERNAL = "https://alerts.example.com"
GRAFANA = "https://grafana.example.com/d/ion?viewPanel=7&var-region=us-central1"


@dataclass(frozen=True)
class Live:
    """Alertmanager, and what it sent to whom."""

    alertmanager: servers.Alertmanager
    web: sinks.Web
    mail: sinks.Mail

    def fire(self, *alerts: dict[str, Any]) -> None:
        """Let alerts begin now."""
        self.alertmanager.post([{"startsAt": _now(), **alert} for alert in alerts])

    def resolve(self, *alerts: dict[str, Any]) -> None:
        """Let alerts end now."""
        self.alertmanager.post([{"endsAt": _now(), **alert} for alert in alerts])

    def is_muted(self, labels: dict[str, str]) -> bool:
        """Return whether an alert is held, and muted."""
        return any(
            alert["labels"] == labels and alert["status"]["state"] == "suppressed"
            for alert in self.alertmanager.alerts()
        )

    def slack(self, word: str) -> list[dict[str, Any]]:
        """Return what Slack was sent with a word in it: its only attachment, with the channel."""
        return [
            {**body["attachments"][0], "channel": body["channel"], "body": body}
            for body in self.web.at("/slack")
            if word in str(body)
        ]

    def pagerduty(self, word: str) -> list[dict[str, Any]]:
        """Return the events with a word in it."""
        return [body for body in self.web.at("/pagerduty") if word in str(body)]

    def bridge(self, word: str) -> list[dict[str, Any]]:
        """Return what the bridge was sent for Sentry with a word in it."""
        return self._posted(word, "low-sentry")

    def journal(self, word: str) -> list[dict[str, Any]]:
        """Return what the bridge was sent for its journal with a word in it."""
        return self._posted(word, "journal")

    def _posted(self, word: str, receiver: str) -> list[dict[str, Any]]:
        posted = self.web.at("/alerts")
        return [body for body in posted if body["receiver"] == receiver and word in str(body)]

    def mails(self, word: str) -> list[Any]:
        """Return the mails with a word in them, and whom they went to."""
        return [(to, mail) for to, mail in list(self.mail.mails) if word in parts(mail)[0]]

    def counts(self, word: str) -> tuple[int, int, int, int]:
        """Return how often PagerDuty, Slack, mail and the bridge were notified of a word."""
        sent = (self.pagerduty(word), self.slack(word), self.mails(word), self.bridge(word))
        first, second, third, fourth = map(len, sent)
        return (first, second, third, fourth)


def alert(name: str, severity: str | None, service: str, **more: str) -> dict[str, Any]:
    """Return an alert of a service, as Prometheus sends it; each service is in its own project.

    So alerts of two tests share no message.
    """
    labels = {"alertname": name, "service_name": service, "region": "us-central1"}
    labels |= {"gcp_project": f"project-{service}", "signal": "error_rate", **more}
    reading = f"2.5% of {service} in {labels['region']}"
    return {
        "labels": labels | ({"severity": severity} if severity else {}),
        "annotations": {
            "summary": f"Too many requests fail: {reading} (limit 1%)",
            "description": f"The share of failing requests of {service} is 2.5%.",
            "check": "Check the last deploy.",
            "problem": "Too many requests fail",
            "ended": "Too many requests failed",
            "reading": reading,
            "value": "2.5%",
            "place": f"{service} in {labels['region']}",
            "limit": "1%",
            "runbook_url": f"https://docs.example.com/runbooks/{name}.md",
            "dashboard_url": f"{GRAFANA}&from=now-3h&to=now",
        },
        "generatorURL": "http://vm:9090/graph?g0.expr=x&g0.tab=1",
    }


def parts(mail: Any) -> tuple[str, str]:
    """Return a mail's plain text and its HTML."""
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    return plain.get_content(), html.get_content()


def _now() -> str:
    return datetime.now(UTC).isoformat()


@contextmanager
def live(
    directory: Path,
    alerts: Sequence[Alerting] = samples.ALERTS,
    timers: Timers = TIMERS,
    services: dict[str, Any] | None = None,
    limited: str = "",
    port: int = 0,
    **notifications: Any,
) -> Iterator[Live]:
    """Run Alertmanager for alerts with all channels and what else the notifications say.

    Below the path `limited` a webhook takes one message a second; port is a free one without it.
    """
    with sinks.web(limited) as web, sinks.mail() as mail:
        for name in ("slack", "slack-shop"):
            (directory / name).write_text(web.url(f"/{name}"))
        for name in ("pagerduty", "pagerduty-shop"):
            (directory / name).write_text(f"{name:0<32}".replace("-", "0"))
        settings = samples.settings(
            {
                "secrets_dir": str(directory),
                "slack": samples.SLACK | {"webhook_url_file": "slack"},
                "pagerduty": {"routing_key_file": "pagerduty"},
                "email": {"to": ["team@example.com"], "from": "ion@example.com"}
                | {"smarthost": f"127.0.0.1:{mail.port}", "require_tls": False},
                "sentry": {"dsn_file": "/s/sentry", "bridge": f"127.0.0.1:{web.port}"},
                "heartbeat": {"url": web.url("/heartbeat")},
                "escalation": {"to": ["head@example.com"], "channel": "#escalation"},
                **notifications,
            },
            links={"runbooks": "https://docs.example.com/runbooks", "alertmanager": EXTERNAL}
            | {"prometheus": "https://prometheus.example.com/main"},
            services=services or {},
        )
        samples.write(directory, texts(settings, alerts))
        body = configuration(settings, alerts, timers)
        body["global"]["pagerduty_url"] = web.url("/pagerduty")
        (directory / CONFIG).write_text(dumped(body))
        external = f"--web.external-url={EXTERNAL}"
        with servers.alertmanager(directory, directory / CONFIG, external, port=port) as running:
            yield Live(running, web, mail)
