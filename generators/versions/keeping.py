"""Keeps what `ionmon configs` writes, and what it writes over, unless git does so already."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from generators.monitoring_config import CONFIG_FILE
from generators.versions import git
from generators.versions.generated_set import GeneratedSet
from generators.versions.kept import keep
from generators.versions.reading import current

USUAL = 20  # sets that are kept, unless storage.versions says otherwise


@contextmanager
def keeping(root: Path, new: GeneratedSet, setting: int | None) -> Iterator[None]:
    """Keep the set below a root before the block writes over it, and the new one after it.

    setting  storage.versions: how many are kept; None for the usual. Raises OSError.
    """
    most, old = _most(root, setting), current(root)
    # A set of an ionmon that kept none, or of one that was killed before it did.
    if old is not None and old.content_hash != new.content_hash:
        keep(root, old, most)
    yield
    keep(root, new, most)


def _most(root: Path, setting: int | None) -> int:
    """Return how many sets are kept: none, unless asked for, where git keeps them."""
    if setting is not None:
        return setting
    return 0 if git.tracks(root, CONFIG_FILE) else USUAL
