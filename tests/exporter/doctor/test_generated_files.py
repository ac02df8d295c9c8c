"""The doctor checks that monitoring_config.json is there, of this version, of these settings."""

import json
from pathlib import Path
from typing import Any

import pytest

from exporter.doctor.finding import Finding, Verdict
from exporter.doctor.generated_files import generated_files
from exporter.settings import Settings
from tests.exporter.test_monitoring_config import body


def looked(path: Path, **more: Any) -> list[Finding]:
    """Return what is found for settings that name a file."""
    given = {"storage": {"monitoring_config": str(path)}, **more}
    return list(generated_files(Settings.model_validate(given)))


def written(path: Path, **settings: Any) -> Path:
    """Write the file as configs would for settings."""
    now = Settings.model_validate(settings).model_dump(mode="json", by_alias=True)
    path.write_text(json.dumps(body(settings=now)))
    return path


def test_a_file_of_these_settings(tmp_path: Path) -> None:
    """Where only what nothing is generated from differs, the file is right."""
    path = written(tmp_path / "c.json", log={"level": "debug"})
    (found,) = looked(path)
    assert (found.verdict, found.text) == (Verdict.OK, f"{path} matches these settings")


def test_a_file_of_other_settings_is_warned_of(tmp_path: Path) -> None:
    """The sections that changed since are named, and the command that writes the file again."""
    path = written(tmp_path / "c.json", google={"projects": ["my-project"]})
    (found,) = looked(path, links={"grafana": "https://grafana.example.com"})
    assert found.verdict is Verdict.WARN
    assert found.text == f"{path}: made from other settings: google, links"
    assert found.fix == "ionmon configs --config monitoring.yaml, then load the new files"


def test_a_missing_or_older_file_fails(tmp_path: Path) -> None:
    """A file that the settings name has to be there, and of this version."""
    (missing,) = looked(tmp_path / "none.json")
    assert missing.verdict is Verdict.FAIL
    assert missing.text == f"{tmp_path / 'none.json'}: cannot be read: No such file or directory"
    (tmp_path / "old.json").write_text('{"schema_version": 1}')
    (old,) = looked(tmp_path / "old.json")
    assert old.verdict is Verdict.FAIL
    assert "schema_version is 1" in old.text
    assert old.fix == "ionmon configs --config monitoring.yaml"


def test_without_the_setting_and_the_file_nothing_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that only exports needs no generated file; one that has it is looked at."""
    monkeypatch.chdir(tmp_path)
    assert list(generated_files(Settings())) == []
    (tmp_path / "alertmanager" / "out").mkdir(parents=True)
    written(tmp_path / "alertmanager" / "out" / "monitoring_config.json")
    assert [f.verdict for f in generated_files(Settings())] == [Verdict.OK]


def test_the_fix_is_the_command_with_settings_and_root(tmp_path: Path) -> None:
    """The file of the settings that were looked at, and the root that the file lies below."""
    (tmp_path / "my root" / "alertmanager" / "out").mkdir(parents=True)
    path = written(tmp_path / "my root" / "alertmanager" / "out" / "monitoring_config.json")
    given = {"storage": {"monitoring_config": str(path)}, "google": {"projects": ["my-project"]}}
    (found,) = generated_files(Settings.model_validate(given), Path("shop.yaml"))
    root = f"'{tmp_path}/my root'"
    assert found.fix == f"ionmon configs --config shop.yaml --root {root}, then load the new files"
