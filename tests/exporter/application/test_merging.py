"""Instances are merged exactly: counts add up, gauges are joined by their rule."""

from typing import Any

import pytest

from exporter.application.merging import Merged, Merger
from exporter.application.state import ApplicationState
from exporter.catalog.application import ACTIVE_USERS
from exporter.exposition.snapshot import Buckets, Sample
from exporter.recorder.layout import Shape, field

NOW = 10_000.0
GAUGE = Shape(type="gauge", help="G.", labels=("region",))


def scraped(_since: float) -> bool:
    """Say that every scraper has come."""
    return True


def state(**given: Any) -> ApplicationState:
    """Return what Redis holds, most of it empty."""
    empty = {"meta": {"epoch": "e", "created": "7"}, "shapes": {}, "totals": {}, "gauges": {}}
    return ApplicationState(**{"now": NOW, **empty, "seqs": {}, "seen": {}, **given})


def merged(given: ApplicationState, limit: int = 100) -> Merged:
    """Merge what an exporter that starts sees."""
    return Merger(120.0, limit).merge(given, NOW, scraped)


def samples(found: Merged, name: str) -> dict[tuple[str, ...], Any]:
    """Return a family's values by labels."""
    return {s.labels: s.value for p in found.parts if p.family.name == name for s in p.samples}


def test_a_counter_has_its_total_and_when_it_began() -> None:
    """A whole number is written as one; created is when Redis began to count."""
    totals = {field("c_total", "", ("us",)): 3.0, field("c_total", "", ("eu",)): 0.5}
    shapes = {"c_total": Shape(type="counter", help="C.", labels=("region",))}
    (part, _) = merged(state(totals=totals, shapes=shapes)).parts
    assert part.samples == (Sample(("us",), 3, 7.0), Sample(("eu",), 0.5, 7.0))
    assert [type(sample.value) for sample in part.samples] == [int, float]


def test_a_histogram_keeps_buckets_of_older_versions() -> None:
    """Where bounds changed, counts stay in the bucket that they were counted in."""
    counted = {"0.5": 2.0, "1.0": 3.0, "+Inf": 4.0, "s": 9.5}
    totals = {field("h", part, ("us",)): value for part, value in counted.items()}
    shapes = {"h": Shape(type="histogram", help="H.", labels=("region",), bounds=(0.7, 1.0, 2.0))}
    found = samples(merged(state(totals=totals, shapes=shapes)), "app_h")
    assert found == {("us",): Buckets((0.5, 0.7, 1.0, 2.0), (2, 0, 3, 0, 4), 9.5)}


def test_a_summary_is_a_histogram_without_bounds() -> None:
    """Sums and counts add up; there is no more in it."""
    totals = {field("s", "n", ()): 4.0, field("s", "s", ()): 1.5}
    found = samples(
        merged(state(totals=totals, shapes={"s": Shape(type="summary", help="S.", labels=())})),
        "app_s",
    )
    assert found == {(): Buckets((), (4,), 1.5)}


@pytest.mark.parametrize(
    ("rule", "value"), [("sum", 6.0), ("max", 3.0), ("min", 1.0), ("mean", 2.0), ("latest", 2.0)]
)
def test_gauges_of_living_instances_are_joined(rule: str, value: float) -> None:
    """By each rule; an instance that has long been silent has no say."""
    seen = {"a": NOW - 120, "b": NOW - 60, "c": NOW, "dead": NOW - 121}
    values = {"a": 3.0, "b": 1.0, "c": 2.0, "dead": 100.0}
    gauges = {(instance, field("g", "", ("us",))): v for instance, v in values.items()}
    shapes = {"g": Shape(type="gauge", help="G.", labels=("region",), bounds=(), rule=rule)}
    found = merged(state(seen=seen, gauges=gauges, shapes=shapes))
    assert samples(found, "app_g") == {("us",): value}


def test_info_and_states_are_of_the_latest() -> None:
    """States are those of the instance that was heard of last."""
    seen, states = {"a": NOW - 1, "b": NOW}, ("good", "bad")
    gauges = {
        (instance, field("mood", "", (name,))): float(name == now)
        for instance, now in (("a", "good"), ("b", "bad"))
        for name in states
    }
    gauges["a", field("build_info", "", ("2",))] = 1.0
    shapes = {
        "mood": Shape(type="stateset", help="M.", labels=("mood",), bounds=(), rule="latest"),
        "build_info": Shape(type="info", help="B.", labels=("version",), bounds=(), rule="latest"),
    }
    found = merged(state(seen=seen, gauges=gauges, shapes=shapes))
    assert samples(found, "app_mood") == {("good",): 0.0, ("bad",): 1.0}
    assert samples(found, "app_build_info") == {("2",): 1.0}


