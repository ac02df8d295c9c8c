"""Every schema version that was ever written is read, in today's form."""

import json

import pytest

from exporter.monitoring_config import SCHEMA_VERSION, MonitoringConfigError, read_config
from generators.versions.comparing import config_changes
from generators.versions.generated_set import content_hash
from generators.versions.recorded import RecordedConfig, VersionError, recorded
from generators.versions.wording import lines
from tests.generators.versions.made_sets import RECORDED

EVERY = range(1, SCHEMA_VERSION + 1)


def of(schema: int) -> RecordedConfig:
    """Return what the recorded file of a schema version says."""
    path = RECORDED / f"schema-{schema}.json"
    return recorded(path.read_bytes(), path.name)


@pytest.mark.parametrize("schema", EVERY)
def test_each_version_has_its_alerts(schema: int) -> None:
    """Versions 1 and 2 had alerts by name; all are read as a list, with the version as written."""
    found = of(schema)
    assert found.schema_version == schema
    assert [one.title for one in found.alerts] == ["ResponseTimeWarning", "DatabaseLag"]
    assert len(found.rules) == 2
    assert found.settings["objectives"]["availability"] == 0.9995


@pytest.mark.parametrize("schema", EVERY)
def test_each_version_hashes_its_content_alike(schema: int) -> None:
    """An old set is known to be whole by the hash that it was written with."""
    content = (RECORDED / f"schema-{schema}.json").read_bytes()
    assert content_hash(content) == json.loads(content)["content_hash"]


@pytest.mark.parametrize("schema", range(1, SCHEMA_VERSION))
def test_programs_refuse_each_older_version(schema: int) -> None:
    """What runs by the file names the command that writes it again."""
    with pytest.raises(MonitoringConfigError, match=f"schema_version is {schema}.*ionmon configs"):
        read_config(RECORDED / f"schema-{schema}.json")


def test_the_newest_recorded_one_is_read_by_programs() -> None:
    """The recorded files are real ones, shortened: today's reader takes that of its version."""
    assert read_config(RECORDED / f"schema-{SCHEMA_VERSION}.json").schema_version == SCHEMA_VERSION


def test_an_older_schema_is_no_change_by_itself() -> None:
    """What version 1 did not record, such as expressions of alerts, is not compared."""
    assert [*lines(config_changes(of(1), of(2)))] == []
    assert [*lines(config_changes(of(2), of(3)))][:2] == [
        "+ settings.objectives.latency: enabled true",
        "+ recorded series: global:data:newest, global:data:away",
    ]


def test_a_newer_schema_is_refused() -> None:
    """Nothing is guessed of a file that this ionmon cannot know."""
    body = {"schema_version": SCHEMA_VERSION + 1, "alerts": [], "rules": {}, "files": {}}
    with pytest.raises(VersionError, match=r"^x: schema_version is 4.*use the newer ionmon$"):
        recorded(json.dumps(body).encode(), "x")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "Invalid JSON"),
        (b"[]", "Input should be"),
        (b"\xff", "Invalid JSON"),
        (b'{"schema_version": 3, "alerts": [3], "rules": {}, "files": {}}', "alerts.0: "),
        (b'{"schema_version": 2, "alerts": {"A": 3}, "rules": {}, "files": {}}', "alerts: "),
        (b'{"schema_version": 3, "alerts": [], "rules": {"a": 1}, "files": {}}', "rules.a: "),
    ],
)
def test_what_is_no_such_file_is_refused(content: bytes, says: str) -> None:
    """The error names the file and the key."""
    with pytest.raises(VersionError) as refused:
        recorded(content, "x")
    assert str(refused.value).startswith(f"x: {says}")
