"""ionmon configs writes what is generated, or says what would change."""

from pathlib import Path

import pytest

from exporter import cli
from generators.everything import texts


def configs(root: Path, *more: str) -> int:
    """Run ionmon configs below a directory."""
    return cli.run(["configs", "--root", str(root), *more])


def test_everything_is_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All files are written and named; a second run writes none."""
    assert configs(tmp_path) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [f"wrote {name}" for name in sorted(texts())]
    assert shown.err == "0 files unchanged\n"
    assert configs(tmp_path) == 0
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", f"{len(texts())} files unchanged\n")
    assert {n: (tmp_path / n).read_text(encoding="utf-8") for n in texts()} == texts()


def test_a_check_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --check a file that differs is named, left as it is, and the exit code is 1."""
    configs(tmp_path)
    name = min(texts())
    (tmp_path / name).write_text("edited")
    capsys.readouterr()
    assert configs(tmp_path, "--check") == 1
    assert capsys.readouterr().out == f"would change {name}\n"
    assert (tmp_path / name).read_text() == "edited"
    configs(tmp_path)
    assert configs(tmp_path, "--check") == 0


def test_a_place_that_cannot_be_written_is_no_defect(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a directory cannot be made the path is named, and the exit code is 1."""
    (tmp_path / "docs").write_text("a file")
    assert configs(tmp_path) == 1
    assert str(tmp_path / "docs") in capsys.readouterr().err
