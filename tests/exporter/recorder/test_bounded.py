"""Label values stay few."""

from concurrent.futures import ThreadPoolExecutor

from exporter.recorder.bounded import LONGEST, OTHER, Bounded


def test_what_comes_late_is_other() -> None:
    """The first values pass for good; later ones, and empty ones, are `other`."""
    bounded = Bounded(2)
    found = [bounded.of(value) for value in ("a", "", "b", "c", "a", "b", "d")]
    assert found == ["a", OTHER, "b", OTHER, "a", "b", OTHER]


def test_a_value_is_cut() -> None:
    """A very long value is cut, the same each time."""
    bounded = Bounded(2)
    assert {bounded.of("x" * 1000) for _ in range(2)} == {"x" * LONGEST}


def test_threads_do_not_pass_the_bound() -> None:
    """Many threads with many values see no more of them than were allowed."""
    bounded = Bounded(10)
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(bounded.of, [str(n) for n in range(2000)]))
    assert len(found - {OTHER}) == 10
