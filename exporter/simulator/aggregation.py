"""What Cloud Monitoring does to points before it returns them: aligners and reducers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import floor
from typing import Any

from exporter.catalog.model import MetricKind, ValueType
from exporter.simulator.refusal import invalid
from exporter.simulator.truth import Dist, TruthPoint, Value, merged, quantile

SHORTEST_PERIOD = 60.0
_QUANTILES = {"99": 0.99, "95": 0.95, "50": 0.5, "05": 0.05}
NUMBERS = (ValueType.INT64, ValueType.DOUBLE)
WHOLE = (*NUMBERS, ValueType.DISTRIBUTION)
_G, _D, _C = MetricKind.GAUGE, MetricKind.DELTA, MetricKind.CUMULATIVE
Join = Callable[[Sequence[Any]], Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A series on its way to the client; points from new to old."""

    metric_type: str
    resource_type: str
    kind: MetricKind
    value_type: ValueType
    metric: dict[str, str]
    resource: dict[str, str]
    points: tuple[TruthPoint, ...]

    @property
    def key(self) -> str:
        """The series' identity: types and labels."""
        found = (self.metric_type, self.resource_type, self.metric, self.resource)
        return repr((*found[:2], sorted(self.metric.items()), sorted(self.resource.items())))


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesOperation:
    """An aligner or reducer: kinds and types that it takes and returns; None keeps kind or type."""

    join: Join
    kinds: tuple[MetricKind, ...]
    values: tuple[ValueType, ...]
    kind: MetricKind | None = _G
    value: ValueType | None = None


def total(values: Sequence[Any]) -> Value:
    """Add numbers, or merge distributions."""
    if isinstance(values[0], Dist):
        return merged(values)
    return sum(values)  # type: ignore[no-any-return]  # numbers, by the operation's table


def _mean(values: Sequence[Any]) -> float:
    if isinstance(values[0], Dist):
        return merged(values).mean
    return float(sum(values)) / len(values)


def _percentile(q: float) -> Join:
    return lambda values: quantile(q, merged(values))


_COUNTED = (*NUMBERS, ValueType.BOOL)
ALIGNERS: dict[str, SeriesOperation] = {
    "ALIGN_DELTA": SeriesOperation(join=total, kinds=(_C, _D), values=WHOLE, kind=_D),
    "ALIGN_RATE": SeriesOperation(
        join=total, kinds=(_C, _D), values=NUMBERS, kind=_G, value=ValueType.DOUBLE
    ),
    "ALIGN_SUM": SeriesOperation(join=total, kinds=(_G, _D), values=WHOLE),
    "ALIGN_MEAN": SeriesOperation(
        join=_mean, kinds=(_G, _D), values=NUMBERS, kind=_G, value=ValueType.DOUBLE
    ),
    "ALIGN_MIN": SeriesOperation(join=min, kinds=(_G, _D), values=NUMBERS),
    "ALIGN_MAX": SeriesOperation(join=max, kinds=(_G, _D), values=NUMBERS),
    "ALIGN_COUNT": SeriesOperation(
        join=len, kinds=(_G, _D), values=_COUNTED, kind=_G, value=ValueType.INT64
    ),
    **{
        f"ALIGN_PERCENTILE_{name}": SeriesOperation(
            join=_percentile(q),
            kinds=(_G, _D),
            values=(ValueType.DISTRIBUTION,),
            kind=_G,
            value=ValueType.DOUBLE,
        )
        for name, q in _QUANTILES.items()
    },
}
_ANY = (_G, _D, _C)
REDUCERS: dict[str, SeriesOperation] = {
    "REDUCE_SUM": SeriesOperation(join=total, kinds=_ANY, values=WHOLE, kind=None),
    "REDUCE_MEAN": SeriesOperation(
        join=_mean, kinds=_ANY, values=WHOLE, kind=_G, value=ValueType.DOUBLE
    ),
    "REDUCE_MIN": SeriesOperation(join=min, kinds=_ANY, values=NUMBERS, kind=_G),
    "REDUCE_MAX": SeriesOperation(join=max, kinds=_ANY, values=NUMBERS, kind=_G),
    "REDUCE_COUNT": SeriesOperation(
        join=len, kinds=_ANY, values=(*WHOLE, ValueType.BOOL), kind=_G, value=ValueType.INT64
    ),
}


