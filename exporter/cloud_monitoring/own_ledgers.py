"""The ledgers of projects that are listed, without what they once counted of other projects."""

from contextlib import AbstractContextManager

from exporter.cloud_monitoring.checkpoint import Fits, Store
from exporter.cloud_monitoring.ledger import Ledger, Mark
from exporter.cloud_monitoring.owners import split
from exporter.cloud_monitoring.target import FamilyTarget
from exporter.cloud_monitoring.totals import Total


class OwnLedgers:
    """A Store for one listed project.

    Rows of other projects stay in the file: should the project become the scope, they are theirs.
    """

    def __init__(self, store: Store, target: FamilyTarget) -> None:
        self._store, self._target = store, target

    def load(self, name: str, shape: str, fits: Fits | None = None) -> Ledger | None:
        """Return the project's ledger with its own series only."""
        found = self._store.load(name, shape, fits)
        if found is not None and not self._target.project.isdecimal():
            split(found, self._target.family, self._target.project)
        return found

    def restarted(self, name: str) -> bool:
        """Return whether earlier counting of `name` was lost."""
        return self._store.restarted(name)

    def commit(
        self, name: str, shape: str, ledger: Ledger, gone: tuple[list[Mark], list[Total]]
    ) -> None:
        """Write what changed and delete what is gone."""
        self._store.commit(name, shape, ledger, gone)

    def covered(self, family: str) -> dict[str, int]:
        """Return until when each project's ledger of a family covers the source's time."""
        return self._store.covered(family)

    def together(self) -> AbstractContextManager[None]:
        """Write everything that this thread commits meanwhile in one transaction."""
        return self._store.together()
