"""Finds what has certain labels, and maybe more, without comparing it to every other one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from exporter.prometheus.api import Labels

Thing = TypeVar("Thing")


class LabelIndex(Generic[Thing]):
    """Things with labels, in their order."""

    def __init__(self, things: Iterable[tuple[Mapping[str, str], Thing]]) -> None:
        self._things = tuple(things)
        self._known: dict[tuple[str, ...], Mapping[Labels, Sequence[Thing]]] = {}

    def having(self, labels: Labels) -> Sequence[Thing]:
        """Return the things that have all of these labels."""
        names = tuple(name for name, _ in labels)
        if names not in self._known:
            self._known[names] = self._by(names)
        return self._known[names].get(labels, ())

    def _by(self, names: tuple[str, ...]) -> Mapping[Labels, Sequence[Thing]]:
        found: dict[Labels, list[Thing]] = defaultdict(list)
        for own, thing in self._things:
            if all(name in own for name in names):
                found[tuple((name, own[name]) for name in names)].append(thing)
        return found