@dataclass(frozen=True, slots=True)
class Aggregation:
    """period: seconds. aligner, reducer: Google's names. fields: what to group by."""

    period: float
    aligner: str = "ALIGN_NONE"
    reducer: str = "REDUCE_NONE"
    fields: tuple[str, ...] = ()

    def check(self) -> None:
        """Raise Refusal where the parts do not go together."""
        if self.aligner == "ALIGN_NONE":
            if self.reducer != "REDUCE_NONE":
                raise invalid("A cross-series reducer needs a per-series aligner.")
        elif self.period < SHORTEST_PERIOD:
            raise invalid("aggregation.alignmentPeriod must be at least 60 seconds.")
        for name, table in ((self.aligner, ALIGNERS), (self.reducer, REDUCERS)):
            if name not in table and not name.endswith("_NONE"):
                raise invalid(f"{name}: the simulator does not support it.")


def _operation(table: dict[str, SeriesOperation], name: str, series: Listed) -> SeriesOperation:
    operation = table[name]
    if series.kind not in operation.kinds or series.value_type not in operation.values:
        raise invalid(
            f"{name} cannot be applied to metrics with kind {series.kind} "
            f"and value type {series.value_type}."
        )
    return operation


def aggregate(series: Sequence[Listed], how: Aggregation, end: float) -> list[Listed]:
    """Align and reduce; aligned points end with the periods, counted back from `end`."""
    if how.aligner == "ALIGN_NONE":
        return list(series)
    aligned = [_align(one, how, end) for one in series]
    if how.reducer == "REDUCE_NONE":
        return aligned
    groups: dict[tuple[str, ...], list[Listed]] = {}
    for one in aligned:
        key = tuple(_field(one, name) for name in how.fields)
        groups.setdefault(key, []).append(one)
    return [_reduce(group, how) for group in groups.values()]


def _align(series: Listed, how: Aggregation, end: float) -> Listed:
    operation = _operation(ALIGNERS, how.aligner, series)
    windows: dict[float, list[Value]] = {}
    for point in rises(series):
        at = end - floor((end - point.end) / how.period) * how.period
        windows.setdefault(at, []).append(point.value)
    points = tuple(
        TruthPoint(at - how.period if operation.kind is _D else at, at, _joined(values, how))
        for at, values in sorted(windows.items(), reverse=True)
    )
    kind, value = operation.kind or series.kind, operation.value or series.value_type
    return replace(series, kind=kind, value_type=value, points=points)


def _joined(values: list[Value], how: Aggregation) -> Value:
    found = ALIGNERS[how.aligner].join(values)
    if how.aligner == "ALIGN_RATE":
        return float(found) / how.period  # type: ignore[arg-type]  # a number, by the table
    return found


def rises(series: Listed) -> Sequence[TruthPoint]:
    """Return what each point adds; the oldest of a cumulative series is only the start."""
    if series.kind is not _C:
        return series.points
    pairs = zip(series.points, series.points[1:], strict=False)
    return [now._replace(value=_rise(now, then)) for now, then in pairs]


def _rise(now: TruthPoint, then: TruthPoint) -> Value:
    if now.start > then.start:
        return now.value
    if isinstance(now.value, Dist) and isinstance(then.value, Dist):
        padded = (*then.value.counts, *(0,) * len(now.value.counts))
        counts = tuple(a - b for a, b in zip(now.value.counts, padded, strict=False))
        count = now.value.count - then.value.count
        return replace(now.value, count=count, counts=counts)
    return now.value - then.value  # type: ignore[operator]  # cumulative values are numbers


def _field(series: Listed, name: str) -> str:
    where, _, key = name.replace(".labels.", ".label.").partition(".label.")
    if name == "resource.type":
        return series.resource_type
    if name == "project":
        return series.resource.get("project_id", "")
    if where in ("metric", "resource") and key:
        return (series.metric if where == "metric" else series.resource).get(key, "")
    raise invalid(f"aggregation.groupByFields: unknown field {name!r}.")


def _reduce(group: list[Listed], how: Aggregation) -> Listed:
    operation = _operation(REDUCERS, how.reducer, group[0])
    columns: dict[tuple[float, float], list[Value]] = {}
    for one in group:
        for point in one.points:
            columns.setdefault((point.start, point.end), []).append(point.value)
    points = tuple(
        TruthPoint(start, end, operation.join(values))
        for (start, end), values in sorted(columns.items(), key=lambda c: -c[0][1])
    )
    first, kept = group[0], {name.split(".", 2)[-1] for name in how.fields}
    named = {n.split(".")[0] for n in how.fields}
    return replace(
        first,
        kind=operation.kind or first.kind,
        value_type=operation.value or first.value_type,
        metric={k: v for k, v in first.metric.items() if k in kept and "metric" in named},
        resource={k: v for k, v in first.resource.items() if k in kept or k == "project_id"},
        points=points,
    )
