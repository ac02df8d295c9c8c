"""The events to PagerDuty: each of our severities has one of PagerDuty's four."""

from typing import Any

from exporter.settings import PagerDutySettings, Settings
from generators.alertmanager.common import define, head, lines
from generators.alertmanager.notice import Notice

_SEVERITIES = {"critical": "critical", "high": "error", "medium": "warning"}
_OTHER = "info"
_LINKS = (
    ("Dashboard", "ion.dashboard"),
    ("Runbook", "ion.runbook"),
    ("Prometheus", "ion.prometheus"),
    ("Silence", "ion.silence"),
)
# From 0.30 on, Alertmanager takes a detail that parses as YAML for data, and any ': ' makes it a
# mapping; what begins with a tab is none.
_NO_YAML = "\t"
_COMPONENTS = ("service_name", "database_id", "redis_id")


def text() -> str:
    """Return alertmanager/templates/pagerduty.tmpl."""
    return head("The events to PagerDuty.") + "".join(
        (
            lines("ion.pagerduty.lines", "ion.plain", _NO_YAML),
            define("ion.pagerduty.severity", _severity()),
            define("ion.pagerduty.component", _first(*_COMPONENTS)),
            define("ion.pagerduty.source", _first("gcp_project", *_COMPONENTS, "job")),
        )
    )


def _severity() -> str:
    chain = "".join(
        f'{{{{ {"else " if at else ""}if eq .CommonLabels.severity "{ours}" }}}}{theirs}'
        for at, (ours, theirs) in enumerate(_SEVERITIES.items())
    )
    return f"{chain}{{{{ else }}}}{_OTHER}{{{{ end }}}}"


def _first(*labels: str) -> str:
    """Return the value of the first label that all alerts share; PagerDuty needs one."""
    last = "ion-monitoring"
    for label in reversed(labels):
        shown = f'{{{{ with .CommonLabels.{label} }}}}{{{{ template "ion.plain" . }}}}'
        last = f"{shown}{{{{ else }}}}{last}{{{{ end }}}}"
    return last


def integration(settings: Settings, pagerduty: PagerDutySettings, notice: Notice) -> dict[str, Any]:
    """Return an entry of `pagerduty_configs`."""
    runbooks = settings.links.runbooks is not None
    return {
        "send_resolved": True,
        "routing_key_file": str(pagerduty.routing_key_file),
        "severity": '{{ template "ion.pagerduty.severity" . }}',
        "description": notice.prefix + '{{ template "ion.title" . }}',
        "client": "Alertmanager",
        "client_url": "{{ .ExternalURL }}",
        "source": '{{ template "ion.pagerduty.source" . }}',
        "class": "{{ .CommonLabels.alertname }}",
        "component": '{{ template "ion.pagerduty.component" . }}',
        "group": "{{ .CommonLabels.region }}",
        "details": {
            "firing": '{{ template "ion.pagerduty.lines" .Alerts.Firing }}',
            "resolved": '{{ template "ion.pagerduty.lines" .Alerts.Resolved }}',
            "num_firing": "{{ len .Alerts.Firing }}",
            "num_resolved": "{{ len .Alerts.Resolved }}",
            "signal": "{{ .CommonLabels.signal }}",
            "runbook": "{{ .CommonAnnotations.runbook_url }}",
        },
        "links": [
            {"text": shown, "href": f'{{{{ template "{name}" . }}}}'}
            for shown, name in _LINKS
            if runbooks or shown != "Runbook"
        ],
    }
