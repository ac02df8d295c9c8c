"""ionmon configs writes what is generated, or says what would change."""

from pathlib import Path

import pytest

from exporter import cli
from exporter.settings import Settings
from generators.outputs import texts

pytestmark = pytest.mark.slow

SLACK = "notifications: {slack: {webhook_url_file: slack, channel: '#alerts'}}\n"


@pytest.fixture(scope="module")
def plain() -> dict[str, str]:
    """Return what is generated without settings."""
    return texts(Settings())


def configs(root: Path, *more: str) -> int:
    """Run ionmon configs below a directory."""
    return cli.run(["configs", "--root", str(root), *more])


def configured(root: Path, text: str, *more: str) -> int:
    """Run ionmon configs on settings."""
    (root / "monitoring.yaml").write_text(text)
    return configs(root, "--config", str(root / "monitoring.yaml"), *more)


def test_everything_is_written_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], plain: dict[str, str]
) -> None:
    """All files are written and named; a second run writes none."""
    assert configs(tmp_path) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [f"wrote {name}" for name in sorted(plain)]
    assert shown.err.endswith("0 files unchanged\n")
    assert configs(tmp_path) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.endswith(f"{len(plain)} files unchanged\n")
    assert {n: (tmp_path / n).read_text(encoding="utf-8") for n in plain} == plain


def test_a_check_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], plain: dict[str, str]
) -> None:
    """With --check a file that differs is named, left as it is, and the exit code is 1."""
    configs(tmp_path)
    name = min(plain)
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
    """Where a directory cannot be made the path is named, the exit code is 1, none is written."""
    (tmp_path / "docs").write_text("a file")
    assert configs(tmp_path) == 1
    assert str(tmp_path / "docs") in capsys.readouterr().err
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "docs"]


def test_who_reaches_nobody_is_warned_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without any channel each severity is named; with one, those that end there are not."""
    configs(tmp_path)
    assert capsys.readouterr().err.count("no channel is set up for") == 4
    configured(tmp_path, SLACK)
    assert "critical" not in capsys.readouterr().err


def test_a_difference_is_told_by_meaning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--diff says the values before and after, and writes nothing."""
    configured(tmp_path, SLACK)
    capsys.readouterr()
    more = SLACK + "alerts: {ResponseTimeWarning: {threshold: 120ms}}\n"
    assert configured(tmp_path, more, "--diff") == 0
    told = capsys.readouterr().out.splitlines()
    assert "~ alerts.ResponseTimeWarning.threshold: from above 100ms to above 120ms" in told
    assert "~ alertmanager/out/rules/alerts.yml" in told
    assert configured(tmp_path, more, "--check") == 1


def test_what_is_generated_no_more_is_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file of the last run that is not among this run's goes, unless it was changed by hand."""
    paged = "notifications: {pagerduty: {routing_key_file: key}}\n"
    terraform = tmp_path / "alertmanager" / "out" / "pagerduty.tf"
    own = terraform.with_name("mine.yml")
    configured(tmp_path, paged)
    own.write_text("mine: true\n")
    configured(tmp_path, SLACK)
    assert "removed alertmanager/out/pagerduty.tf" in capsys.readouterr().out
    assert not terraform.exists()
    configured(tmp_path, paged)
    terraform.write_text("changed by hand\n")
    configured(tmp_path, SLACK)
    assert terraform.read_text() == "changed by hand\n"
    assert own.exists()


def test_settings_that_conflict_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A warning beyond its critical alert is told with both values, and nothing is written."""
    told = configured(tmp_path, "alerts: {ResponseTimeWarning: {threshold: 300ms}}\n")
    assert told == cli.WRONG_SETTINGS
    error = capsys.readouterr().err
    assert "alerts.ResponseTimeCritical.threshold: 200ms is no worse than" in error
    assert not (tmp_path / "alertmanager").exists()
