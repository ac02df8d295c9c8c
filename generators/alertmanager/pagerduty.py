"""The events to PagerDuty: each of our severities has one of PagerDuty's four."""

from typing import Any

from exporter.settings import PagerDutySettings, Settings
from exporter.settings.channels import EVENTS_URL
from generators.alertmanager import bodies
from generators.alertmanager.links import links
from generators.alertmanager.notice import Notice
from generators.alertmanager.template_text import define, head

_SEVERITIES = {"critical": "critical", "high": "error", "medium": "warning"}
_OTHER = "info"
# From 0.30 on, Alertmanager takes a detail that parses as YAML for data, and any ': ' makes it a
# mapping; what begins with a tab is none.
_WRITING = bodies.Writing(safe="ion.plain", own="ion.plain", line="\t", bullet="")
_COMPONENTS = ("service_name", "database_id", "redis_id")


def text() -> str:
    """Return alertmanager/templates/pagerduty.tmpl."""
    return head("The events to PagerDuty.") + "".join(
        (
            bodies.text("ion.pagerduty.body", _WRITING),
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
    """Return an entry of `pagerduty_configs`; a link without an address is left out."""
    elsewhere = {} if pagerduty.url == EVENTS_URL else {"url": pagerduty.url}
    return {
        "send_resolved": True,
        "routing_key_file": str(pagerduty.routing_key_file),
        **elsewhere,
        "severity": '{{ template "ion.pagerduty.severity" . }}',
        "description": notice.prefix + '{{ template "ion.title" . }}',
        "client": "the dashboard",
        "client_url": '{{ template "ion.page" . }}',
        "source": '{{ template "ion.pagerduty.source" . }}',
        "class": '{{ template "ion.plain" .CommonLabels.alertname }}',
        "component": '{{ template "ion.pagerduty.component" . }}',
        "group": '{{ template "ion.plain" .CommonLabels.region }}',
        "details": {
            "alert": '{{ template "ion.pagerduty.body.only" . }}',
            "check": '{{ template "ion.pagerduty.body.check" . }}',
            "firing": '{{ template "ion.pagerduty.body.firing" . }}',
            "resolved": '{{ template "ion.pagerduty.body.resolved" . }}',
            "num_firing": "{{ len .Alerts.Firing }}",
            "num_resolved": "{{ len .Alerts.Resolved }}",
            "signal": '{{ template "ion.plain" .CommonLabels.signal }}',
            "runbook": '{{ template "ion.runbook" . }}',
        },
        "links": [
            {"text": link.shown, "href": f'{{{{ template "{link.template}" . }}}}'}
            for link in links(settings, ())
            if link.shown != "Runbook" or settings.links.runbooks is not None
        ],
    }
