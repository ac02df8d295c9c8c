"""The alert on critical alerts that go on: Prometheus times it, by when their conditions began.

`ALERTS_FOR_STATE` is the second in which a condition began to be true. It keeps that value while
the alert fires, through `keep_firing_for` and over a restart; an alert that resolves and begins
again has another one. So an alert that comes and goes is not escalated early, and `since`, which is
made from it, makes each incident another alert: an acknowledgement of one does not hide the next.
"""

from collections.abc import Sequence

from exporter.catalog.alert_names import CRITICAL, ESCALATES, ESCALATION_ALERT, SIGNAL, SINCE
from exporter.errors import SettingsError
from exporter.settings import EscalationSettings, Settings
from exporter.settings.types import duration
from generators import boards
from generators.alert_table import BurnAlert, ThresholdAlert
from generators.limits import number
from generators.policy import ESCALATION, EVALUATION
from generators.rules.annotations import no_data, runbook
from generators.rules.branches import away
from generators.rules.bridging import AwayMarker
from generators.rules.budgets import AWAY
from generators.rules.model import Alerting, Group, RuleFile, alerts
from generators.rules.rows import EscalationAlert

FILE, LONGTERM_FILE = "escalation.yml", "longterm-escalation.yml"
PLACE = ("gcp_project", "region", "service_name", "database_id", "redis_id")
_SINCE = f'ALERTS_FOR_STATE{{severity="{CRITICAL}"}}'
_TIME = (
    '{{ $value | humanizeTimestamp | reReplaceAll "^[0-9-]+ ([0-9]+:[0-9]+):.*$" "$1" }}'  # of UTC
)
_SUBJECT = "".join(
    f"{{{{ with $labels.{label} }}}}{{joint}}{{{{ . }}}}{{{{ end }}}}"
    for label in ("service_name", "database_id", "redis_id")
)
_REGION = "{{ with $labels.region }} in {{ . }}{{ end }}"
_PROBLEM, _ENDED = (f"A critical alert {verb} not acknowledged" for verb in ("is", "was"))
_VALUE = f"{{{{ $labels.alertname }}}} since {_TIME} UTC"


def escalated(settings: Settings) -> EscalationSettings | None:
    """Return the escalation that Alertmanager sends; None where it is left to PagerDuty."""
    found = settings.notifications.escalation
    return found if found is not None and (found.to or found.channel) else None


def files(
    settings: Settings, main: Sequence[RuleFile], longterm: Sequence[RuleFile]
) -> tuple[tuple[RuleFile, ...], tuple[RuleFile, ...]]:
    """Return the files for both servers; each evaluates the escalation of its own alerts.

    Raises SettingsError for an escalation that is sooner than the alert itself.
    """
    found = escalated(settings)
    if found is None:
        return (), ()
    critical = [rule for rule in alerts((*main, *longterm)) if rule.severity == CRITICAL]
    for rule in critical:
        if rule.for_ >= found.after:
            raise SettingsError(
                f"notifications.escalation.after: {duration(found.after)} is no longer than the "
                f"`for` of {rule.alert}, {duration(rule.for_)}; write a longer time"
            )
    rule = alert(settings, found, critical)
    second = settings.prometheus.longterm is not None and any(
        other.severity == CRITICAL for other in alerts(longterm)
    )
    return (_file(FILE, rule),), ((_file(LONGTERM_FILE, rule),) if second else ())


def _file(name: str, rule: Alerting) -> RuleFile:
    about = "Critical alerts that go on, and that nobody has acknowledged."
    return RuleFile(
        name,
        about,
        (Group(f"ion_{name.partition('.')[0].replace('-', '_')}", EVALUATION, (rule,)),),
    )


def alert(
    settings: Settings, escalation: EscalationSettings, critical: Sequence[Alerting]
) -> Alerting:
    """Return the rule: it fires for each critical alert that is old enough."""
    at = _SUBJECT.replace("{joint}", " of ") + _REGION
    reading = f"{_VALUE}{at}"
    common = tuple(n for n in PLACE if all(n in rule.carried for rule in critical))
    return Alerting(
        alert=ESCALATION_ALERT,
        expr=f'{_SINCE}\nand ignoring (alertstate) ALERTS{{alertstate="firing", '
        f'severity="{CRITICAL}"}}\nand time() - {_SINCE} >= {number(escalation.after)}',
        labels=(
            ("severity", ESCALATION),
            ("category", ESCALATION),
            (ESCALATES, "{{ $labels.alertname }}"),
            (SINCE, "{{ $value | humanizeTimestamp }}"),
        ),
        annotations=(
            ("summary", f"{_PROBLEM}: {reading}"),
            ("description", f"CRITICAL since {_TIME} UTC: {{{{ $labels.alertname }}}}{at}."),
            ("check", "Check whether somebody works on it, and acknowledge it or take it."),
            ("problem", _PROBLEM),
            ("ended", _ENDED),
            ("reading", reading),
            ("value", _VALUE),
            ("place", f"{_SUBJECT.replace('{joint}', '')}{_REGION}"),
            ("no_data", no_data(_away(critical))),
            ("runbook_url", runbook(settings, ESCALATION_ALERT)),
            ("dashboard_url", boards.link(settings.links.grafana, boards.INCIDENTS, common)),
        ),
        source=EscalationAlert(ESCALATION_ALERT, escalation.after),
        panel=boards.INCIDENTS,
        carried=places(critical),
    )


def _away(critical: Sequence[Alerting]) -> tuple[AwayMarker, ...]:
    """Return what says that data of some of these alerts is away."""
    found: dict[AwayMarker, None] = {}
    for rule in critical:
        match rule.source:
            case ThresholdAlert():
                found |= dict.fromkeys(away(rule.source))
            case BurnAlert():
                found |= dict.fromkeys(AWAY)
    return tuple(found)


def places(critical: Sequence[Alerting]) -> tuple[str, ...]:
    """Return the labels that say what and where these alerts are about; some lack some.

    Two signals of one alert can begin in the same second, as both forms of SLABreach do.
    """
    carried = dict.fromkeys(label for rule in critical for label in rule.carried)
    signal = (SIGNAL,) if any(SIGNAL in dict(rule.labels) for rule in critical) else ()
    return (*signal, *(n for n in PLACE if n in carried), *(n for n in carried if n not in PLACE))
