"""ionmon run: its message without anything to read, and the addresses that it prints."""

from pathlib import Path

import pytest

from exporter.commands.run import announce, checked
from exporter.errors import SettingsError
from exporter.settings import Settings
from tests.exporter.test_cli import ionmon


def test_a_first_run_says_in_three_lines_what_to_do(tmp_path: Path) -> None:
    """Without file, project and credentials three lines name the ways on; the exit code is 3."""
    done = ionmon("run", HOME=str(tmp_path))
    assert (done.returncode, done.stdout) == (3, "")
    first, second, third = done.stderr.splitlines()
    assert first == "ionmon: nothing to read: no project and no Redis target is configured."
    assert "ionmon run --project my-project" in second
    assert "gcloud auth application-default login" in second
    assert "ionmon simulate" in third


def test_a_project_without_credentials_says_in_three_lines_what_to_do(tmp_path: Path) -> None:
    """A project that is named without credentials at hand ends with 1 and the ways to get some."""
    done = ionmon("run", "--project", "my-project", HOME=str(tmp_path))
    assert done.returncode == 1
    first, second, third = [line for line in done.stderr.splitlines() if "level=" not in line]
    assert first == "ionmon: no Google credentials found."
    assert "gcloud auth application-default login" in second
    assert "roles/monitoring.viewer" in second
    assert "ionmon simulate" in third


def test_wrong_settings_are_3_with_line_and_key(tmp_path: Path) -> None:
    """A file that is wrong is not started with: the message has its line, key and mend."""
    (tmp_path / "m.yaml").write_text("google:\n  projects: [my-project]\n  poll_interval: 60\n")
    done = ionmon("run", "--config", str(tmp_path / "m.yaml"))
    assert done.returncode == 3
    assert "3" in done.stderr
    assert "google.poll_interval" in done.stderr
    assert "60s" in done.stderr


def test_either_a_project_or_a_redis_is_enough() -> None:
    """Settings with one thing to read pass, those with none are refused."""
    some = (
        {"google": {"projects": ["my-project"]}},
        {"google": {"scope": "my-project"}},
        {"redis": {"targets": [{"name": "c", "url": "redis://127.0.0.1"}]}},
    )
    for tree in some:
        settings = Settings.model_validate(tree)
        assert checked(settings) is settings
    with pytest.raises(SettingsError, match="nothing to read"):
        checked(Settings())


class Served:
    """What announce asks of a server."""

    urls = ("https://127.0.0.1:9841", "https://[::1]:9841")


def test_the_page_is_announced(capsys: pytest.CaptureFixture[str]) -> None:
    """Each address is printed as URLs of metrics and overview."""
    settings = Settings.model_validate({"web": {"telemetry_path": "/m"}})
    announce(Served(), settings)  # type: ignore[arg-type]
    expected = "".join(f"metrics {where}/m   overview {where}/\n" for where in Served.urls)
    assert capsys.readouterr().err == expected
