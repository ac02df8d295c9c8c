"""ionmon versions lists sets, and exports one for other programs."""

import json
from pathlib import Path

import pytest

from exporter import cli
from generators.versions.kept import keep, kept
from tests.docs.json_keys import unlike_page
from tests.generators.versions.made_sets import made, recorded_folder, written
from tests.generators.versions.test_reading import committed

pytestmark = pytest.mark.slow
OLD = {"log": {"level": "info"}}
NEW = {"log": {"level": "warn"}}


def ran(root: Path, *more: str) -> int:
    """Run the command on a root."""
    return cli.run(["versions", "--root", str(root), *more])


def test_sets_are_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The set in force comes first, with what it changed, and what was changed by hand."""
    keep(tmp_path, made({"a": "1"}, settings=OLD), 5)
    now = written(tmp_path, {"a": "1", "b": "1"}, settings=NEW)
    (tmp_path / "a").write_text("mine")
    (tmp_path / "b").unlink()
    assert ran(tmp_path) == 0
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split() == ["set", "written", "(UTC)", "schema", "state", "changes"]
    assert first.startswith(now.short_hash)
    assert "current, 1 edited, 1 missing" in first
    assert first.endswith("~ settings.log.level: from info to warn")
    assert "kept" in second


def test_a_damaged_one_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is listed with its fix, in JSON too, and the exit code is 1."""
    keep(tmp_path, made({"a": "1"}), 5)
    kept(tmp_path)[0].path.write_bytes(b"")
    assert ran(tmp_path) == cli.FAILED
    assert "remove it" in capsys.readouterr().out
    assert ran(tmp_path, "--json") == cli.FAILED
    body = json.loads(capsys.readouterr().out)
    assert unlike_page("versions", body) == []
    (one,) = body["versions"]
    assert (one["set"], one["current"]) == (None, False)


def test_an_empty_root_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is printed for programs then."""
    assert ran(tmp_path, "--json") == cli.FAILED
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "no set is known here" in shown.err


def test_where_git_tracks_the_files_revisions_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """None is kept there: the command that lists older ones is printed."""
    written(tmp_path)
    committed(tmp_path)
    assert ran(tmp_path) == 0
    assert "name older ones git:REVISION, from git -C" in capsys.readouterr().err


@pytest.mark.parametrize("schema", [1, 2, 3])
def test_a_root_of_an_older_ionmon_is_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], schema: int
) -> None:
    """Its schema version is that with which it was written."""
    assert ran(recorded_folder(tmp_path, schema), "--json") == 0
    (one,) = json.loads(capsys.readouterr().out)["versions"]
    assert one["set"]["schema_version"] == schema


def test_a_set_is_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what tuning recommends where that is there; an older set has none."""
    old = made(settings=OLD)
    keep(tmp_path, old, 5)
    written(tmp_path, settings=NEW)
    out = tmp_path / "out"
    assert ran(tmp_path, "--export", str(out)) == 0
    assert "ionmon tune writes it" in capsys.readouterr().err
    (tmp_path / "alert_tuning_recommendations.json").write_text("{}")
    assert ran(tmp_path, "--export", str(out)) == 0
    assert sorted(path.name for path in out.iterdir()) == [
        *("alert_tuning_recommendations.json", "dashboard_definitions.json"),
        "monitoring_config.json",
    ]
    capsys.readouterr()
    assert ran(tmp_path, "--export", str(out), "--of", old.short_hash, "--json") == 0
    assert json.loads((out / "monitoring_config.json").read_text())["settings"] == OLD
    body = json.loads(capsys.readouterr().out)
    assert unlike_page("versions --export", body) == []
    assert len(body["exported"]) == 2


def test_a_folder_that_cannot_be_written_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The path is named."""
    written(tmp_path)
    (tmp_path / "out").write_text("")
    assert ran(tmp_path, "--export", str(tmp_path / "out" / "below")) == cli.FAILED
    assert str(tmp_path / "out") in capsys.readouterr().err
    assert ran(tmp_path, "--of", "current") == 2
