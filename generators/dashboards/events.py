"""Deploys and alerts as queries: marks in charts, tables of what happened, times of incidents."""

from typing import Any

from exporter.catalog.cloud_run import BILLABLE_TIME, REQUESTS
from exporter.catalog.model import Matcher
from exporter.catalog.own import DATA_AGE
from exporter.settings import Settings
from generators.boards import SIGNAL_PANELS, VARIABLES, Board
from generators.dashboards.model import MAIN
from generators.dashboards.queries import by_labels, family, maybe
from generators.dashboards.wording import Facts
from generators.rules.model import alerts as rule_alerts

TOLD = "critical|high|medium|low"
PAGED, WARNED = "critical", ("high", "medium")
_REVISION = "service_name, revision_name"
ALERT = ("alertname", "where", "service_name")
_PLACES = ("region", "database_id", "redis_id")  # the last one that an alert has is the nearest
_MARK = "5m"  # for so long a mark can be found


def alerts(chosen: tuple[str, ...], severity: str = TOLD, state: str = "firing") -> str:
    """Return a selector of the alerts of what is chosen; those without a place stay."""
    tests = f'alertstate="{state}",severity=~"{severity}"'
    places = maybe(tuple(label for label in VARIABLES if label in chosen))
    return f"ALERTS{{{tests},{places}}}" if places else f"ALERTS{{{tests}}}"


def _deploy(window: str) -> str:
    """Return what is there for some minutes after a revision's first: 1 for each revision.

    Of a service that was not known before, nothing is said: it is the exporter that is new.
    """
    billed = family(BILLABLE_TIME)
    return (
        f"count by ({_REVISION}) (increase({billed}[{window}]) > 0) "
        f"unless count by ({_REVISION}) ({billed} offset {window}) "
        f"and on (service_name) count by (service_name) ({billed} offset {window})"
    )


def deployed() -> str:
    """Return when each revision that was deployed in the range appeared, in milliseconds."""
    return f"min by ({_REVISION}) (min_over_time(({_deploy_began()})[$__range:{_MARK}]))"


def serving() -> str:
    """Return the share of a service's instance time that each revision now has."""
    billed = f"increase({family(BILLABLE_TIME)}[10m])"
    whole = f"sum by (service_name) ({billed})"
    share = f"sum by ({_REVISION}) ({billed}) / on (service_name) group_left () {whole}"
    return f"{share} > 0"


def began(selector: str, window: str = "1m") -> str:
    """Return the alerts that began to fire within the last minute, or a longer window."""
    return f"({selector} unless {selector} offset {window})"


def placed(alerts_: str, by: tuple[str, ...]) -> str:
    """Return alerts with the label `where`, if they are split by it; `all` is without a place."""
    if "where" not in by:
        return alerts_
    found = f'label_replace({alerts_}, "where", "all", "", "")'
    for label in _PLACES:
        found = f'label_replace({found}, "where", "$1", "{label}", "(.+)")'
    return found


def beginnings(selector: str, by: tuple[str, ...]) -> str:
    """Return how often alerts began to fire in the range."""
    return f"sum{by_labels(by)} (count_over_time({_stretches(selector, by)}[$__range:1m]))"


def firing(selector: str, by: tuple[str, ...]) -> str:
    """Return for how many seconds of the range alerts fired."""
    one = f"max{by_labels(by)} ({placed(selector, by)})"
    return f"sum{by_labels(by)} (count_over_time({one}[$__range:1m])) * 60"


def ongoing(selector: str, by: tuple[str, ...]) -> str:
    """Return for how many seconds alerts have fired that do so now; no more than the range."""
    now = f"max{by_labels(by)} ({placed(selector, by)})"
    begun = f"max_over_time(({_stretches(selector, by)} * time())[$__range:1m])"
    return f"time() - ({begun} and {now}) or {now} * $__range_s"


