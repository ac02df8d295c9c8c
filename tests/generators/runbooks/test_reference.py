"""docs/alerts.md has every alert, as it is in force, and the keys that change it."""

import re
from pathlib import Path

from exporter.settings import load
from exporter.settings.alerting import AlertsSettings
from generators.alert_table import THRESHOLDS
from generators.runbooks.reference import PATH
from tests.generators.runbooks.reading import documents, fences, names, written

ROW = re.compile(r"^\| \[(\w+)\]\(runbooks/\1\.md\) \|(.*)\|$", re.MULTILINE)


def rows(text: str) -> dict[str, list[str]]:
    """Return the cells of each alert's row."""
    return {
        name: [cell.strip() for cell in cells.split(" | ")] for name, cells in ROW.findall(text)
    }


def test_every_alert_has_one_row() -> None:
    """Each alert stands in one table, with its runbook."""
    assert sorted(name for name, _ in ROW.findall(written()[PATH])) == names()


def test_the_most_urgent_stand_together() -> None:
    """The first table has the thresholds and the budget burning fast."""
    first = written()[PATH].split("## Service, database and cache\n")[1].split("\n## ")[0]
    assert len(ROW.findall(first)) == len(THRESHOLDS) + 1


def test_a_row_shows_what_is_in_force() -> None:
    """Threshold, time, severity and who is notified are those of the settings."""
    cells = rows(written()[PATH])["CPUHigh"]
    assert cells[1:5] == ["80%", "5m", "medium", "Slack"]
    changed = documents(alerts={"CPUHigh": {"threshold": "91%", "for": "11m", "severity": "low"}})
    assert rows(changed[PATH])["CPUHigh"][1:4] == ["91%", "11m", "low"]


def test_the_keys_are_those_of_the_settings() -> None:
    """Every alert that has a key is named with it."""
    text = written()[PATH].split("## Change an alert")[1]
    assert re.findall(r"`([A-Z]\w+)`", text.split("| `for`")[0]) == [*AlertsSettings().by_name()]


def test_its_example_loads(tmp_path: Path) -> None:
    """What is shown as an example is taken by the settings."""
    file = tmp_path / "monitoring.yaml"
    example, others = fences(written()[PATH], "yaml")
    file.write_text(others)
    assert set(load(file).alerts.others) == {"DiskTrend", "QueryTimeAnomaly"}
    file.write_text(example)
    given = load(file)
    assert given.objectives.availability == 0.999
    assert not given.alerts.CacheHitRateLow.enabled
