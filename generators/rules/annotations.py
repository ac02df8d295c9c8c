"""What an alert reports: what is wrong, how much, where, the limit, what to check, what to read.

Everything is made from one statement an alert. Messages take the parts: the headline of a single
alert is its summary, that of many has only what they share.
"""

from collections.abc import Sequence

from exporter.catalog.expression import Matcher
from exporter.catalog.model import Unit
from exporter.settings import Settings
from generators import tenses
from generators.boards import link
from generators.limits import shown
from generators.policy import EVALUATION, WIDER, WINDOW
from generators.rules.bridging import AwayMarker
from generators.rules.model import Pairs
from generators.rules.names import span
from generators.rules.rows import AlertText
from generators.selectors import selector

RUNBOOKS = "docs/runbooks"
_SHOWN = {
    Unit.SECONDS: "{{ $value | humanizeDuration }}",
    Unit.RATIO: "{{ $value | humanizePercentage }}",
    Unit.PER_SECOND: "{{ $value | humanize }}/s",
}
_LOCATION = (
    ("service_name", "{{ $labels.service_name }}"),
    ("database_id", "{{ $labels.database_id }}"),
    ("redis_id", "{{ $labels.redis_id }}"),
    ("family", "{{ $labels.family }}"),
    ("region", "in {{ $labels.region }}"),
    ("gcp_project", "({{ $labels.gcp_project }})"),
)
_PROJECT = "gcp_project"
# What the statement itself names: a headline has the value alone.
_SUBJECTS = (
    "service_name",
    "database_id",
    "redis_id",
    "family",
    "instance",
    "collector",
    "application",
    "product",
    "integration",
    "rule_group",
    "remote_name",
    "address",
    "target",
)


def annotations(
    settings: Settings,
    alert: str,
    text: AlertText,
    labels: tuple[str, ...],
    away: Sequence[AwayMarker] = (),
) -> Pairs:
    """Return an alert's annotations; its links open the panel at the alert's labels.

    away  what says that its data is away, where the alert is kept meanwhile
    """
    where = headline_place(settings, labels)
    reading = _reading(text, where)
    problem = text.summary.removesuffix(".") if text.ended else tenses.present(text.summary)
    limit = f" (limit {text.limit})" if text.limit else ""
    parts = (
        ("summary", f"{problem}: {reading}{limit}" if reading else problem),
        ("description", text.description),
        ("check", text.check),
        ("problem", problem),
        ("ended", text.ended or tenses.past(text.summary)),
        ("reading", reading),
        ("value", text.value),
        ("place", where.removeprefix("in ")),
        ("limit", text.limit),
        ("no_data", no_data(away)),
    )
    return (
        *((name, part) for name, part in parts if part),
        ("runbook_url", runbook(settings, alert)),
        ("dashboard_url", link(settings.links.grafana, text.panel, labels)),
    )


def no_data(away: Sequence[AwayMarker]) -> str:
    """Return the template of since when there is no data; it is empty while there is."""
    if not away:
        return ""
    found, labels = _data_away(away)
    since = '{{ (. | first | value | toTime).Format "15:04" }}'
    return f"{_finds(f'min({found})', labels)}no data since {since} UTC{{{{ end }}}}"


def judged_window(name: str, labels: Sequence[str], away: Sequence[AwayMarker]) -> str:
    """Return the template of the window that a value is of: 5m, unless it held too few events.

    name    the series over five minutes
    labels  of it, which the alert has
    """
    found, of_away = _data_away(away)
    recent = f"last_over_time({selector(name, _same(labels))}[{span(3 * EVALUATION - 1)}])"
    query = f"{recent} or {found}" if found else recent
    return (
        f"{_finds(query, (*labels, *of_away))}{span(WINDOW)}{{{{ else }}}}"
        f"{span(WIDER[0])} or {span(WIDER[1])}, too few events for {span(WINDOW)}{{{{ end }}}}"
    )


def _data_away(away: Sequence[AwayMarker]) -> tuple[str, tuple[str, ...]]:
    """Return the query for what says that data is away, and the labels that printf fills in."""
    parts = (selector(one.name, (*one.matchers, *_same(one.labels))) for one in away)
    return " or ".join(parts), tuple(label for one in away for label in one.labels)


def _finds(query: str, labels: Sequence[str]) -> str:
    """Return the template that begins what is there where a query finds something."""
    values = " ".join(("", *(f"$labels.{label}" for label in labels)))
    return f"{{{{ with printf `{query}`{values} | query }}}}"


def _same(labels: Sequence[str]) -> tuple[Matcher, ...]:
    """Return the matchers that take the alert's own labels, which printf fills in."""
    return tuple(Matcher(label, ("%s",)) for label in labels)


def _reading(text: AlertText, where: str) -> str:
    """Return the value at its place: 12% of ion in europe-west1."""
    joint = "" if where.startswith("in ") else text.joint
    parts = (text.value, joint, where) if text.value and where else (text.value, where)
    return " ".join(part for part in parts if part)


def runbook(settings: Settings, alert: str) -> str:
    """Return where an alert's runbook is: a path, where the settings have no address."""
    return f"{settings.links.runbooks or RUNBOOKS}/{alert}.md"


def value(unit: Unit) -> str:
    """Return the template of a value as people read it."""
    return _SHOWN.get(unit, "{{ $value | humanize }}")


def shown_limit(limit: float, unit: Unit) -> str:
    """Return a limit as a headline has it: as the value beside it."""
    return f"{shown(limit, unit)}/s" if unit is Unit.PER_SECOND else shown(limit, unit)


def of(labels: tuple[str, ...]) -> str:
    """Return the template after a noun: of ion in europe-west1, or in europe-west1."""
    text = place(labels)
    return text if not text or text.startswith("in ") else f"of {text}"


def place(labels: tuple[str, ...]) -> str:
    """Return the template of what and where: ion in europe-west1 (ion-production)."""
    known = dict(_LOCATION)
    others = [f"{label} {{{{ $labels.{label} }}}}" for label in labels if label not in known]
    return " ".join((*others, *(text for label, text in _LOCATION if label in labels)))


def headline_place(settings: Settings, labels: tuple[str, ...]) -> str:
    """Return the template of what and where, as short as it can be understood.

    The project is left out beside other labels where there is only one.
    """
    project = _label(_PROJECT)
    if labels == (_PROJECT,):
        return project
    subjects = [_label(label) for label in _SUBJECTS if label in labels]
    left_out = {*_SUBJECTS, "region", _PROJECT, *(("job",) if "instance" in labels else ())}
    named = [
        f"{label.replace('_', ' ')} {_label(label)}" for label in labels if label not in left_out
    ]
    region = [f"in {_label('region')}"] if "region" in labels else []
    short = " ".join((", ".join((*subjects, *named)), *region)).strip()
    return f"{short}, project {project}" if _PROJECT in labels and _several(settings) else short


def _label(name: str) -> str:
    return f"{{{{ $labels.{name} }}}}"


def _several(settings: Settings) -> bool:
    """Return whether alerts can be about more than one project."""
    return settings.google.scope is not None or len(settings.google.projects) > 1
