"""Descriptions of panels: what is drawn, from which metric, how late, which alert fires when."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from exporter.catalog import CATALOG
from exporter.catalog.model import ApplicationMetric, CloudMonitoring, Family, RedisInfo, Type
from exporter.catalog.prometheus_flags import RETENTION
from exporter.settings import Settings
from exporter.settings.types import duration
from generators.alert_table import PolicyAlert, ThresholdAlert
from generators.boards import Board
from generators.dashboards.model import LONGTERM, Panel, Target
from generators.limits import condition, lasting
from generators.policy import Policy, latency_policy
from generators.promql_tree.tree import Call, Node, Selector, parse, walk
from generators.rules.build import Rules
from generators.rules.longterm import INCREASE, KEPT
from generators.rules.model import Alerting, alerts, recordings
from generators.rules.slo import LONG_TERM

_KEPT = re.compile(KEPT)
_SUFFIXES = ("_bucket", "_sum", "_count")
SERIES: dict[str, Family] = {
    family.name + suffix: family
    for family in CATALOG.values()
    for suffix in (_SUFFIXES if family.type is Type.HISTOGRAM else ("",))
}
# By which rates divide, and which tells two histories of counts apart.
_AUXILIARY = ("ionmon_data_seconds_total", "ionmon_counting_start_timestamp_seconds")
_NAMED_FAMILIES = 3  # a description with more names none


@dataclass(frozen=True, slots=True)
class Facts:
    """The settings, rules and policy that descriptions are written from.

    absent  labels that no series has which a board's panels query
    """

    settings: Settings
    rules: Rules
    policy: Policy
    made: dict[str, str] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Settings, rules: Rules, policy: Policy) -> "Facts":
        """Return the facts, with the recorded series by name."""
        made = {r.record: r.expr for r in recordings(rules.all)}
        return cls(settings, rules, shown(settings, policy), made)


def shown(settings: Settings, policy: Policy) -> Policy:
    """Return the policy that boards show.

    Where single services alone promise a latency, the first of them stands for all.
    """
    each = (latency_policy(settings.of_service(name)) for name in settings.services)
    first = next((found for found in each if found is not None), None)
    return replace(policy, latency=policy.latency or first)


def description(facts: Facts, board: Board, panel: Panel) -> str:
    """Return the description of a panel."""
    found = [panel.what, _exact(panel), _origin(facts, panel), _kept(facts, panel)]
    about = dict.fromkeys(_alert(rule) for rule in _alerts(facts, board, panel))
    found.append(f"Alert: {'; '.join(about)}." if about else "")
    return " ".join(text for text in found if text)


def _exact(panel: Panel) -> str:
    """Return a sentence on how exact percentiles are, if there are any."""
    calls = (one for target in panel.targets for one in _nodes(target.expr))
    if not any(isinstance(one, Call) and one.function == "histogram_quantile" for one in calls):
        return ""
    return "Percentiles are estimated within a bucket of the histogram."


def names(expr: str) -> set[str]:
    """Return the names of the series that a query reads. Raises Unparsable."""
    return {one.name for one in _nodes(expr) if isinstance(one, Selector)}


def _nodes(expr: str) -> Iterator[Node]:
    return walk(parse(expr, variables=True))


def families(facts: Facts, panel: Panel) -> list[Family]:
    """Return the families behind a panel's queries, through all recording rules in between."""
    left = [word for target in panel.targets for word in names(target.expr)]
    seen: set[str] = set()
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            left += names(facts.made[name]) if name in facts.made else ()
    found = {SERIES[name].name: SERIES[name] for name in seen & set(SERIES)}
    return [found[name] for name in sorted(found) if name not in _AUXILIARY] or [*found.values()]


def _origin(facts: Facts, panel: Panel) -> str:
    found = families(facts, panel)
    stepped = any(_adds_steps(target) for target in panel.targets)
    if not found or len(found) > _NAMED_FAMILIES:
        return _late(facts.settings, found, stepped=stepped)
    listed = ", ".join(f"{family.name}{_source(family)}" for family in found)
    return f"From {listed}. {_late(facts.settings, found, stepped=stepped)}".strip()


def _adds_steps(target: Target) -> bool:
    """Return whether a query adds up steps of five minutes."""
    read = (one for one in _nodes(target.expr) if isinstance(one, Selector))
    return any(one.window is not None and one.name.endswith(f":{INCREASE}") for one in read)


def _source(family: Family) -> str:
    source = family.source
    return f" ({source.metric})" if isinstance(source, CloudMonitoring) else ""


def _late(settings: Settings, found: list[Family], *, stepped: bool) -> str:
    """Return how old the newest value may be: that of the slowest family.

    stepped  whether the panel adds up steps of five minutes
    """
    ages = [_age(settings, family) for family in found]
    oldest = max(ages, default=0) + (LONG_TERM if stepped else 0)
    if not oldest:
        return ""
    return f"The newest value is up to {duration(oldest)} old."


def _age(settings: Settings, family: Family) -> float:
    source = family.source
    if isinstance(source, CloudMonitoring):
        return float(source.period + source.delay)
    if isinstance(source, RedisInfo):
        return settings.redis.poll_interval
    return settings.application.poll_interval if isinstance(source, ApplicationMetric) else 0


def _kept(facts: Facts, panel: Panel) -> str:
    """Return how far back the panel goes, if that is less than the 90 days of other panels."""
    if facts.settings.prometheus.longterm is None or all(map(_long, panel.targets)):
        return ""
    return f"Kept for {RETENTION}."


def _long(target: Target) -> bool:
    """Return whether a query works on the server with 90 days."""
    if target.server == LONGTERM:
        return True
    found = names(target.expr)
    raw = found & {*SERIES, "ALERTS_FOR_STATE"}
    return not raw and any(_KEPT.fullmatch(name) for name in found)


def _alerts(facts: Facts, board: Board, panel: Panel) -> Iterator[Alerting]:
    """Yield the alerts that link to the panel, and those whose limits it draws."""
    for rule in alerts(facts.rules.all):
        row = rule.source
        linked = rule.panel.board is board and rule.panel.number == panel.number
        limited = isinstance(row, ThresholdAlert) and row.signal.name == panel.limits
        if linked or limited:
            yield rule


def _alert(rule: Alerting) -> str:
    row = rule.source
    limit = f" {condition(row)}" if isinstance(row, PolicyAlert) else ""
    return f"{lasting(rule.alert + limit, rule.for_)} ({rule.severity})"
