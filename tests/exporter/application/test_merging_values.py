"""Histograms of several versions meet on the bounds that all share; gauges by their rule."""

import pytest

from exporter.application.merging import Merger
from exporter.exposition.samples import Buckets
from tests.exporter.application.states import (
    NOW,
    Layout,
    gauge,
    histogram,
    merged,
    samples,
    scraped,
    state,
)


def test_histograms_meet_on_the_bounds_that_all_share() -> None:
    """Counts at shared bounds are exact; other bounds are gone; sums and counts are whole."""
    layout = Layout().count(
        "h", histogram((0.1, 0.2, 0.4)), (), {"0.1": 1, "0.2": 2, "0.4": 4, "+Inf": 8, "s": 1.5}
    )
    layout.count("h", histogram((0.1, 0.3, 0.4)), (), {"0.3": 16, "0.4": 32, "s": 2}, at=2.0)
    found = samples(merged(layout), "app_h")
    assert found == {"": Buckets((0.1, 0.4), (1, 54, 8), 3.5)}


def test_disjoint_bounds_leave_sum_and_count() -> None:
    """1,010 observations are 1,010, with no bucket of which the count would be wrong."""
    layout = Layout().count("h", histogram((0.1, 0.2, 0.4)), (), {"0.4": 10, "s": 3})
    layout.count("h", histogram((0.5, 1.0)), (), {"0.5": 1000, "s": 50}, at=2.0)
    found = merged(layout)
    assert samples(found, "app_h") == {"": Buckets((), (1010,), 53.0)}
    assert "no bucket bound in common" in found.hints[0]


def test_a_version_that_only_announced_its_bounds_takes_none_away() -> None:
    """Bounds are shared by those that counted something."""
    layout = Layout().count("h", histogram((0.1, 0.2)), (), {"0.1": 1, "s": 0.1})
    layout.count("h", histogram((5.0,)), (), {"s": 0.0}, at=2.0)
    assert samples(merged(layout), "app_h") == {"": Buckets((0.1, 0.2), (1, 0, 0), 0.1)}


def test_bounds_are_sorted_anew_when_a_version_begins_to_count() -> None:
    """An exporter that lived through the deploy shows what one that starts afterwards shows."""
    merger, layout = Merger(120.0, 100), Layout()
    layout.count("h", histogram((0.1, 0.2)), (), {"0.1": 1, "0.2": 2, "s": 1})
    merger.merge(state(layout), NOW, scraped)
    layout.count("h", histogram((0.2, 0.9)), (), {"s": 0}, at=2.0)
    merger.merge(state(layout), NOW, scraped)
    layout.count("h", histogram((0.2, 0.9)), (), {"0.9": 4, "s": 3}, at=2.0)
    lived = merger.merge(state(layout), NOW, scraped)
    assert samples(lived, "app_h") == {"": Buckets((0.2,), (3, 4), 4.0)}
    assert samples(lived, "app_h") == samples(merged(layout), "app_h")


def test_version_1_counts_go_to_the_next_bound() -> None:
    """The old layout has one shape a family: a count at another bound belongs above it."""
    counted = {"0.5": 2.0, "1.0": 3.0, "+Inf": 4.0, "s": 9.5}
    layout = Layout(1).count("h", histogram((0.7, 1.0, 2.0)), (), counted)
    assert samples(merged(layout), "app_h") == {"": Buckets((0.7, 1.0, 2.0), (2, 3, 0, 4), 9.5)}


def test_a_summary_is_a_histogram_without_bounds() -> None:
    """Sums and counts add up; with a histogram of a later version, too."""
    summary = gauge(kind="summary")
    layout = Layout().count("s", summary, (), {"n": 4, "s": 1.5})
    assert samples(merged(layout), "app_s") == {"": Buckets((), (4,), 1.5)}
    layout.count("s", histogram((1.0,)), (), {"1.0": 2, "+Inf": 1, "s": 4}, at=2.0)
    assert samples(merged(layout), "app_s") == {"": Buckets((), (7,), 5.5)}


