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


def _numbers(values: Values) -> list[float]:
    return [v for v in values if isinstance(v, int | float) and not math.isnan(v)]


def _there(values: Values) -> list[float | str]:
    return [v for v in values if v is not None and not (isinstance(v, float) and math.isnan(v))]


def _of_numbers(find: Callable[[list[float]], float]) -> Callable[[Values], Value]:
    def reduce(values: Values) -> Value:
        found = _numbers(values)
        return find(found) if found else None

    return reduce


def _delta(numbers: list[float]) -> float:
    """Return by how much a counter rose, over its resets."""
    return sum(new - old if new >= old else new for old, new in pairwise(numbers))


_REDUCERS: dict[str, Callable[[Values], Value]] = {
    "lastNotNull": lambda values: next(reversed(_there(values)), None),
    "last": lambda values: values[-1] if values else None,
    "firstNotNull": lambda values: next(iter(_there(values)), None),
    "first": lambda values: values[0] if values else None,
    "min": _of_numbers(min),
    "max": _of_numbers(max),
    "mean": _of_numbers(statistics.fmean),
    "median": _of_numbers(statistics.median),
    "sum": _of_numbers(math.fsum),
    "count": lambda values: float(len(values)),
    "range": _of_numbers(lambda numbers: max(numbers) - min(numbers)),
    "diff": _of_numbers(lambda numbers: numbers[-1] - numbers[0]),
    "delta": _of_numbers(_delta),
    "stdDev": _of_numbers(statistics.pstdev),
    "distinctCount": lambda values: float(len(set(values))),
    "changeCount": lambda values: float(sum(old != new for old, new in pairwise(_there(values)))),
}


def known(name: str) -> bool:
    """Say whether there is such a reducer."""
    return name in _REDUCERS


def reduced(name: str, values: Values) -> Value:
    """Return the figure; None where there is no value to make it from."""
    return _REDUCERS[name](values)
