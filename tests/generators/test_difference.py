"""A difference is shown by meaning, and what somebody changed by hand is reported and kept."""

import json
from pathlib import Path
from typing import Any

import pytest

from exporter.settings import Settings
from generators.difference import changes, gone
from generators.files import write
from generators.monitoring_config import CONFIG_FILE, digest
from tests.generators.versions.made_sets import texts


def alert(name: str, values: dict[str, str], **where: str) -> dict[str, Any]:
    """Return an alert; `where` has the labels that tell it from others of its name."""
    return {"name": name, "where": {label: [text] for label, text in where.items()}, **values}


def test_no_difference_is_nothing(tmp_path: Path) -> None:
    """What was just written does not differ."""
    found = texts({"a": "1"}, settings={"objectives": {"availability": 0.999}})
    write(tmp_path, found)
    assert list(changes(tmp_path, found)) == []


def test_the_first_time_is_one_line(tmp_path: Path) -> None:
    """Where nothing is there yet, how much would be written is reported."""
    reported = ["nothing is known of what was written here; 2 files would be"]
    assert list(changes(tmp_path, texts({"a": "1"}))) == reported


def test_values_are_shown_before_and_after(tmp_path: Path) -> None:
    """What is other, new and gone is named by its place; why and hashes are not."""
    old = [alert("A", {"for": "3m", "why": "x"}), alert("B", {"for": "1m"})]
    write(tmp_path, texts({}, alerts=old))
    new = texts({}, alerts=[alert("A", {"for": "5m", "why": "y"}), alert("C", {"for": "2m"})])
    assert list(changes(tmp_path, new)) == [
        "~ alerts.A.for: from 3m to 5m",
        "- alerts.B",
        "+ alerts.C: for 2m",
    ]


def test_alerts_of_one_name_are_shown_apart(tmp_path: Path) -> None:
    """A service's own alert is named with the service."""
    every, one = alert("A", {"for": "3m"}), {"service_name": "checkout"}
    write(tmp_path, texts({}, alerts=[every, alert("A", {"for": "5m"}, **one)]))
    new = texts({}, alerts=[every, alert("A", {"for": "15m"}, **one)])
    assert list(changes(tmp_path, new)) == ["~ alerts.A (checkout).for: from 5m to 15m"]


def test_alerts_of_an_older_file_are_compared(tmp_path: Path) -> None:
    """Versions before 3 had them by name."""
    write(tmp_path, texts({}, alerts={"A": {"for": "3m"}, "B": {"for": "1m"}}))
    new = texts({}, alerts=[alert("A", {"for": "5m"}), alert("B", {"for": "1m"})])
    assert list(changes(tmp_path, new)) == ["~ alerts.A.for: from 3m to 5m"]


def test_recorded_series_are_shown_by_name(tmp_path: Path) -> None:
    """Series that come, go or have another expression are named; of many, the first."""
    many = {f"a{n}": "1" for n in range(7)}
    write(tmp_path, texts({}, rules={"a:b:c": "1", "d:e:f": "2", **many}))
    changed = dict.fromkeys(many, "2")
    reported = list(changes(tmp_path, texts({}, rules={"g:h:i": "2", **changed})))
    assert reported == [
        "+ recorded series: g:h:i",
        "- recorded series: a:b:c, d:e:f",
        "~ recorded series with another expression: a0, a1, a2, a3 and 3 more",
    ]


def test_an_alert_whose_condition_alone_differs_is_named(tmp_path: Path) -> None:
    """A new version may change an expression and no value: the alert is named once."""
    write(tmp_path, texts({}, alerts=[alert("A", {"query": "x"}), alert("B", {"query": "y"})]))
    changed = {"A": "z", "B": "y", "C": "w"}
    new = texts({}, alerts=[alert(name, {"query": text}) for name, text in changed.items()])
    assert list(changes(tmp_path, new)) == [
        "+ alerts.C: ",
        "~ alerts with another expression: A",
    ]


