"""Aligners and reducers against sums made by hand from raw points."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from exporter.simulator.truth import Dist, merged, quantile
from exporter.simulator.world import World
from tests.exporter.simulator.asking import (
    COUNT,
    INSTANCES,
    LATENCIES,
    NOON,
    ROWS,
    Asker,
    aggregation,
    asking,
    identity,
)

SPAN = (NOON - 600, NOON)
STATE = "cloudsql.googleapis.com/database/instance_state"


@pytest.fixture(scope="module")
def asker() -> Iterator[Asker]:
    """Serve a calm world without delay, at noon."""
    with asking(World(start=NOON, scale=0.01), delay=0.0) as found:
        yield found


def windows(asker: Asker, metric: str, period: int) -> dict[Any, list[Any]]:
    """Return raw values by series and by the end of the period they lie in."""
    found = defaultdict(list)
    for (series, end), value in asker.points(metric, *SPAN).items():
        found[series, NOON - (NOON - end) // period * period].append(value)
    return found


@pytest.mark.parametrize(
    ("aligner", "metric", "by_hand"),
    [
        ("ALIGN_DELTA", COUNT, sum),
        ("ALIGN_SUM", COUNT, sum),
        ("ALIGN_SUM", INSTANCES, sum),
        ("ALIGN_DELTA", LATENCIES, sum),
        ("ALIGN_RATE", COUNT, lambda values: sum(values) / 300),
        ("ALIGN_MEAN", INSTANCES, lambda values: sum(values) / len(values)),
        ("ALIGN_MIN", COUNT, min),
        ("ALIGN_MAX", INSTANCES, max),
        ("ALIGN_COUNT", STATE, len),
    ],
)
def test_aligners(asker: Asker, aligner: str, metric: str, by_hand: Any) -> None:
    """Each aligner makes of a period's points what it says, at the period's end."""
    expected = {k: by_hand(v) for k, v in windows(asker, metric, 300).items()}
    found = asker.points(metric, *SPAN, aggregation=aggregation(300, aligner))
    assert pytest.approx(expected) == found


def test_a_percentile_is_of_all_values_in_the_period(asker: Asker) -> None:
    """ALIGN_PERCENTILE_95 is the quantile of the merged distributions."""
    found = asker.points(
        LATENCIES, *SPAN, aggregation=aggregation(600, "ALIGN_PERCENTILE_95", "REDUCE_MAX")
    )
    world = World(start=NOON, scale=0.01)
    series = world.series(LATENCIES, "cloud_run_revision", *SPAN)
    expected = max(
        quantile(0.95, merged([p.value for p in s.points if isinstance(p.value, Dist)]))
        for s in series
    )
    assert pytest.approx([expected]) == list(found.values())


@pytest.mark.parametrize(
    ("reducer", "by_hand"),
    [
        ("REDUCE_SUM", sum),
        ("REDUCE_MEAN", lambda values: sum(values) / len(values)),
        ("REDUCE_MIN", min),
        ("REDUCE_MAX", max),
        ("REDUCE_COUNT", len),
    ],
)
def test_reducers_join_series_by_group(asker: Asker, reducer: str, by_hand: Any) -> None:
    """A reducer joins the aligned series of each group and keeps the group's labels alone."""
    groups = defaultdict(list)
    for (series, end), values in windows(asker, COUNT, 300).items():
        groups[dict(series[2])["location"], end].append(sum(values))
    how = aggregation(300, "ALIGN_SUM", reducer, "resource.labels.location")
    found = asker.points(COUNT, *SPAN, aggregation=how)
    by_region = {(dict(s[2])["location"], end): value for (s, end), value in found.items()}
    assert {k: by_hand(v) for k, v in groups.items()} == pytest.approx(by_region)
    assert {("location", "project_id")} == {tuple(dict(s[2])) for s, _ in found}


def test_groups_by_metric_label_and_project(asker: Asker) -> None:
    """Classes, the project and the resource type can be grouped by, and sum to the whole."""
    fields = ("metric.label.response_code_class", "project", "resource.type")
    how = aggregation(600, "ALIGN_DELTA", "REDUCE_SUM", *fields)
    found = asker.points(COUNT, *SPAN, aggregation=how)
    assert {"2xx", "4xx", "5xx"} == {dict(s[0])["response_code_class"] for s, _ in found}
    assert sum(asker.points(COUNT, *SPAN).values()) == sum(found.values())


def test_a_sum_of_distributions_is_a_distribution(asker: Asker) -> None:
    """REDUCE_SUM merges buckets: their counts are those of all series together."""
    how = aggregation(600, "ALIGN_DELTA", "REDUCE_SUM")
    page = asker.pages(LATENCIES, *SPAN, aggregation=how)[0]
    value = page.time_series[0].points[0].value.distribution_value
    assert sum(asker.points(LATENCIES, *SPAN).values()) == sum(value.bucket_counts) == value.count
    assert page.unit == "ms"


def test_cumulative_series_align_to_what_they_rose_by(asker: Asker) -> None:
    """ALIGN_DELTA of a cumulative count is its rise over the period, the first minute included."""
    before = asker.pages(ROWS, NOON - 660, NOON)[0].time_series[0]
    rise = before.points[0].value.int64_value - before.points[-1].value.int64_value
    found = asker.points(ROWS, *SPAN, aggregation=aggregation(600, "ALIGN_DELTA"))
    assert rise == found[identity(before), NOON]
