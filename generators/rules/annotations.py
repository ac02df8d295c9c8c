"""What an alert reports: where, how much, how long, what to check, and where to read on."""

from exporter.catalog.model import Unit
from exporter.settings import Settings
from generators.boards import link
from generators.rules.model import Pairs
from generators.rules.rows import AlertText

RUNBOOKS = "docs/runbooks"
_SHOWN = {
    Unit.SECONDS: "{{ $value | humanizeDuration }}",
    Unit.RATIO: "{{ $value | humanizePercentage }}",
}
_LOCATION = (
    ("service_name", "{{ $labels.service_name }}"),
    ("database_id", "{{ $labels.database_id }}"),
    ("redis_id", "{{ $labels.redis_id }}"),
    ("family", "{{ $labels.family }}"),
    ("region", "in {{ $labels.region }}"),
    ("gcp_project", "({{ $labels.gcp_project }})"),
)


def annotations(settings: Settings, alert: str, text: AlertText, labels: tuple[str, ...]) -> Pairs:
    """Return an alert's annotations; its links open the panel at the alert's labels."""
    return (
        ("summary", text.summary),
        ("description", f"{text.description} {text.check}"),
        ("runbook_url", runbook(settings, alert)),
        ("dashboard_url", link(settings.links.grafana, text.panel, labels)),
    )


def runbook(settings: Settings, alert: str) -> str:
    """Return where an alert's runbook is: a path, where the settings have no address."""
    return f"{settings.links.runbooks or RUNBOOKS}/{alert}.md"


def value(unit: Unit) -> str:
    """Return the template of a value as people read it."""
    return _SHOWN.get(unit, "{{ $value | humanize }}")


def of(labels: tuple[str, ...]) -> str:
    """Return the template after a noun: of ion in europe-west1, or in europe-west1."""
    text = place(labels)
    return text if not text or text.startswith("in ") else f"of {text}"


def place(labels: tuple[str, ...]) -> str:
    """Return the template of what and where: ion in europe-west1 (ion-production)."""
    known = dict(_LOCATION)
    others = [f"{label} {{{{ $labels.{label} }}}}" for label in labels if label not in known]
    return " ".join((*others, *(text for label, text in _LOCATION if label in labels)))
