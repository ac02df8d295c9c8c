"""A row of the table: what was measured, beside what it is compared with."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured, its figure, the baseline's, what is to be reached, whether it is."""

    what: str
    figure: str
    baseline: str
    reach: str
    met: bool


Benchmark = Callable[[], Iterator[Row]]


def percentile(values: list[float], share: float) -> float:
    """Return the value that a share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def ms(seconds: float) -> str:
    """Return seconds as milliseconds."""
    return f"{seconds * 1e3:.2f} ms"
