"""Loading: flags, the environment, the file."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from exporter.errors import SettingsError
from exporter.settings import (
    GoogleSettings,
    Overrides,
    Settings,
    config_file,
    default_state_file,
    load,
    no_color,
)
from exporter.settings.alerting import OF_ALL, AlertsSettings

GOOD = Path(__file__).parents[2] / "data" / "settings" / "good"
VARIABLES = (
    "IONMON_CONFIG",
    "GOOGLE_CLOUD_PROJECT",
    "STATE_DIRECTORY",
    "XDG_STATE_HOME",
    "NO_COLOR",
)


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_without_a_file_defaults_hold() -> None:
    """With neither file nor flags the settings are the defaults."""
    assert Settings() == load()


def test_the_smallest_file_is_enough() -> None:
    """A project and an endpoint without TLS are a whole file; all else has a default."""
    google = load(GOOD / "smallest.yaml").google
    expected = GoogleSettings(projects=("p",), endpoint="127.0.0.1:9000", insecure=True)
    assert expected == google


def test_units_are_seconds_and_ratios() -> None:
    """Durations arrive in seconds and percentages as ratios, whatever unit they were written in."""
    settings = load(GOOD / "full.yaml")
    alerts = settings.alerts
    found = (
        settings.google.families["cloudrun_*"].interval,
        settings.objectives.availability,
        alerts.ResponseTimeCritical.threshold,
        alerts.ResponseTimeCritical.duration,
        alerts.CacheHitRateLow.threshold,
        alerts.SLABreach.threshold,
    )
    assert found == (90.0, 0.9995, 0.25, 180.0, 0.7, 14.4)


def test_alerts_are_found_by_name() -> None:
    """Each alert with a threshold has its settings, by name; the others are not among them."""
    alerts = load(GOOD / "full.yaml").alerts.by_name()
    assert {*alerts, *OF_ALL} == set(AlertsSettings.model_fields)
    assert alerts["CPUHigh"].severity == "low"


def test_paths_start_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path in the file starts from the file's directory, not from the working one."""
    monkeypatch.chdir(tmp_path)
    redis = load(GOOD / "full.yaml").redis.targets[0]
    assert redis.password_file == GOOD / "secrets" / "redis"


def test_secrets_of_notifications_are_files_of_the_server() -> None:
    """A name starts from notifications.secrets_dir, wherever the settings are."""
    at = load(GOOD / "full.yaml").notifications
    assert at.slack is not None
    assert at.secret(at.slack.webhook_url_file) == Path("/etc/alertmanager/secrets/secrets/slack")
    assert at.secret(Path("/run/secrets/slack")) == Path("/run/secrets/slack")


def test_flags_go_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flag replaces what the file configures; its relative paths start where one is."""
    monkeypatch.chdir(tmp_path)
    overrides = Overrides(
        projects=("q", "r"),
        endpoint="localhost:1",
        listen=("127.0.0.1:0",),
        telemetry_path="/m",
        state_file=Path("state"),
        log_level="error",
        log_format="json",
    )
    settings = load(GOOD / "smallest.yaml", overrides)
    assert settings.google.projects == ("q", "r")
    assert settings.google.endpoint == "localhost:1"
    assert settings.web.listen == ("127.0.0.1:0",)
    assert settings.web.telemetry_path == "/m"
    assert tmp_path / "state" == settings.storage.state_file
    assert (settings.log.level, settings.log.format) == ("error", "json")


def test_all_flags_together(tmp_path: Path) -> None:
    """The flags that the file's example does not need work without a file."""
    overrides = Overrides(
        projects=("p",),
        credentials_file=tmp_path / "key.json",
        web_config_file=tmp_path / "web.yml",
        enable_lifecycle=True,
    )
    settings = load(None, overrides)
    assert tmp_path / "key.json" == settings.google.credentials_file
    assert tmp_path / "web.yml" == settings.web.config_file
    assert settings.web.enable_lifecycle


def test_a_wrong_flag_is_named() -> None:
    """A value that a flag gave is refused under the flag's name."""
    with pytest.raises(SettingsError) as refused:
        load(None, Overrides(projects=("My Project",), endpoint="nowhere", log_level="loud"))
    expected = """\
--google.endpoint: google.endpoint: is no address; write HOST:PORT, such as localhost:9000
--log.level: log.level: must be one of 'debug', 'info', 'warn' or 'error'
--project: google.projects[0]: is no project id; it has lower-case letters, digits and '-' \
(gcloud projects list)"""
    assert expected == str(refused.value)


