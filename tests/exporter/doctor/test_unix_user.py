"""What another user may read is what it can read when it tries."""

import os
import pwd
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter import cli
from exporter.doctor.unix_user import UnixUser, obstacle, unix_user
from exporter.errors import SettingsError

pytestmark = pytest.mark.slow
ROOT = os.getuid() == 0
# Who can be tried: as root another user, else only oneself.
NAME = "nobody" if ROOT else pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture
def home() -> Iterator[Path]:
    """Yield a directory that everybody may enter, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as path:
        Path(path).chmod(0o755)
        yield Path(path)


def can_read(path: Path) -> bool:
    """Try it as that user."""
    user = {"user": NAME, "group": pwd.getpwnam(NAME).pw_gid, "extra_groups": []} if ROOT else {}
    done = subprocess.run(["cat", str(path)], capture_output=True, check=False, **user)
    return done.returncode == 0


@pytest.mark.parametrize("group", ["own", "other"])
@pytest.mark.parametrize("owner", ["own", "other"])
@pytest.mark.parametrize(
    ("folder", "mode"),
    [
        *((0o755, mode) for mode in (0o600, 0o640, 0o604, 0o040, 0o004)),
        *((folder, 0o644) for folder in (0o700, 0o710, 0o701)),
        (0o750, 0o640),
    ],
)
def test_it_may_read_what_it_can(
    folder: int, mode: int, owner: str, group: str, home: Path
) -> None:
    """Owner, group and others, of the file and of its directory, as the kernel decides."""
    path = home / "secrets" / "slack"
    path.parent.mkdir()
    path.write_text("secret")
    if ROOT:
        entry = pwd.getpwnam(NAME)
        owned = entry.pw_uid if owner == "own" else 4243, entry.pw_gid if group == "own" else 4243
        os.chown(path, *owned)
        os.chown(path.parent, *owned)
    path.chmod(mode)
    path.parent.chmod(folder)
    try:
        found = obstacle(path, unix_user(NAME))
    except PermissionError:
        assert not ROOT  # who is not root cannot look into what it may not enter
    else:
        assert (found is None) == can_read(path), found
    finally:
        path.parent.chmod(0o755)


def test_the_first_obstacle_is_named_with_its_fix(home: Path) -> None:
    """A directory before the file; also where a link leads."""
    ada = UnixUser("ada", 4242, "monitoring", frozenset({4242, 4243}))
    secrets, path = home / "secrets", home / "secrets" / "slack"
    secrets.mkdir(mode=0o700)
    path.write_text("secret")
    path.chmod(0o600)
    (home / "slack").symlink_to(path)
    for named in (path, home / "slack", home / "x" / ".." / "slack"):
        found = obstacle(named, ada)
        assert found is not None
        assert found.fault.startswith(f"ada may not enter {secrets}: mode 0700, owner ")
        assert found.fix == f"chgrp monitoring {secrets} && chmod g+x {secrets}"
    secrets.chmod(0o711)
    found = obstacle(path, ada)
    assert found is not None
    assert found.fix == f"chgrp monitoring {path} && chmod 0640 {path}"
    path.chmod(0o644)
    assert obstacle(path, ada) is None


def test_users_have_all_their_groups(home: Path) -> None:
    """A user is found by name and by number; root may read everything; others are an error."""
    entry = pwd.getpwuid(os.getuid())
    known = unix_user(entry.pw_name)
    assert known == unix_user(str(os.getuid()))
    assert known.groups == frozenset(os.getgrouplist(entry.pw_name, entry.pw_gid))
    (home / "slack").touch(0)
    assert obstacle(home / "slack", unix_user("root")) is None
    with pytest.raises(SettingsError, match="this machine has no such user"):
        unix_user("nobody-at-all")


def test_an_unknown_user_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is checked."""
    assert cli.run(["doctor", "--as-user", "nobody-at-all"]) == 2
    assert "--as-user nobody-at-all: this machine has no such user" in capsys.readouterr().err
