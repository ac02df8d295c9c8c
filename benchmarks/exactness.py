"""Counted requests against the world's own, after a storm of late points, outages and kills."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.row import Row
from tests.e2e.storm import KILLS, counted, happened, weathered


def rows() -> Iterator[Row]:
    """Yield the row of this file."""
    with tempfile.TemporaryDirectory() as name, weathered(Path(name)) as (page, served):
        ours, truth = sum(counted(page).values()), _sum(happened(page, served))
    what = f"requests counted over late points, an outage of 10 minutes and {KILLS} kill -9"
    figure = f"{ours:,.0f}, {ours / truth:.3%}"
    yield Row(
        what=what,
        figure=figure,
        baseline=f"{truth:,.0f} happened",
        reach="100.000 %",
        met=ours == truth,
    )


def _sum(totals: dict[tuple[str, ...], object]) -> int:
    counts = [value for value in totals.values() if isinstance(value, int)]
    assert len(counts) == len(totals)
    return sum(counts)
