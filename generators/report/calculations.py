"""One figure from many: Grafana's reducers by their identifiers."""

import math
import statistics
from collections.abc import Callable, Sequence
from itertools import pairwise

from generators.report.display import Value

Values = Sequence[Value]
TITLES = {
    "lastNotNull": "Last *",
    "last": "Last",
    "firstNotNull": "First *",
    "first": "First",
    "min": "Min",
    "max": "Max",
    "mean": "Mean",
    "median": "Median",
    "sum": "Total",
    "count": "Count",
    "range": "Range",
    "diff": "Difference",
    "delta": "Delta",
    "stdDev": "StdDev",
    "distinctCount": "Distinct Count",
    "changeCount": "Change Count",
}
COUNTS = frozenset({"count", "distinctCount", "changeCount"})  # shown without the field's unit


def _numbers(values: Values) -> list[float]:
    return [v for v in values if isinstance(v, int | float) and not math.isnan(v)]


def _there(values: Values) -> list[float | str]:
    return [v for v in values if v is not None and not (isinstance(v, float) and math.isnan(v))]


def _of_numbers(find: Callable[[list[float]], float]) -> Callable[[Values], Value]:
    def reduce(values: Values) -> Value:
        found = _numbers(values)
        return find(found) if found else None

    return reduce


def _delta(values: Values) -> float:
    """Return by how much a counter rose; of a reset and what follows it, nothing counts."""
    rises, risen = True, 0.0
    for old, new in pairwise(_numbers(values)):
        risen += new - old if new >= old and rises else 0.0
        rises = new >= old
    return risen


def _spread(values: Values) -> Value:
    """Return the deviation from the mean; a value that is no number leaves none."""
    found = [value for value in values if isinstance(value, int | float)]
    if any(map(math.isnan, found)):
        return None
    return statistics.pstdev(found) if found else 0.0


def _some(values: Values) -> list[float | str]:
    """Return what is there, NaN among it."""
    return [value for value in values if value is not None]


_REDUCERS: dict[str, Callable[[Values], Value]] = {
    "lastNotNull": lambda values: next(reversed(_there(values)), None),
    "last": lambda values: values[-1] if values else None,
    "firstNotNull": lambda values: next(iter(_there(values)), None),
    "first": lambda values: values[0] if values else None,
    "min": _of_numbers(min),
    "max": _of_numbers(max),
    "mean": _of_numbers(statistics.fmean),
    "median": _of_numbers(statistics.median),
    "sum": lambda values: math.fsum(_numbers(values)),
    "count": lambda values: float(len(_some(values))),
    "range": _of_numbers(lambda numbers: max(numbers) - min(numbers)),
    "diff": _of_numbers(lambda numbers: numbers[-1] - numbers[0]),
    "delta": _delta,
    "stdDev": _spread,
    "distinctCount": lambda values: float(len({str(value) for value in _some(values)})),
    "changeCount": lambda values: float(sum(old != new for old, new in pairwise(_some(values)))),
}


def known(name: str) -> bool:
    """Say whether there is such a reducer."""
    return name in _REDUCERS


def reduced(name: str, values: Values) -> Value:
    """Return the figure; None where there is no value to make it from."""
    return _REDUCERS[name](values)
