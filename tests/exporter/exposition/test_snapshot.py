"""Parts become families by name, each series once."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from exporter.catalog.model import Family, Label, Type
from exporter.exposition.samples import Buckets, Part, Sample
from exporter.exposition.snapshot import Snapshot, snapshot
from tests.exporter.samples import COUNTER, GAUGE

BUCKETS = Buckets((1.0,), (1, 0), 0.5)
KEYS = st.sets(st.sampled_from("abcd"), max_size=4)


def part(keys: str, value: float = 1, of: object = GAUGE) -> Part:
    """Return a part with a series for each letter."""
    return Part(of, tuple(Sample((key, ""), value) for key in keys))  # type: ignore[arg-type]


def duplicated(found: Snapshot) -> tuple[str, ...]:
    """Return the names of families of which two parts have the same series."""
    return tuple(each.family for each in found.left_out if each.reason == "duplicate")


def test_families_come_by_name() -> None:
    """Families are in the order of their names, parts in the order in which they came."""
    one, two, three = part("a"), part("b"), part("a", of=COUNTER)
    found = snapshot((one, three, two), 7)
    assert found.families == ((COUNTER, (three,)), (GAUGE, (one, two)))
    assert (found.generation, duplicated(found)) == (7, ())


def test_a_part_without_series_is_left_out() -> None:
    """A family without a series is not on the page."""
    held = part("a", of=COUNTER)
    assert snapshot((part(""), held), 1).families == ((COUNTER, (held,)),)


def test_the_first_part_keeps_a_double() -> None:
    """Of a series that two parts hold the first one's value stays, and the family is named."""
    first, second = part("ab", 1), part("bc", 2)
    found = snapshot((first, second), 1)
    (_, (kept, rest)) = found.families[0]
    assert kept is first
    assert rest.samples == (Sample(("c", ""), 2),)
    assert duplicated(found) == (GAUGE.name,)


@given(st.lists(KEYS, max_size=5))
def test_each_series_is_there_once(groups: list[set[str]]) -> None:
    """Whatever parts hold, a page has each of their series once; a part without doubles stays."""
    given_parts = [part("".join(sorted(keys))) for keys in groups]
    found = snapshot(given_parts, 1)
    kept = [p for _, parts in found.families for p in parts]
    labels = [sample.labels for p in kept for sample in p.samples]
    assert sorted({(key, "") for keys in groups for key in keys}) == sorted(labels)
    assert bool(duplicated(found)) == (sum(map(len, groups)) > len(labels))
    before: set[str] = set()
    for keys, entry in zip(groups, given_parts, strict=True):
        assert (entry in kept) == (bool(keys) and not keys & before)
        before |= keys


def other(kind: Type, *names: str, text: str = "Another. [test]") -> Family:
    """Return a family of the gauge's name with another type and other labels."""
    labels = tuple(Label(name, name) for name in names)
    return replace(GAUGE, type=kind, labels=labels, help=text)


def test_parts_of_one_name_may_have_other_labels() -> None:
    """Both versions of a family are exposed, each with its own labels."""
    more = Part(other(Type.GAUGE, "a", "b", "c"), (Sample(("x", "", "z"), 1),))
    found = snapshot((part("x"), more), 1)
    assert [len(p.samples) for _, parts in found.families for p in parts] == [1, 1]
    assert found.left_out == ()


def test_a_series_is_told_by_its_labels_names() -> None:
    """The same labels in another order, or an empty one more, are the same series."""
    swapped = Part(other(Type.GAUGE, "b", "a"), (Sample(("", "x"), 1), Sample(("x", ""), 2)))
    more = Part(other(Type.GAUGE, "a", "b", "c"), (Sample(("x", "", ""), 3),))
    found = snapshot((part("x"), swapped, more), 1)
    rest = [sample.value for _, parts in found.families for p in parts[1:] for sample in p.samples]
    assert rest == [2]
    assert duplicated(found) == (GAUGE.name,)


def test_a_contradicting_type_costs_its_own_part() -> None:
    """The type that was exposed before stays while a part has it, then the other one follows."""
    gauge, histogram = part("a"), Part(other(Type.HISTOGRAM, "a"), (Sample(("x",), BUCKETS),))
    first = snapshot((gauge,), 1)
    both = snapshot((histogram, gauge), 2, first)
    assert both.families == ((GAUGE, (gauge,)),)
    assert [(each.reason, each.series) for each in both.left_out] == [("type", 1)]
    after = snapshot((histogram,), 3, both)
    assert (after.families, after.left_out) == (((histogram.family, (histogram,)),), ())


def test_a_clashing_name_costs_the_later_family() -> None:
    """Of a gauge x and a counter x_total the one that was exposed first stays."""
    counter = Part(replace(COUNTER, name=f"{GAUGE.name}_total"), (Sample(("x", ""), 1),))
    gauge = part("a")
    first = snapshot((counter,), 1)
    both = snapshot((gauge, counter), 2, first)
    assert both.families == ((counter.family, (counter,)),)
    assert [(each.family, each.reason) for each in both.left_out] == [(GAUGE.name, "name")]
    assert snapshot((gauge, counter), 1).families == ((GAUGE, (gauge,)),)
    assert snapshot((gauge,), 3, both).families == ((GAUGE, (gauge,)),)


def test_a_series_that_one_part_has_twice_is_exposed_once() -> None:
    """A part is looked at by itself, too."""
    double = Part(GAUGE, (Sample(("x", ""), 1), Sample(("x", ""), 2)))
    ((_, (kept,)),) = snapshot((double,), 1).families
    assert kept.samples == (Sample(("x", ""), 1),)


def test_what_did_not_change_is_not_grouped_again() -> None:
    """The groups of unchanged parts are the same objects from snapshot to snapshot."""
    gauge, counter = part("a"), part("b", of=COUNTER)
    first = snapshot((gauge, counter), 1)
    second = snapshot((gauge, part("b", of=COUNTER)), 2, first)
    assert second.groups[GAUGE.name] is first.groups[GAUGE.name]
    assert second.groups[COUNTER.name] is not first.groups[COUNTER.name]