def test_a_sum_falls_with_negative_observations_only() -> None:
    """Where its counts are there, a lower sum was observed; where they fell, Redis went back."""
    merger, shape, found = Merger(120.0, 100), histogram((1.0,)), []
    for parts in ({"1.0": 1, "s": 10}, {"1.0": 3, "s": 5}, {"1.0": 1, "s": 4}):
        given = state(Layout().count("h", shape, (), parts))
        found.append(samples(merger.merge(given, NOW, scraped), "app_h")[""].sum)
    assert found == [10, 5, 5]


@pytest.mark.parametrize(
    ("rule", "value"), [("sum", 6.0), ("max", 3.0), ("min", 1.0), ("mean", 2.0), ("latest", 1.0)]
)
def test_gauges_of_living_instances_are_joined(rule: str, value: float) -> None:
    """By each rule; the latest is the one set last; a silent instance has no say."""
    shape, layout = gauge("region", rule=rule), Layout()
    for instance, seen, at, number in (
        ("a", NOW - 120, 5.0, 3.0),
        ("b", NOW - 60, 7.0, 1.0),
        ("c", NOW, 6.0, 2.0),
        ("dead", NOW - 121, 9.0, 100.0),
    ):
        layout.seen[instance] = seen
        layout.set(instance, "g", shape, ("us",), number, at=at)
    assert samples(merged(layout), "app_g") == {"region=us": value}


def test_the_latest_of_version_1_is_who_flushed_last() -> None:
    """The old layout does not say when a gauge was set."""
    layout, shape = Layout(1), gauge(rule="latest")
    for instance, seen, value in (("a", NOW, 1.0), ("b", NOW - 1, 2.0)):
        layout.seen[instance] = seen
        layout.set(instance, "g", shape, (), value)
    assert samples(merged(layout), "app_g") == {"": 1.0}


def test_states_are_those_of_the_instance_that_set_one_last() -> None:
    """Never one state of each: an enum that two instances set has one state."""
    shape, layout = gauge("mood", rule="latest", kind="stateset"), Layout()
    for instance, moods in (
        ("a", {"good": (0.0, 5.0), "bad": (1.0, 5.0), "odd": (0.0, 1.0)}),
        ("b", {"good": (0.0, 3.0), "bad": (0.0, 1.0), "odd": (1.0, 3.0)}),
    ):
        for mood, (value, at) in moods.items():
            layout.set(instance, "mood", shape, (mood,), value, at=at)
    found = samples(merged(layout), "app_mood")
    assert found == {"mood=good": 0.0, "mood=bad": 1.0, "mood=odd": 0.0}


def test_a_gauge_with_other_labels_than_its_description_is_left_out_and_noted() -> None:
    """Which of its values is the region's cannot be known; the others are shown."""
    layout = Layout().set("i", "g", gauge("region"), ("us",), 4.0)
    layout.set("i", "g", gauge("region"), ("us", "what"), 8.0)
    found = merged(layout)
    assert samples(found, "app_g") == {"region=us": 4.0}
    assert +found.dropped == {("app_g", "labels"): 1}
    assert found.notes == [
        "app_g: 1 series left out: their labels are not those of the description"
    ]


def test_at_the_limit_the_gauges_that_were_set_last_are_kept() -> None:
    """The others are counted and noted, as series of counters are."""
    layout = Layout()
    for number in range(1, 6):
        layout.set("i", "g", gauge("v"), (f"v{number}",), float(number), at=float(number))
    found = Merger(120.0, 2).merge(state(layout), NOW, scraped)
    assert samples(found, "app_g") == {"v=v5": 5.0, "v=v4": 4.0}
    assert +found.dropped == {("app_g", "limit"): 3}
    assert found.notes == ["app_g: more than 2 series, those that rose longest ago are left out"]
