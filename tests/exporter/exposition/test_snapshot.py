"""Parts become families by name, each series once."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.exposition.snapshot import Part, Sample, snapshot
from tests.exporter.samples import COUNTER, GAUGE

KEYS = st.sets(st.sampled_from("abcd"), max_size=4)


def part(keys: str, value: float = 1, of: object = GAUGE) -> Part:
    """Return a part with a series for each letter."""
    return Part(of, tuple(Sample((key, ""), value) for key in keys))  # type: ignore[arg-type]


def test_families_come_by_name() -> None:
    """Families are in the order of their names, parts in the order in which they came."""
    one, two, three = part("a"), part("b"), part("a", of=COUNTER)
    found = snapshot((one, three, two), 7)
    assert found.families == ((COUNTER, (three,)), (GAUGE, (one, two)))
    assert (found.generation, found.duplicated) == (7, ())


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
    assert found.duplicated == (GAUGE.name,)


@given(st.lists(KEYS, max_size=5))
def test_each_series_is_there_once(groups: list[set[str]]) -> None:
    """Whatever parts hold, a page has each of their series once; a part without doubles stays."""
    given_parts = [part("".join(sorted(keys))) for keys in groups]
    found = snapshot(given_parts, 1)
    kept = [p for _, parts in found.families for p in parts]
    labels = [sample.labels for p in kept for sample in p.samples]
    assert sorted({(key, "") for keys in groups for key in keys}) == sorted(labels)
    assert bool(found.duplicated) == (sum(map(len, groups)) > len(labels))
    before: set[str] = set()
    for keys, entry in zip(groups, given_parts, strict=True):
        assert (entry in kept) == (bool(keys) and not keys & before)
        before |= keys
