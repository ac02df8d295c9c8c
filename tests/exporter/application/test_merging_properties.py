"""Whatever versions count at the same time, nothing is lost, doubled or put in a wrong bucket."""

from collections import Counter
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from exporter.application.merging import Merger
from exporter.recorder.layout import Shape
from tests.exporter.application.states import (
    NOW,
    Layout,
    counter,
    histogram,
    named,
    samples,
    scraped,
    state,
)

NAMES, BOUNDS = ("a", "b", "c"), (0.1, 0.2, 0.5, 1.0, 2.0)
Event = tuple[Shape, tuple[str, ...], int]

shapes = st.permutations(NAMES).flatmap(
    lambda names: st.integers(0, len(names)).map(lambda n: tuple(names[:n]))
)
bounds = st.sets(st.sampled_from(BOUNDS), min_size=1).map(lambda found: tuple(sorted(found)))


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    """Return counts of several versions: a shape, label values, and how many."""
    versions = [counter(*labels) for labels in draw(st.lists(shapes, min_size=1, max_size=4))]
    found = []
    for _ in range(draw(st.integers(1, 12))):
        shape = draw(st.sampled_from(versions))
        values = tuple(draw(st.sampled_from(("", "x", "y"))) for _ in shape.labels)
        found.append((shape, values, draw(st.integers(1, 9))))
    return found


@given(events())
def test_counters_are_sums_by_labels_that_are_not_empty(given_events: list[Event]) -> None:
    """An exporter that reads after each count ends with what one that starts at the end shows."""
    layout, expected, reading = Layout(), Counter[str](), Merger(120.0, 1000)
    totals: Counter[tuple[Shape, tuple[str, ...]]] = Counter()
    for at, (shape, values, number) in enumerate(given_events):
        totals[shape, values] += number
        expected[named(shape.labels, values)] += number
        layout.count("n_total", shape, values, totals[shape, values], at=float(at))
        lived = reading.merge(state(layout), NOW, scraped)
    lived = reading.merge(state(layout), NOW, scraped)
    fresh = Merger(120.0, 1000).merge(state(layout), NOW, scraped)
    assert samples(fresh, "app_n_total") == samples(lived, "app_n_total") == expected


@given(st.lists(st.tuples(bounds, st.sampled_from((*BOUNDS, 9.0))), min_size=1, max_size=12))
def test_histograms_are_exact_at_every_bound_they_show(
    observed: list[tuple[tuple[float, ...], float]],
) -> None:
    """The bounds are those that all versions share, and no observation is lost."""
    layout, counts = Layout(), Counter[tuple[Shape, str]]()
    for own, value in observed:
        shape = histogram(own)
        part = next((repr(bound) for bound in own if value <= bound), "+Inf")
        counts[shape, part] += 1
        layout.count("h", shape, (), {part: counts[shape, part]})
    found = samples(Merger(120.0, 9).merge(state(layout), NOW, scraped), "app_h")[""]
    assert set(found.bounds) == set.intersection(*(set(own) for own, _ in observed))
    below = dict(zip((*found.bounds, float("inf")), accumulate(found.counts), strict=True))
    assert below == {bound: sum(value <= bound for _, value in observed) for bound in below}
