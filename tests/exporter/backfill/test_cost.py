"""The cost is what the API then bills."""

from exporter.backfill.cost import cost
from exporter.backfill.plan import WINDOW
from exporter.cloud_monitoring.estimate import FamilyCost
from tests.exporter.backfill.test_plan import COUNTER, CUT, GAUGE, family_cut, plan


def row(family: str, series: int) -> FamilyCost:
    """Return what a family has now."""
    return FamilyCost(
        project="p", family=family, series=series, interval=60.0, calls=0, billed=0, dollars=0.0
    )


def test_calls_and_series() -> None:
    """Each window bills each series once, and none as one; many points take several pages."""
    made = plan(4 * WINDOW, family_cut(COUNTER), family_cut(GAUGE))
    windows = [w for c in made.chunks() for w in c.windows() if w.start - 60 < CUT]
    found = cost(made, [row(COUNTER, 1000), row(GAUGE, 0)])
    counter, gauge = found.rows
    assert (counter.billed, gauge.billed) == (1000 * len(windows), len(windows))
    assert gauge.calls == len(windows)
    pages = sum(-(-1000 * (w.end - w.start) // 60 // 100_000) for w in windows)
    assert counter.calls == pages > len(windows)
    assert found.calls == counter.calls + gauge.calls
    assert found.dollars == (counter.billed + gauge.billed) * 0.5e-6
