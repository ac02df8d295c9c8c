"""incidents.yaml: what it says, and what is wrong with it, by line and key."""

from pathlib import Path

import pytest

from exporter.errors import SettingsError
from generators.tuning.incident_file import incidents_of
from generators.tuning.incidents import Incident

GOOD = """\
incidents:
  - id: INC-42
    start: 2026-11-03T02:10Z
    end: "2026-11-03T04:05:30+01:00"
    labels: {service_name: ion, region: us}
    severity: critical
  - {id: INC-43, start: 2026-11-04T02:10Z}
"""


def written(folder: Path, text: str) -> Path:
    """Return a file with this text."""
    path = folder / "incidents.yaml"
    path.write_text(text)
    return path


def test_incidents_are_read(tmp_path: Path) -> None:
    """Times have a zone; end, labels and severity may be left out."""
    first, second = incidents_of(written(tmp_path, GOOD))
    assert first == Incident(
        id="INC-42",
        start=1793671800.0,
        end=1793675130.0,
        labels=(("region", "us"), ("service_name", "ion")),
        severity="critical",
    )
    assert (second.end, second.labels, second.severity) == (None, (), "")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("2026-11-03T02:10Z", "yesterday", ":3:5: incidents[0].start: is no time; write it like"),
        ("02:10Z\n    end", "02:10\n    end", "incidents[0].start: has no time zone"),
        ("2026-11-03T02:10Z", "5", ":3:5: incidents[0].start: is no time"),
        ("2026-11-03T02:10Z", "2026-11-03T02:10:00Z", "start: YAML takes it for a date; quote it"),
        ("T04:05:30", "T02:05:30", ":4:5: incidents[0].end: is not after start"),
        ("severity: critical", "severity: bad", ":6:5: incidents[0].severity: must be one of"),
        ("    severity", "    severty", ":6:5: incidents[0].severty: unknown key"),
        ("id: INC-42", "id: INC-43", ":7:6: incidents[1].id: is incidents[0]'s, too"),
        ("id: INC-43, ", "", "incidents[1].id: is missing"),
        (GOOD, "", "is empty; smallest useful content: incidents:"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, expected: str, tmp_path: Path) -> None:
    """With the line, the key and the fix."""
    path = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(SettingsError) as error:
        incidents_of(path)
    assert expected in str(error.value)
