"""Thresholds written into a settings file: all, or none."""

from pathlib import Path

import pytest

from exporter.errors import IonmonError, SettingsError
from exporter.settings import load
from generators.tuning.applying import apply
from generators.tuning.settings_edits import SettingsEdit

TEXT = "# ours\ngoogle: {projects: [ion]}\nalerts:\n  CPUHigh: {for: 6m}  # long\n"
WARNING = SettingsEdit(("alerts", "ErrorRateWarning", "threshold"), "0.8%")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Write a settings file that only its owner reads."""
    found = tmp_path / "monitoring.yaml"
    found.write_text(TEXT, encoding="utf-8")
    found.chmod(0o640)
    return found


def test_a_number_is_written_and_the_rest_stays(path: Path) -> None:
    """The file is loaded with the number; its comments and its mode are as before."""
    apply(path, [WARNING])
    text = path.read_text(encoding="utf-8")
    assert text == f"{TEXT}  ErrorRateWarning:\n    threshold: 0.8%\n"
    assert load(path).alerts.ErrorRateWarning.threshold == pytest.approx(0.008)
    assert path.stat().st_mode & 0o777 == 0o640
    assert [*path.parent.iterdir()] == [path]


def test_what_would_be_wrong_is_not_written(path: Path) -> None:
    """A warning above its critical alert is refused with the reason, and nothing is left over."""
    wrong = SettingsEdit(("alerts", "ErrorRateWarning", "threshold"), "2%")
    with pytest.raises(SettingsError, match="stays as it is") as caught:
        apply(path, [wrong])
    assert "ErrorRateCritical" in str(caught.value)
    assert path.read_text(encoding="utf-8") == TEXT
    assert [*path.parent.iterdir()] == [path]


def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    """What it leads to is changed."""
    link = tmp_path / "link.yaml"
    link.symlink_to(path)
    apply(link, [WARNING])
    assert link.is_symlink()
    assert "0.8%" in path.read_text(encoding="utf-8")


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    """The error says which."""
    with pytest.raises(IonmonError, match=r"none\.yaml: cannot be read"):
        apply(tmp_path / "none.yaml", [WARNING])
