"""Finds what overlaps a time without looking at all that does not."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import Generic, TypeVar

Thing = TypeVar("Thing")
Time = tuple[float, float]


class Overlaps(Generic[Thing]):
    """Things that have a time, from and to, found by a time that theirs touches."""

    def __init__(self, things: Iterable[Thing], time: Callable[[Thing], Time]) -> None:
        self._found = sorted(((time(one), one) for one in things), key=lambda each: each[0])
        self._begans = [began for (began, _), _ in self._found]
        # The latest end so far never falls, so that it can be searched; ends themselves may.
        self._ended = [*accumulate((end for (_, end), _ in self._found), max)]

    def of(self, began: float, until: float) -> Iterator[Thing]:
        """Yield the things that touch a time, that which begins first before the others."""
        first, last = bisect_left(self._ended, began), bisect_right(self._begans, until)
        for (_, end), thing in self._found[first:last]:
            if end >= began:
                yield thing
