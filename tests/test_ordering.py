"""The order in which workers take files."""

from itertools import pairwise

from tests.ordering import COMPUTING, LONGEST, ROOT, WAITING, ranked

CHAIN = [ROOT / f"tests/e2e/test_{name}.py" for name in "ba"]
WAITS = [WAITING / f"test_{name}.py" for name in "abc"]
COMPUTES = [COMPUTING / f"test_{name}.py" for name in "abcdef"]


def test_what_waits_is_beside_what_computes() -> None:
    """Both kinds are spread evenly, after the whole chain, and each keeps its order."""
    ranks = ranked([*CHAIN, *WAITS, *COMPUTES])
    files = sorted(ranks, key=ranks.__getitem__)
    assert files[:2] == CHAIN
    assert [file for file in files if file in WAITS] == WAITS
    assert [file for file in files if file in COMPUTES] == COMPUTES
    assert not any(one in WAITS and next_ in WAITS for one, next_ in pairwise(files))
    assert len(set(ranks.values())) == len(files)


def test_the_longest_begin_early() -> None:
    """Each is there, and comes before others of its kind."""
    assert [file for file in LONGEST if not file.exists()] == []
    ranks = ranked([*WAITS, *COMPUTES, *LONGEST])
    for others in (WAITS, COMPUTES):
        rest = [file for file in LONGEST if file.is_relative_to(others[0].parents[0])]
        assert rest
        assert max(ranks[file] for file in rest) < min(ranks[file] for file in others)
