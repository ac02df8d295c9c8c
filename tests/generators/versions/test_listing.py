"""The sets that are known are those below a root and those that are kept."""

from pathlib import Path

import pytest

from generators.versions.kept import keep, kept
from generators.versions.listing import known_sets
from generators.versions.recorded import VersionError
from tests.generators.versions.made_sets import made, written

OLD = {"log": {"level": "info"}}
NEW = {"log": {"level": "warn"}}


def test_the_set_in_force_is_first(tmp_path: Path) -> None:
    """Each says what it changed of the next older one."""
    keep(tmp_path, made(settings=OLD), 5)
    written(tmp_path, settings=NEW)
    now, old = known_sets(tmp_path)
    assert (now.is_current, now.kept_at, old.is_current) == (True, None, False)
    assert now.changes == ("~ settings.log.level: from info to warn",)
    assert (old.kept_at, old.changes) == (kept(tmp_path)[0].path, ())


def test_a_set_that_is_in_force_and_kept_is_one(tmp_path: Path) -> None:
    """Its time is that of the kept file, which a checkout or a copy does not change."""
    keep(tmp_path, written(tmp_path, settings=OLD), 5)
    (one,) = known_sets(tmp_path)
    assert one.is_current
    assert one.written == kept(tmp_path)[0].written / 1_000_000_000


def test_a_damaged_file_is_listed_with_its_problem(tmp_path: Path) -> None:
    """The others are compared over it."""
    for settings in (OLD, NEW):
        keep(tmp_path, made(settings=settings), 5)
    written(tmp_path, settings={"log": {"level": "error"}})
    kept(tmp_path)[0].path.write_bytes(b"")
    now, damaged, _ = known_sets(tmp_path)
    assert damaged.found is None
    assert "damaged" in (damaged.problem or "")
    assert now.changes == ("~ settings.log.level: from info to error",)


def test_where_nothing_is_known_the_error_says_what_writes_a_set(tmp_path: Path) -> None:
    """An empty list would look like an answer."""
    with pytest.raises(VersionError, match=r"known here; write one: ionmon configs --config"):
        known_sets(tmp_path)
