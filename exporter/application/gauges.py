"""Gauges of living instances, joined by rule; `latest`, infos and states are those set last."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from exporter.application.families import Joined, SchemaKey
from exporter.application.series import Unnamed, Values, is_cleaned, order
from exporter.application.state import LayoutState
from exporter.exposition.samples import Sample
from exporter.recorder.layout import parts

_JOINS: Mapping[str, Callable[[list[float]], float]] = {
    "sum": sum,
    "max": max,
    "min": min,
    "mean": lambda values: sum(values) / len(values),
}


@dataclass(frozen=True, slots=True, order=True)
class InstanceLevel:
    """A gauge's value in one instance; ordered by when it was set, then by the instance."""

    at: float
    instance: str
    value: float


class Levels:
    """The gauges of living instances at one reading, by schema."""

    def __init__(self) -> None:
        self.by_schema: dict[SchemaKey, dict[Values, list[InstanceLevel]]] = {}
        self.unreadable: list[str] = []

    def note(self, layout: LayoutState, living: Mapping[str, float]) -> None:
        """Add the gauges of a layout; one without a time counts as set at the last flush."""
        for (instance, name), level in layout.gauges.items():
            if instance not in living:
                continue
            try:
                found = parts(name, layout.version)
            except ValueError:
                self.unreadable.append(name)
                continue
            key = SchemaKey(layout.version, found.family, found.digest)
            series = self.by_schema.setdefault(key, {}).setdefault(found.values, [])
            series.append(InstanceLevel(level.at or living[instance], instance, level.value))


@dataclass(slots=True)
class GaugeSamples:
    """The samples of a family, when each was last set, and how many fields have no name.

    cleaned  how many series have label values that cannot be exposed as they are
    """

    samples: list[tuple[float, Sample]]
    unnamed: int = 0
    cleaned: int = 0


def gauge_samples(joined: Joined, levels: Levels) -> GaugeSamples:
    """Return a gauge family's samples, over all versions of the application."""
    found: dict[Values, list[InstanceLevel]] = {}
    unnamed = cleaned = 0
    for key, schema in joined.schemas.items():
        placed = order(joined.family, schema.shape)
        for values, series in levels.by_schema.get(key, {}).items():
            try:
                found.setdefault(placed(values), []).extend(series)
            except Unnamed:
                unnamed += 1
            else:
                cleaned += is_cleaned(values)
    if joined.shape.type == "stateset":
        _keep_last_states(found, joined)
    samples = [
        (max(series).at, Sample(labels, _value(joined.shape.rule, series)))
        for labels, series in found.items()
    ]
    return GaugeSamples(samples, unnamed, cleaned)


def _keep_last_states(found: dict[Values, list[InstanceLevel]], joined: Joined) -> None:
    """Keep, of each enum, only the states of the instance that set one last: they belong together.

    prometheus_client names the label with the state as it names the metric.
    """
    state = next(iter(joined.schemas)).family
    names = joined.family.label_names
    enums: dict[Values, list[Values]] = {}
    for labels in found:
        beside = tuple(v for name, v in zip(names, labels, strict=True) if name != state)
        enums.setdefault(beside, []).append(labels)
    for states in enums.values():
        last = max(max(found[labels]) for labels in states).instance
        for labels in states:
            kept = [level for level in found[labels] if level.instance == last]
            if kept:
                found[labels] = kept
            else:
                del found[labels]


def _value(rule: str, levels: list[InstanceLevel]) -> float:
    join = _JOINS.get(rule)
    if join is None:
        return max(levels).value
    # By instance: two exporters add floats in one order.
    return join([level.value for level in sorted(levels, key=lambda level: level.instance)])