def _stretches(selector: str, by: tuple[str, ...]) -> str:
    """Return what fires and did not a minute ago, alerts that agree in labels taken as one."""
    kept = by_labels(by)
    now, before = (placed(text, by) for text in (selector, f"{selector} offset 1m"))
    return f"(max{kept} ({now}) unless max{kept} ({before}))"


def incidents(selector: str) -> tuple[str, str]:
    """Return in how many stretches of the range any alert fired, and for how many seconds."""
    begun = f"sum (count_over_time({_stretches(selector, ())}[$__range:1m]))"
    return begun, firing(selector, ())


def resolution(selector: str) -> str:
    """Return the mean time of the stretches of the range that have ended."""
    ends = f"(max ({selector} offset 1m) unless max ({selector}))"
    ended = f"sum (count_over_time({ends}[$__range:1m]))"
    total = firing(selector, ())
    # Both count whole minutes, the first and the last one too.
    present = f"(floor(({ongoing(selector, ())}) / 60) + 1) * 60"
    return f"({total} - {present} or {total}) / ({ended} > 0)"


def detection(selector: str) -> str:
    """Return the mean time from the first bad minute to an alert: the data's age, and the wait."""
    waited = f"(time() - ALERTS_FOR_STATE) and ignoring (alertstate) {began(selector)}"
    age = family(DATA_AGE, (Matcher("family", (REQUESTS.name,)),))
    late = f"max(avg_over_time({age}[$__range]))"
    return f"avg(avg_over_time(({waited})[$__range:1m])) + {late}"


def annotations(facts: Facts, board: Board, chosen: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the marks: deploys, alerts that page, and warnings that lead to the board.

    Each is a line where it begins. They are found for five minutes, so that none falls between two
    steps of a query over thirty days; their value says when it was.
    """
    found = [
        _deploy_marks(),
        _alert_marks(facts.settings, "Pages", alerts(chosen, PAGED), "anomaly"),
    ]
    warned = "|".join(_warned(facts, board))
    if warned:
        told = f'{alerts(chosen, "|".join(WARNED))[:-1]},signal=~"{warned}"}}'
        found.append(_alert_marks(facts.settings, "Warnings of this board", told, "limit"))
    return found


def _warned(facts: Facts, board: Board) -> list[str]:
    """Return the signals of the board that less urgent alerts are about."""
    told = (rule for rule in rule_alerts(facts.rules.all) if rule.severity in WARNED)
    signals = dict.fromkeys(dict(rule.labels).get("signal", "") for rule in told)
    return [name for name in signals if name and SIGNAL_PANELS[name].board is board]


def _deploy_marks() -> dict[str, Any]:
    return {
        "name": "Deploys",
        "expr": _deploy_began(),
        "colour": "latency",
        "step": "60s",
        "tags": "service_name",
        "title": "Deploy of {{service_name}}",
        "text": "{{revision_name}}",
        "datasource": MAIN,
    }


def _alert_marks(settings: Settings, name: str, selector: str, colour: str) -> dict[str, Any]:
    begun = f"max_over_time(({began(selector)} * time())[{_MARK}:1m])"
    return {
        "name": name,
        "colour": colour,
        "expr": f"max by (alertname, severity) ({begun}) * 1000",
        "step": "60s",
        "tags": "severity",
        "title": "{{alertname}}",
        "text": f"{{{{severity}}}}{_runbook(settings)}",
        "datasource": MAIN,
    }


def _deploy_began() -> str:
    """Return when a revision was first seen, in milliseconds, for as long as marks are found."""
    seen = f"timestamp({family(BILLABLE_TIME)})"
    first = f"min by ({_REVISION}) (min_over_time({seen}[{_MARK}:1m])) * 1000"
    return f"{first} and {_deploy(_MARK)}"


def _runbook(settings: Settings) -> str:
    base = runbooks(settings)
    return f' <a href="{base}/{{{{alertname}}}}.md">runbook</a>' if base else ""


def runbooks(settings: Settings) -> str:
    """Return where runbooks are, where that is an address that a browser can open."""
    base = settings.links.runbooks or ""
    return base if base.startswith(("http://", "https://")) else ""
