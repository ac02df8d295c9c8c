"""Since when a server has data: a flat beginning is not calm, it may be before the first sample."""

from collections.abc import Callable

from generators.promql_tree.tree import series_names
from generators.tuning.model import RecordedSeries, TimeGrid

DAY = 86400
_BACK, _ALIGNED = 400 * DAY, 30 * DAY  # aligned, so that it is the same the next day
_COARSE, _FINE = 8 * 3600, 60  # seconds between the times at which data is looked for
Ask = Callable[[str, TimeGrid], tuple[RecordedSeries, ...]]
Beginnings = tuple[tuple[str, int], ...]


def first_time(series: RecordedSeries, grid: TimeGrid) -> int | None:
    """Return the time of the first value of a series, None where it has none."""
    there = series.values == series.values
    return grid.start + int(there.argmax()) * grid.step if there.any() else None


def beginnings(expression: str, end: int, ask: Ask) -> Beginnings:
    """Return the names that an expression reads and a server has, each with its first minute.

    What is older than thirteen months began then; what begins after `end` is left out.
    """
    names = sorted(name for name in series_names(expression) if name)
    if not names:
        return ()
    start = (end - _BACK) // _ALIGNED * _ALIGNED
    coarse = TimeGrid(start=start, step=_COARSE, count=(end - start) // _COARSE + 2)
    # Over the whole time between two looks: series that say that something is wrong exist for
    # minutes, weeks apart.
    some = f'last_over_time({{__name__=~"{"|".join(names)}"}}[{_COARSE}s])'
    found = {
        name: first_time(one, coarse)
        for one in ask(f"count by (__name__) ({some})", coarse)
        if (name := dict(one.labels).get("__name__"))  # who answers otherwise is no Prometheus
    }
    exact = {n: _exact(n, at, start, ask) for n, at in found.items() if at is not None}
    return tuple((n, at) for n, at in sorted(exact.items()) if at is not None and at <= end)


def _exact(name: str, at: int, start: int, ask: Ask) -> int | None:
    """Return the first minute at which there is data, `at` or before it; None without any."""
    if at == start:
        return at
    count = _COARSE // _FINE
    between = TimeGrid(start=at - _COARSE + _FINE, step=_FINE, count=count)
    found = (first_time(one, between) for one in ask(f'count({{__name__="{name}"}})', between))
    return min((time for time in found if time is not None), default=None)