def test_a_dead_instance_leaves_its_counts() -> None:
    """Totals do not say whose they are."""
    totals = {field("c_total", "", ()): 9.0}
    found = merged(
        state(totals=totals, shapes={"c_total": Shape(type="counter", help="C.", labels=())})
    )
    assert samples(found, "app_c_total") == {(): 9}


def test_a_total_never_falls() -> None:
    """What a failover took back is shown on, also while nothing is there."""
    merger, shapes = Merger(120.0, 100), {"c_total": Shape(type="counter", help="C.", labels=())}
    found = []
    for total in ({field("c_total", "", ()): 9.0}, {field("c_total", "", ()): 5.0}, {}):
        meta = {"epoch": "e", "created": "7"} if total else {}
        given = state(totals=total, shapes=shapes if total else {}, meta=meta)
        found.append(merger.merge(given, NOW, scraped).parts[0].samples)
    assert found == [(Sample((), 9, 7.0),)] * 3


def test_a_part_that_did_not_change_is_the_same() -> None:
    """So that its encoding can be kept; a changed one is another."""
    merger = Merger(120.0, 100)
    shapes = {
        "a_total": Shape(type="counter", help="C.", labels=()),
        "b_total": Shape(type="counter", help="C.", labels=()),
    }
    names = [field(name, "", ()) for name in shapes]
    first = merger.merge(state(shapes=shapes, totals=dict.fromkeys(names, 1.0)), NOW, scraped).parts
    again = merger.merge(
        state(shapes=shapes, totals={names[0]: 1.0, names[1]: 2.0}), NOW, scraped
    ).parts
    assert (first[0] is again[0], first[1] is again[1]) == (True, False)


def test_a_new_series_shows_zero_until_scrapers_came() -> None:
    """Later than the first reading, so that an increase sees its first counts."""
    merger, visited = Merger(120.0, 100), [False]
    shapes, found = {"c_total": Shape(type="counter", help="C.", labels=("a",))}, []
    totals = {field("c_total", "", ("old",)): 3.0}
    for seen in (False, False, False, True):
        visited[0] = seen
        given = state(totals=dict(totals), shapes=shapes)
        found.append(samples(merger.merge(given, NOW, lambda _: visited[0]), "app_c_total"))
        totals[field("c_total", "", ("new",))] = 5.0
    expected = [{("old",): 3}, *[{("old",): 3, ("new",): 0}] * 2, {("old",): 3, ("new",): 5}]
    assert expected == found


def test_a_metric_that_does_not_fit_costs_only_itself() -> None:
    """It is noted and counted as dropped, with notes of what Redis held; others are shown."""
    shapes = {"g": GAUGE, "app_requests_total": Shape(type="gauge", help="R.", labels=())}
    gauges = {("a", field("g", "", ("us",))): 1.0}
    found = merged(state(shapes=shapes, gauges=gauges, seen={"a": NOW}, notes=("x: y",)))
    assert samples(found, "app_g") == {("us",): 1.0}
    assert found.dropped == {"app_requests_total": 1}
    assert found.notes[0] == "x: y"
    assert found.notes[1].startswith("app_requests_total: must be a counter with the labels")
    assert len(found.notes) == 2


def test_fields_of_another_version_s_labels_are_left_out() -> None:
    """A field whose label values do not fit the shape is shown under no wrong label."""
    totals = {field("c_total", "", ("us",)): 1.0, field("c_total", "", ("us", "x")): 2.0}
    gauges = {("a", field("g", "", v)): 1.0 for v in (("us",), ("us", "x"))}
    shapes = {"c_total": Shape(type="counter", help="C.", labels=("region",)), "g": GAUGE}
    found = merged(state(totals=totals, gauges=gauges, shapes=shapes, seen={"a": NOW}))
    assert samples(found, "app_c_total") == {("us",): 1}
    assert samples(found, "app_g") == {("us",): 1.0}


def test_a_family_has_a_limit() -> None:
    """What is over it is dropped, counted and noted."""
    totals = {field("c_total", "", (str(n),)): 1.0 for n in range(7)}
    found = merged(
        state(totals=totals, shapes={"c_total": Shape(type="counter", help="C.", labels=("n",))}), 5
    )
    assert len(samples(found, "app_c_total")) == 5
    assert (found.dropped, found.notes) == (
        {"app_c_total": 2},
        ["app_c_total: more than 5 series"],
    )


def test_users_are_a_gauge_of_region_and_window() -> None:
    """Estimates are shown as they are."""
    found = merged(state(users={("us", "5m"): 3, ("us", "1h"): 4}))
    assert [part.family for part in found.parts] == [ACTIVE_USERS]
    assert samples(found, "app_active_users") == {("us", "5m"): 3, ("us", "1h"): 4}
