"""The series that rules make: recorded ones with their labels, worked out, and ALERTS."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import reduce

from exporter.catalog.alert_names import SEVERITIES, SIGNAL
from exporter.catalog.labels import DATABASE, PROJECT, REDIS, REGION, SERVICE
from exporter.catalog.model import Type
from generators.checks.engine.context import Rule
from generators.checks.engine.known_series import Known, KnownSeries, Values, joined, union
from generators.checks.engine.result_labels import ResultLabels, shape
from generators.promql_tree.tree import Aggregate, Binary, Call, Node, Selector, selectors

_VALUES = frozenset({"last_over_time", "min_over_time", "max_over_time"})  # a counter's are its own
STATES = ("pending", "firing")
_POSSIBLE: Mapping[str, Values] = {
    "severity": SEVERITIES,
    SIGNAL: (),
    **{label.name: () for label in (PROJECT, REGION, SERVICE, DATABASE, REDIS)},
}


def with_rules(known: Known, rules: Iterable[Rule]) -> Known:
    """Return what is known, with all that these rules make."""
    by_name: dict[str, list[Rule]] = {}
    found = list(rules)
    for rule in found:
        if rule.kind == "record":
            by_name.setdefault(rule.name.value, []).append(rule)
    recorded = _Recorded(known, by_name)
    for name in by_name:
        recorded.work_out(name)
    return recorded.known.and_also(_alerts(recorded.known, [r for r in found if r.kind == "alert"]))


COUNT_VALUES = "count_values"


class _Recorded:
    """Works out recorded series, those that a rule is made of first."""

    def __init__(self, known: Known, rules: Mapping[str, list[Rule]]) -> None:
        self.known = known
        self._rules = rules
        self._open: set[str] = set()

    def work_out(self, name: str) -> None:
        """Make a recorded series known; one that is made of itself has unknown labels."""
        if name in self._open or name not in self._rules:
            return
        self._open.add(name)
        for rule in self._rules[name]:
            for selector in selectors(rule.query.tree) if rule.query.tree else ():
                self.work_out(selector.name)
        series = [_series(rule, self.known) for rule in self._rules[name]]
        self.known = self.known.and_also({name: reduce(joined, series)})


def _series(rule: Rule, known: Known) -> KnownSeries:
    found = (
        ResultLabels(extensible=True) if rule.query.tree is None else shape(rule.query.tree, known)
    )
    labels = {**found.labels, **dict(_own(rule))}
    kind = Type.GAUGE if rule.query.tree is None else type_of(rule.query.tree, known)
    return KnownSeries(
        name=rule.name.value,
        type=kind,
        labels=labels,
        interval=rule.interval,
        extensible=found.extensible,
        partial=found.partial,
    )


def _own(rule: Rule) -> Iterator[tuple[str, Values]]:
    """Yield the labels that a rule writes itself; a template's values are not known."""
    for name, text in rule.labels.items():
        yield name, () if "{{" in text.value else (text.value,)


def type_of(node: Node, known: Known) -> Type:
    """Return the type of a recorded series: a counter's own, or counters' sum; else a gauge.

    A counter is one still where some of its series are left out, or separated by a label, or read
    a little later.
    """
    if isinstance(node, Aggregate) and node.operator == "sum":
        return type_of(node.inner, known)
    if isinstance(node, Selector) and node.window is None:
        series = known.get(node.name)
        return Type.GAUGE if series is None else series.type
    if (
        isinstance(node, Call)
        and node.function in _VALUES
        and isinstance(node.arguments[0], Selector)
    ):
        return type_of(replace(node.arguments[0], window=None), known)
    if isinstance(node, Binary) and node.operator == "or":
        return type_of(node.left, known) if _alike(node, known) else Type.GAUGE
    if isinstance(node, Binary) and (node.operator in ("and", "unless") or tells_apart(node)):
        return type_of(node.left, known)
    return Type.GAUGE


def _alike(node: Binary, known: Known) -> bool:
    return type_of(node.left, known) is type_of(node.right, known)


def tells_apart(node: Binary) -> bool:
    """Say whether a product gives series a label that another series' value is."""
    right = node.right
    return node.operator == "*" and isinstance(right, Aggregate) and right.operator == COUNT_VALUES


def _alerts(known: Known, rules: list[Rule]) -> dict[str, KnownSeries]:
    """Return ALERTS and ALERTS_FOR_STATE, with the labels that alerts have, or could have.

    Boards show every severity and place, whichever alerts are enabled.
    """
    labels: dict[str, Values] = {"alertname": tuple(dict.fromkeys(r.name.value for r in rules))}
    extensible = not rules
    for rule in rules:
        found = (
            ResultLabels(extensible=True)
            if rule.query.tree is None
            else shape(rule.query.tree, known)
        )
        extensible = extensible or found.extensible
        labels = union(labels, {**found.labels, **dict(_own(rule))})
    if rules:
        labels = union(labels, _POSSIBLE)
    rows = {"ALERTS": {**labels, "alertstate": STATES}, "ALERTS_FOR_STATE": labels}
    return {
        name: KnownSeries(
            name=name,
            type=Type.GAUGE,
            labels=row,
            interval=None,
            extensible=extensible,
            partial=True,
        )
        for name, row in rows.items()
    }