def test_settings_are_shown_as_people_write_them(tmp_path: Path) -> None:
    """Durations and percentages have their unit, at any depth; an item of a list goes by name."""
    old = Settings.model_validate({"redis": {"targets": [target("a", 1), target("b", 1)]}})
    new = Settings.model_validate(
        {
            "redis": {"targets": [target("b", 2), target("c", 1)], "poll_interval": "30s"},
            "objectives": {"availability": "99.9%"},
            "google": {"projects": ["proj-a", "proj-b"]},
            "alerts": {"CPUHigh": {"threshold": "90%"}},
        }
    )
    write(tmp_path, texts({}, settings=old.model_dump(mode="json", by_alias=True)))
    reported = changes(tmp_path, texts({}, settings=new.model_dump(mode="json", by_alias=True)))
    shown = [line.removeprefix("~ settings.") for line in reported]
    assert shown[:4] == [
        "+ settings.google.projects: proj-a",
        "+ settings.google.projects: proj-b",
        "redis.poll_interval: from 15s to 30s",
        "- settings.redis.targets.a",
    ]
    assert shown[4] == "redis.targets.b.url: from redis://10.0.0.1:6379 to redis://10.0.0.2:6379"
    assert shown[5].startswith("+ settings.redis.targets.c: name c, url redis://10.0.0.1:6379")
    assert shown[6:] == ["objectives.availability: from 99.95% to 99.9%"]


def target(name: str, host: int) -> dict[str, str]:
    """Return a Redis server of the settings."""
    return {"name": name, "url": f"redis://10.0.0.{host}:6379"}


def test_own_labels_of_alerts_are_shown(tmp_path: Path) -> None:
    """Labels and annotations that every alert carries stand in no alert's own values."""
    old = {"alerts": {"labels": {"environment": "staging"}, "annotations": {}, "others": {}}}
    new = {"alerts": {"labels": {"environment": "live"}, "annotations": {"wiki": "x"}}}
    write(tmp_path, texts({}, settings=old))
    assert list(changes(tmp_path, texts({}, settings=new))) == [
        "~ settings.alerts.labels.environment: from staging to live",
        "+ settings.alerts.annotations.wiki: x",
    ]


def test_another_order_is_shown(tmp_path: Path) -> None:
    """The order of regions is that of panels: it is no detail."""
    write(tmp_path, texts({}, settings={"service": {"regions": ["a", "b"]}}))
    new = texts({}, settings={"service": {"regions": ["b", "a"]}})
    assert list(changes(tmp_path, new)) == ["~ settings.service.regions: from a, b to b, a"]


def test_what_was_changed_by_hand_is_shown_as_lost(tmp_path: Path) -> None:
    """Only a file that is not as it was written is reported so."""
    write(tmp_path, texts({"a": "1", "b": "1"}))
    (tmp_path / "a").write_text("mine")
    reported = list(changes(tmp_path, texts({"a": "2", "b": "2"})))
    assert reported == [
        "~ files: a, b",
        "~ a (was changed by hand; that would be lost)",
    ]


def test_only_what_is_as_it_was_written_goes(tmp_path: Path) -> None:
    """A file that is generated no more goes, unless it was changed or is not there."""
    write(tmp_path, texts({"a": "1", "b": "1", "c": "1"}))
    (tmp_path / "b").write_text("mine")
    (tmp_path / "c").unlink()
    assert gone(tmp_path, texts({})) == ["a"]


def test_a_broken_configuration_is_none(tmp_path: Path) -> None:
    """Where monitoring_config.json cannot be read, nothing is removed on its word."""
    write(tmp_path, {**texts({"a": "1"}), CONFIG_FILE: "{"})
    assert gone(tmp_path, texts({})) == []
    assert len(list(changes(tmp_path, texts({"a": "1"})))) == 1


@pytest.mark.parametrize("text", ["[]", "3", '{"files": []}', '{"files": {}, "rules": 1}'])
def test_a_configuration_of_another_shape_is_none(tmp_path: Path, text: str) -> None:
    """Whatever stands there, the next run writes it anew and removes nothing."""
    write(tmp_path, {**texts({"a": "1"}), CONFIG_FILE: text})
    assert gone(tmp_path, texts({})) == []
    assert len(list(changes(tmp_path, texts({"a": "1"})))) == 1


def test_nothing_outside_the_root_is_removed(tmp_path: Path) -> None:
    """A path that leads out of the root, or is absolute, is not believed."""
    root, victim = tmp_path / "root", tmp_path / "victim"
    victim.write_text("1")
    write(root, texts({"a": "1"}))
    body = json.loads((root / CONFIG_FILE).read_text())
    body["files"] = {"../victim": digest("1"), str(victim): digest("1"), "a": digest("1")}
    (root / CONFIG_FILE).write_text(json.dumps(body))
    assert gone(root, texts({})) == ["a"]
