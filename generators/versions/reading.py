"""Where a generated set is read: below a root, in a kept file, or in git."""

import re
from collections.abc import Iterable
from pathlib import Path

from generators.monitoring_config import CONFIG_FILE
from generators.versions import git
from generators.versions.generated_set import GeneratedSet, generated_set, is_below
from generators.versions.kept import FOLDER, SUFFIX, kept, unpacked
from generators.versions.recorded import VersionError, recorded

CURRENT = "current"
GIT = "git:"
_HASH = re.compile(r"[0-9a-f]{4,64}")
_WHOLE_HASH = re.compile(r"[0-9a-f]{64}")


def named_set(name: str, root: Path) -> GeneratedSet:
    """Return the set that a person names. Raises VersionError, ToolMissing.

    name  `current`, `git:REVISION`, a folder, a kept file, or the start of a hash
    """
    if name == CURRENT:
        return folder_set(root, CURRENT)
    if name.startswith(GIT):
        return git_set(root, name.removeprefix(GIT))
    path = Path(name)
    if path.is_dir():
        return folder_set(path, name)
    if name.endswith(SUFFIX) and path.is_file():
        return kept_set(path)
    return _of_hash(name, root)


def folder_set(root: Path, origin: str, also: Iterable[str] = ()) -> GeneratedSet:
    """Return the set below a root, as its files are now; with files that are in no set yet."""
    config = _content(root / CONFIG_FILE)
    if config is None:
        raise VersionError(
            f"{root}: has no {CONFIG_FILE}; write it: "
            f"ionmon configs --config monitoring.yaml --root {root}"
        )
    names = {*recorded(config, str(root / CONFIG_FILE)).files, *also}
    found = {name: _content(root / name) for name in sorted(names) if is_below(name)}
    held = {name: content for name, content in found.items() if content is not None}
    return generated_set(origin, {**held, CONFIG_FILE: config})


def current(root: Path, also: Iterable[str] = ()) -> GeneratedSet | None:
    """Return the set below a root; None where none is, or where it can no longer be read."""
    try:
        return folder_set(root, CURRENT, also)
    except VersionError:
        return None


def kept_set(path: Path) -> GeneratedSet:
    """Return the set of a kept file. Raises VersionError, also where it is not whole."""
    name = path.name.removesuffix(SUFFIX)
    found = generated_set(name, unpacked(path))
    outside = (n for n in found.files if not is_below(n))
    wrong = [*found.missing, *found.edited, *found.unrecorded, *outside]
    # A person may name a copy as they like; a hash as a name says what is inside.
    if _WHOLE_HASH.fullmatch(name) and name != found.content_hash:
        wrong.insert(0, f"it has the set {found.short_hash}")
    if wrong:
        text = ", ".join(dict.fromkeys(wrong[:3]))
        raise VersionError(f"{path}: is damaged: {text}; remove it, or name another")
    return found


def git_set(root: Path, revision: str) -> GeneratedSet:
    """Return the set below a root as git has it. Raises VersionError, ToolMissing."""
    origin, commit = f"{GIT}{revision}", git.commit(root, revision)
    config = git.read(root, commit, [CONFIG_FILE])
    if not config:
        raise VersionError(f"{origin}: has no {CONFIG_FILE} below {root}")
    names = recorded(config[CONFIG_FILE], f"{origin}: {CONFIG_FILE}").files
    return generated_set(origin, config | git.read(root, commit, filter(is_below, names)))


def _of_hash(name: str, root: Path) -> GeneratedSet:
    """Return the only set whose hash starts so."""
    if not _HASH.fullmatch(name):
        known = "current, git:REVISION, a folder, or four or more characters of a hash"
        raise VersionError(f"'{name}': is no set; name {known}; ionmon versions lists them")
    found = [one for one in kept(root) if one.content_hash.startswith(name)]
    if len(found) > 1:
        raise VersionError(f"'{name}': {len(found)} sets have a hash that starts so; write more")
    if found:
        return kept_set(found[0].path)
    now = current(root)
    if now is not None and now.content_hash.startswith(name):
        return now
    raise VersionError(f"'{name}': no set in {root / FOLDER} has it; ionmon versions lists them")


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
