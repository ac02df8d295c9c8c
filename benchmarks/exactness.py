"""Counted requests against the world's own, after a storm of late points, outages and kills."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.row import Row
from tests.e2e import change_storm, project_storm
from tests.e2e.storm import KILLS, counted, happened, weathered


def rows() -> Iterator[Row]:
    """Yield the rows of this file."""
    yield _points()
    yield _changes()
    yield _projects()


def _points() -> Row:
    with tempfile.TemporaryDirectory() as name, weathered(Path(name)) as (page, served):
        ours, truth = sum(counted(page).values()), _sum(happened(page, served))
    what = f"requests counted over late points, an outage of 10 minutes and {KILLS} kill -9"
    figure = f"{ours:,.0f}, {ours / truth:.3%}"
    return Row(
        what=what,
        figure=figure,
        baseline=f"{truth:,.0f} happened",
        reach="100.000 %",
        met=ours == truth,
    )


def _changes() -> Row:
    """Count while labels, buckets, Redis' state and the exporter change."""
    with tempfile.TemporaryDirectory() as name:
        found, truth, watch = change_storm.weathered(Path(name))
    ours, happened = sum(found.values()), sum(truth.values())
    wrong = len(watch.failures) + len(watch.falls)
    return Row(
        what=f"an application's events over {change_storm.ROUNDS} changes of version, snapshots "
        "restored into Redis, reloads and kill -9",
        figure=f"{ours:,.0f}, {ours / happened:.3%}; {wrong} failed or falling scrapes",
        baseline=f"{happened:,.0f} happened",
        reach="100.000 %; 0",
        met=found == truth and not wrong,
    )


def _projects() -> Row:
    """Count while projects are listed or read through a scope, and the wall clock is set."""
    with (
        tempfile.TemporaryDirectory() as name,
        project_storm.weathered(Path(name)) as (page, served),
    ):
        counted = project_storm.by_project(page)
        truth = project_storm.happened(page, served)
    ours, happened = sum(counted.values()), sum(truth.values())
    return Row(
        what=f"requests of {len(project_storm.ALL)} projects over {project_storm.CHANGES} reloads "
        "between lists and a scope, a wall clock that is an hour wrong, late points, kill -9",
        figure=f"{ours:,.0f}, {ours / happened:.3%}",
        baseline=f"{happened:,.0f} happened",
        reach="100.000 %",
        met=counted == truth,
    )


def _sum(totals: dict[tuple[str, ...], object]) -> int:
    counts = [value for value in totals.values() if isinstance(value, int)]
    assert len(counts) == len(totals)
    return sum(counts)
