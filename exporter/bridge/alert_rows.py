"""What people read of the alerts that fire: one row an incident, cleaned and cut.

The page and the API show these rows; nothing in them is longer than a screen.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from exporter.bridge.acknowledgements import Acknowledgement
from exporter.bridge.incidents import FiringIncident
from exporter.bridge.webhook import cleaned
from exporter.catalog.alert_names import SEVERITIES
from exporter.catalog.log_links import LONGEST_LINK
from exporter.settings import EscalationSettings, Settings

_LONGEST, _LONGEST_LABEL = 1_000, 200  # characters
_MOST_LABELS = 40
_LINKS = (("Dashboard", "dashboard_url"), ("Runbook", "runbook_url"))


@dataclass(frozen=True, slots=True)
class AcknowledgedBy:
    """Who acknowledged an incident, when (Unix seconds), and what they said."""

    user: str
    at: float
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """An incident as people read it; times are Unix seconds.

    since            when the alert began to fire, as messages say it
    value, limit     as text; empty where the alert has none
    value_at         when Alertmanager got the value, None where that is not known
    next_escalation  None where nobody is notified next, or somebody was
    escalated        whether somebody was
    silenced, muted  by a silence, and by another alert
    links            what is shown, and the address
    """

    id: str
    alert: str
    severity: str
    summary: str
    description: str
    check: str
    value: str
    limit: str
    place: str
    since: float
    acknowledged: AcknowledgedBy | None
    next_escalation: float | None
    escalated: bool
    silenced: bool
    muted: bool
    labels: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]
    value_at: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What of the settings a row depends on: when what is critical is escalated, in seconds."""

    escalated_after: float | None
    prometheus: str | None

    @classmethod
    def of(cls, settings: Settings) -> "Reading":
        """Return it; PagerDuty escalates after the usual time where no other one is configured."""
        at = settings.notifications
        escalation = at.escalation or (EscalationSettings() if at.pagerduty else None)
        return cls(escalation.after if escalation else None, settings.links.prometheus)


def ordered(incidents: Iterable[FiringIncident]) -> list[FiringIncident]:
    """Return incidents as they are listed: the most severe first, then the oldest."""
    return sorted(incidents, key=_place_in_list)


def _place_in_list(incident: FiringIncident) -> tuple[int, float, str]:
    alert = incident.alert
    return _rank(_severity(incident)), alert.starts_at, alert.fingerprint


def row(incident: FiringIncident, given: Acknowledgement | None, reading: Reading) -> AlertRow:
    """Return the row of an incident and its acknowledgement."""
    alert = incident.alert
    texts = {name: shown(text) for name, text in alert.annotations.items()}
    return AlertRow(
        id=alert.fingerprint,
        alert=shown(alert.name) or "an alert without a name",
        severity=_severity(incident),
        summary=texts.get("summary", ""),
        description=texts.get("description", ""),
        check=texts.get("check", ""),
        value=texts.get("value", ""),
        limit=texts.get("limit", ""),
        place=texts.get("place", ""),
        since=alert.starts_at,
        acknowledged=AcknowledgedBy(given.user, given.at, given.comment) if given else None,
        next_escalation=_next(incident, given, reading),
        escalated=bool(incident.escalations),
        silenced=bool(alert.silenced_by),
        muted=bool(alert.inhibited_by),
        labels=_labels(incident),
        links=tuple(_links(incident, reading)),
        value_at=alert.updated_at,
    )


def shown(text: str, longest: int = _LONGEST) -> str:
    """Return a text from outside on one line, without control characters, and cut."""
    short = text if len(text) <= longest else f"{text[:longest]}…"
    return " ".join(cleaned(short).split())


def _severity(incident: FiringIncident) -> str:
    return shown(incident.alert.labels.get("severity", ""))


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def _next(
    incident: FiringIncident, given: Acknowledgement | None, reading: Reading
) -> float | None:
    if not incident.is_critical or given or incident.escalations or not reading.escalated_after:
        return None
    # Without its beginning, when it began to fire is the nearest that is known.
    return min(incident.since, default=incident.alert.starts_at) + reading.escalated_after


def _labels(incident: FiringIncident) -> tuple[tuple[str, str], ...]:
    found = sorted(incident.alert.labels.items())[:_MOST_LABELS]
    return tuple((shown(n, _LONGEST_LABEL), shown(v, _LONGEST_LABEL)) for n, v in found)


def _links(incident: FiringIncident, reading: Reading) -> Iterable[tuple[str, str]]:
    """Yield the links that lead to a web page, whatever stands in the annotation."""
    for name, annotation in _LINKS:
        if is_web(url := incident.alert.annotations.get(annotation, "")):
            yield name, url
    if is_web(url := _graph(incident.alert.generator_url, reading.prometheus)):
        yield "Prometheus", url


def _graph(url: str, address: str | None) -> str:
    """Return the link to the expression, at the address that the settings have for Prometheus."""
    try:
        query = urlsplit(url).query
    except ValueError:
        return ""
    return f"{address}/graph?{query}" if address and query else url


def is_web(url: str) -> bool:
    """Return whether a browser that follows an address asks a web server, and runs nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_whole = bool(parts.hostname) and url.isprintable() and len(url) <= LONGEST_LINK
    return parts.scheme in ("http", "https") and is_whole
