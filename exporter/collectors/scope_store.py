"""The ledgers of the projects of a scope: each its own, all written in one transaction.

A project's ledger has the name that it has where the project is listed, so that counting goes on
when the settings change from one to the other.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass

from exporter.cloud_monitoring.checkpoint import Fits, Store
from exporter.cloud_monitoring.ledger import Ledger, Mark
from exporter.cloud_monitoring.owners import split
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.target import FamilyTarget
from exporter.cloud_monitoring.totals import Total

Gone = tuple[list[Mark], list[Total]]


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be committed of a ledger."""

    name: str
    shape: str
    ledger: Ledger
    gone: Gone


class ScopeStore:
    """Collects the commits of a round; `write` commits all of them.

    reached  by project, Unix nanoseconds: its later points have to be in the next answer
    """

    def __init__(self, store: Store, target: FamilyTarget, late: float) -> None:
        """Keep ledgers in `store`; points may be `late` so many seconds."""
        self._store, self._target, self._late = store, target, int(late * SECOND)
        self._changes: list[Change] = []
        self._inherited: dict[str, Ledger] = {}
        self._left: Gone = ([], [])
        self._joining: tuple[int, int] | None = None
        self.reached: dict[str, int] = {}

    def forget(self) -> None:
        """Drop what was not written."""
        self._changes.clear()
        self._inherited.clear()
        self.reached.clear()
        self._left, self._joining = ([], []), None

    @property
    def inherited(self) -> tuple[str, ...]:
        """Projects that were counted in the scoping project's own ledger."""
        return tuple(self._inherited)

    def covered(self, family: str) -> dict[str, int]:
        """Return until when each project's ledger of a family covers the source's time."""
        return self._store.covered(family)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write everything that is committed meanwhile in one transaction."""
        with self._store.together():
            yield

    def restarted(self, name: str) -> bool:
        """Return whether earlier counting of `name` was lost."""
        return self._store.restarted(name)

    def load(self, name: str, shape: str, fits: Fits | None = None) -> Ledger | None:
        """Return a project's ledger; one that joins a scope is counted from now on."""
        found = self._store.load(name, shape, fits)
        if name == self._target.name:
            if found is not None:
                self._separate(found)
        else:
            before = self._inherited.pop(self._project(name), None)
            found = found or before or self._joined()
        if found is not None:
            self._reach(name, found)
        return found

    def _project(self, name: str) -> str:
        return name.removesuffix(f"/{self._target.family.name}")

    def _separate(self, ledger: Ledger) -> None:
        """Take out of the scoping project's ledger what it once counted of others."""
        self._inherited = split(ledger, self._target.family, self._target.project)
        self._left = _moved(self._inherited.values())

    def _joined(self) -> Ledger | None:
        """Return the ledger of a project that is new in the scope; None before the first round."""
        if self._joining is None:
            return None
        ledger = Ledger.begin(*self._joining)
        ledger.first = False  # its series appear while scrapers watch: at zero, then at their value
        return ledger

    def _reach(self, name: str, ledger: Ledger) -> None:
        """Note what was settled, two periods less than that: ends are rounded."""
        reached = max(ledger.watermark, ledger.covered - self._late - 2 * ledger.period)
        self.reached[self._project(name)] = reached
        if name == self._target.name:
            self._joining = ledger.period, reached

    def commit(self, name: str, shape: str, ledger: Ledger, gone: Gone = ([], [])) -> None:
        """Keep a commit until the round is written."""
        self._changes.append(Change(name, shape, ledger, gone))

    def write(self) -> None:
        """Write the round, on disk before anything of it is exposed. Raises StateError."""
        with self._store.together():
            for change in self._changes:
                marks, totals = change.gone
                if change.name == self._target.name:
                    marks, totals = self._left[0] + marks, self._left[1] + totals
                self._store.commit(change.name, change.shape, change.ledger, (marks, totals))
        for change in self._changes:
            self._reach(change.name, change.ledger)
            if change.name == self._target.name:
                self._left = [], []
        self._changes = []


def _moved(ledgers: Iterable[Ledger]) -> Gone:
    """Let marks and totals be written as new rows; return what they were, to delete their rows."""
    found = list(ledgers)
    marks = [mark for ledger in found for mark in ledger.marks.values()]
    totals = [total for ledger in found for total in ledger.totals.values()]
    before = [copy(mark) for mark in marks], [copy(total) for total in totals]
    for mark in marks:
        mark.row, mark.dirty = None, True
    for total in totals:
        total.row, total.dirty = None, True
    return before
