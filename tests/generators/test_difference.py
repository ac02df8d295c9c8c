"""A difference is shown by meaning, and what somebody changed by hand is reported and kept."""

import json
from pathlib import Path
from typing import Any

import pytest

from generators.difference import changes, gone
from generators.files import write
from generators.monitoring_config import PATH, digest


def texts(files: dict[str, str], **body: Any) -> dict[str, str]:
    """Return files and the configuration that names them."""
    whole = {"rules": {}, "alerts": {}, **body, "files": {n: digest(t) for n, t in files.items()}}
    return {**files, PATH: json.dumps(whole)}


def test_no_difference_is_nothing(tmp_path: Path) -> None:
    """What was just written does not differ."""
    found = texts({"a": "1"}, objective={"availability": "99.9%"})
    write(tmp_path, found)
    assert list(changes(tmp_path, found)) == []


def test_the_first_time_is_one_line(tmp_path: Path) -> None:
    """Where nothing is there yet, how much would be written is reported."""
    reported = ["nothing is known of what was written here; 2 files would be"]
    assert list(changes(tmp_path, texts({"a": "1"}))) == reported


def test_values_are_shown_before_and_after(tmp_path: Path) -> None:
    """What is other, new and gone is named by its place; why and hashes are not."""
    write(tmp_path, texts({}, alerts={"A": {"for": "3m", "why": "x"}, "B": {"for": "1m"}}))
    new = texts({}, alerts={"A": {"for": "5m", "why": "y"}, "C": {"for": "2m"}})
    assert list(changes(tmp_path, new)) == [
        "~ alerts.A.for: from 3m to 5m",
        "- alerts.B",
        "+ alerts.C: for 2m",
        f"~ {PATH}",
    ]


def test_recorded_series_are_shown_by_name(tmp_path: Path) -> None:
    """A rule that is other is shown with both expressions."""
    write(tmp_path, texts({}, rules={"a:b:c": "1", "d:e:f": "2"}))
    reported = list(changes(tmp_path, texts({}, rules={"a:b:c": "3", "g:h:i": "2"})))
    assert reported[:3] == [
        "~ recorded series a:b:c: from 1 to 3",
        "- recorded series d:e:f",
        "+ recorded series g:h:i",
    ]


def test_what_was_changed_by_hand_is_shown_as_lost(tmp_path: Path) -> None:
    """Only a file that is not as it was written is reported so."""
    write(tmp_path, texts({"a": "1", "b": "1"}))
    (tmp_path / "a").write_text("mine")
    reported = list(changes(tmp_path, texts({"a": "2", "b": "2"})))
    assert "~ a  (was changed by hand; that would be lost)" in reported
    assert "~ b" in reported


def test_only_what_is_as_it_was_written_goes(tmp_path: Path) -> None:
    """A file that is generated no more goes, unless it was changed or is not there."""
    write(tmp_path, texts({"a": "1", "b": "1", "c": "1"}))
    (tmp_path / "b").write_text("mine")
    (tmp_path / "c").unlink()
    assert gone(tmp_path, texts({})) == ["a"]


def test_a_broken_configuration_is_none(tmp_path: Path) -> None:
    """Where monitoring_config.json cannot be read, nothing is removed on its word."""
    write(tmp_path, {**texts({"a": "1"}), PATH: "{"})
    assert gone(tmp_path, texts({})) == []
    assert len(list(changes(tmp_path, texts({"a": "1"})))) == 1


@pytest.mark.parametrize("text", ["[]", "3", '{"files": []}', '{"files": {}, "rules": 1}'])
def test_a_configuration_of_another_shape_is_none(tmp_path: Path, text: str) -> None:
    """Whatever stands there, the next run writes it anew and removes nothing."""
    write(tmp_path, {**texts({"a": "1"}), PATH: text})
    assert gone(tmp_path, texts({})) == []
    assert len(list(changes(tmp_path, texts({"a": "1"})))) == 1


def test_nothing_outside_the_root_is_removed(tmp_path: Path) -> None:
    """A path that leads out of the root, or is absolute, is not believed."""
    root, victim = tmp_path / "root", tmp_path / "victim"
    victim.write_text("1")
    write(root, texts({"a": "1"}))
    body = json.loads((root / PATH).read_text())
    body["files"] = {"../victim": digest("1"), str(victim): digest("1"), "a": digest("1")}
    (root / PATH).write_text(json.dumps(body))
    assert gone(root, texts({})) == ["a"]
