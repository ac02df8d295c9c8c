"""What a change of settings, or of this program, changes below a root: by meaning, not by line."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from generators.value_changes import ValueChange
from generators.versions.comparing import changes_between
from generators.versions.generated_set import GeneratedSet, is_below, of_texts
from generators.versions.reading import current
from generators.versions.wording import lines


def changes(root: Path, texts: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for everything that writing `texts` below `root` would change."""
    old, new = current(root, also=texts), of_texts(texts)
    if old is None:
        yield f"nothing is known of what was written here; {len(texts)} files would be"
        return
    yield from lines(changes_between(old, new))
    for name in _lost(old, new):
        yield f"~ {name} (was changed by hand; that would be lost)"


def changed_values(root: Path, texts: Mapping[str, str]) -> tuple[ValueChange, ...] | None:
    """Return the same as values; None where it is not known what was written below the root."""
    old = current(root, also=texts)
    return None if old is None else changes_between(old, of_texts(texts))


def _lost(old: GeneratedSet, new: GeneratedSet) -> list[str]:
    """Return the files that somebody changed by hand, and that would be written over."""
    return [n for n in sorted(old.edited) if n in new.files and new.files[n] != old.files[n]]


def is_known(root: Path) -> bool:
    """Say whether it is known what was written below a root."""
    return current(root) is not None


def last_command(root: Path) -> str:
    """Return the command line that wrote the files below a root; empty where it is not known."""
    found = current(root)
    return found.config.command if found else ""


def gone(root: Path, texts: Mapping[str, str]) -> list[str]:
    """Return the files that were written once, are as they were written, and are so no more."""
    found = current(root)
    if found is None:
        return []
    here = (name for name in sorted(found.config.files) if name in found.files and is_below(name))
    return [name for name in here if name not in texts and name not in found.edited]
