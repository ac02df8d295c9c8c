"""What another user of this machine may read, by owners, groups and modes.

Access control lists and security modules are not looked at: they seldom guard secrets, and only the
user itself could try.
"""

import grp
import os
import pwd
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from exporter.errors import SettingsError

_READ, _ENTER = 4, 1  # of the three bits of a mode


@dataclass(frozen=True, slots=True)
class UnixUser:
    """A user of this machine: uid, the name of its primary group, and the ids of all its groups."""

    name: str
    uid: int
    group: str
    groups: frozenset[int]

    def may(self, status: os.stat_result, bit: int) -> bool:
        """Whether the mode grants a bit: by the first of owner, group and others that it is of."""
        if self.uid == 0:
            return True
        if self.uid == status.st_uid:
            return bool(status.st_mode >> 6 & bit)
        if status.st_gid in self.groups:
            return bool(status.st_mode >> 3 & bit)
        return bool(status.st_mode & bit)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps a user from a file: the reason, and the fix."""

    fault: str
    fix: str


def unix_user(name: str) -> UnixUser:
    """Return a user by its name or its number. Raises SettingsError where there is none."""
    try:
        entry = pwd.getpwuid(int(name)) if name.isdecimal() else pwd.getpwnam(name)
    except (KeyError, OverflowError):
        text = f"{name}: this machine has no such user; name the one that Alertmanager runs as"
        raise SettingsError(
            f"{text}: ps -o user= -C alertmanager,prometheus-alertmanager"
        ) from None
    groups = frozenset(os.getgrouplist(entry.pw_name, entry.pw_gid))
    return UnixUser(entry.pw_name, entry.pw_uid, _group(entry.pw_gid), groups)


def obstacle(path: Path, user: UnixUser) -> Obstacle | None:
    """Return the first thing that keeps a user from reading a file, None where nothing does.

    Each directory on the way has to be executable for it, also those that links lead through.
    Raises OSError where this process cannot look.
    """
    for directory in _directories(path):
        status = directory.stat()
        if not user.may(status, _ENTER):
            fix = f"chgrp {user.group} {directory} && chmod g+x {directory}"
            return Obstacle(f"{user.name} may not enter {directory}: {_guard(status)}", fix)
    status = path.stat()
    if not user.may(status, _READ):
        fix = f"chgrp {user.group} {path} && chmod 0640 {path}"
        return Obstacle(f"{user.name} may not read it: {_guard(status)}", fix)
    return None


def _directories(path: Path) -> Iterator[Path]:
    """Yield the directories from the root to a file: as it is named, then where links lead."""
    named = Path(os.path.abspath(path))  # noqa: PTH100 - absolute() keeps `..`
    way = (*reversed(named.parents), *reversed(named.resolve().parents))
    yield from dict.fromkeys(way)


def _guard(status: os.stat_result) -> str:
    mode = stat.S_IMODE(status.st_mode)
    return f"mode {mode:04o}, owner {_owner(status.st_uid)}, group {_group(status.st_gid)}"


def _owner(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