def test_a_flag_mends_the_file(tmp_path: Path) -> None:
    """A wrong value of the file is no matter where a flag replaces it."""
    path = tmp_path / "monitoring.yaml"
    path.write_text("log: {level: loud}\n")
    assert load(path, Overrides(log_level="info")).log.level == "info"


def test_a_flag_leaves_a_section_that_is_none(tmp_path: Path) -> None:
    """A section without keys is refused, whatever a flag would put into it."""
    path = tmp_path / "monitoring.yaml"
    path.write_text("google: [p]\n")
    with pytest.raises(SettingsError, match="google: must contain keys"):
        load(path, Overrides(projects=("p",)))


def test_the_file_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """IONMON_CONFIG names the file where no flag does, and a flag goes before it."""
    monkeypatch.setenv("IONMON_CONFIG", str(GOOD / "smallest.yaml"))
    assert config_file() == GOOD / "smallest.yaml"
    assert load().google.projects == ("p",)
    assert load(GOOD / "full.yaml").service.name == "Ion"


def test_the_project_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """GOOGLE_CLOUD_PROJECT is read where neither a flag nor the file names a project."""
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "from-environment")
    found = (load(), load(GOOD / "smallest.yaml"), load(None, Overrides(projects=("flag",))))
    assert [s.google.projects for s in found] == [("from-environment",), ("p",), ("flag",)]


def test_a_wrong_project_of_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that a variable gave is refused under the variable's name."""
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "My Project")
    with pytest.raises(SettingsError, match=r"^GOOGLE_CLOUD_PROJECT: google.projects\[0\]: is no"):
        load()


def test_nothing_is_taken_from_the_environment_into_a_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dollar sign in a value is a dollar sign."""
    monkeypatch.setenv("CANARY", "expanded")
    path = tmp_path / "monitoring.yaml"
    path.write_text("service:\n  name: $CANARY ${CANARY}\n")
    assert load(path).service.name == "$CANARY ${CANARY}"


def test_the_digest_is_of_what_is_in_force(tmp_path: Path) -> None:
    """Settings that say the same have one digest however they are written; others have another."""
    one, two, other = (tmp_path / name for name in ("one.yaml", "two.yaml", "other.yaml"))
    one.write_text("google: {projects: [p], poll_interval: 60s}\n")
    two.write_text("# the same\ngoogle:\n  poll_interval: 1m\n  projects:\n  - p\n")
    other.write_text("google: {projects: [p], poll_interval: 61s}\n")
    digests = [load(path).digest for path in (one, two, other)]
    assert digests[0] == digests[1]
    assert digests[0] != digests[2]
    assert len(digests[0]) == 64


def test_settings_are_frozen() -> None:
    """Nothing can be changed after it was read, neither a value nor a mapping."""
    settings = load(GOOD / "full.yaml")
    with pytest.raises(ValidationError):
        settings.google.parallel_calls = 1
    with pytest.raises(TypeError):
        settings.google.families["new"] = None  # type: ignore[index]  # what the test is about


def test_a_state_file_a_project() -> None:
    """Exporters for different projects, or endpoints, do not meet in one state file."""
    base = load(None, Overrides(projects=("p", "q")))
    names = {
        default_state_file(load(None, replace(Overrides(), projects=p, endpoint=e))).name
        for p in (("p", "q"), ("p",))
        for e in (None, "localhost:1")
    }
    assert len(names) == 4
    assert default_state_file(load(None, Overrides(projects=("q", "p")))) == default_state_file(
        base
    )


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"HOME": "/users/ion"}, "/users/ion/.local/state/ionmon"),
        ({"HOME": "/users/ion", "XDG_STATE_HOME": "/state"}, "/state/ionmon"),
        (
            {"HOME": "/users/ion", "XDG_STATE_HOME": "not/absolute"},
            "/users/ion/.local/state/ionmon",
        ),
        (
            {"STATE_DIRECTORY": "/var/lib/ionmon:/other", "XDG_STATE_HOME": "/state"},
            "/var/lib/ionmon",
        ),
    ],
)
def test_the_state_directory(
    variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service's directory goes before the user's own, and that before the home directory."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert Path(expected) == default_state_file(Settings()).parent


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("", False)])
def test_no_color(value: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR asks for plain text when it is set and not empty."""
    monkeypatch.setenv("NO_COLOR", value)
    assert expected is no_color()


def test_code_passes_seconds() -> None:
    """Code that builds a model passes seconds, or text, and still cannot go below the least."""
    assert GoogleSettings(poll_interval=30.0) == GoogleSettings(poll_interval="30s")  # type: ignore[arg-type]  # text is parsed
    with pytest.raises(ValidationError, match="at least 10s"):
        GoogleSettings(poll_interval=1.0)
