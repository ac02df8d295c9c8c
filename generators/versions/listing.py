"""The sets that are known below a root: the one in force, and those that are kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from generators.monitoring_config import CONFIG_FILE
from generators.versions.comparing import config_changes
from generators.versions.generated_set import GeneratedSet
from generators.versions.kept import KeptSet, kept
from generators.versions.reading import current, kept_set
from generators.versions.recorded import VersionError
from generators.versions.wording import lines

_SECOND = 1_000_000_000  # in nanoseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSet:
    """A set that can be named.

    written  Unix seconds
    found    None where its kept file is damaged, which `problem` says
    kept_at  its kept file, if there is one
    changes  what differs from the next older set in settings, alerts and recorded series
    """

    content_hash: str
    written: float
    found: GeneratedSet | None
    is_current: bool = False
    kept_at: Path | None = None
    problem: str | None = None
    changes: tuple[str, ...] = ()


def known_sets(root: Path) -> tuple[KnownSet, ...]:
    """Return the sets, the one in force first, then the newest. Raises VersionError."""
    files, now = kept(root), current(root)
    if now is None and not files:
        raise VersionError(
            f"{root}: no set is known here; write one: "
            f"ionmon configs --config monitoring.yaml --root {root}"
        )
    here = () if now is None else (_current(root, now, files),)
    others = [_kept(one) for one in files if now is None or one.content_hash != now.content_hash]
    return tuple(_compared((*here, *others)))


def _current(root: Path, now: GeneratedSet, files: Sequence[KeptSet]) -> KnownSet:
    same = next((one for one in files if one.content_hash == now.content_hash), None)
    written = (root / CONFIG_FILE).stat().st_mtime_ns if same is None else same.written
    return KnownSet(
        content_hash=now.content_hash,
        written=written / _SECOND,
        found=now,
        is_current=True,
        kept_at=None if same is None else same.path,
    )


def _kept(one: KeptSet) -> KnownSet:
    found, problem = None, None
    try:
        found = kept_set(one.path)
    except VersionError as error:
        problem = str(error)
    return KnownSet(
        content_hash=one.content_hash,
        written=one.written / _SECOND,
        found=found,
        kept_at=one.path,
        problem=problem,
    )


def _compared(sets: Sequence[KnownSet]) -> Iterator[KnownSet]:
    """Yield each set with what it changed of the next older one that can be read."""
    for at, one in enumerate(sets):
        older = next((each.found for each in sets[at + 1 :] if each.found is not None), None)
        if one.found is None or older is None:
            yield one
        else:
            changes = lines(config_changes(older.config, one.found.config))
            yield replace(one, changes=tuple(changes))
