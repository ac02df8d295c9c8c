"""Messages to Microsoft Teams, as amtool renders them."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from generators.alertmanager.build import CONFIG, TEMPLATES, texts
from generators.alertmanager.rendering import data, unrendered
from generators.alertmanager.route_cases import route_cases, wrong_routes
from tests.generators.alertmanager.samples import ALERTS, opened, settings, write

pytestmark = pytest.mark.slow

LARGEST = 28_000  # bytes of a message: https://learn.microsoft.com/en-us/microsoftteams/limits-specifications-teams
ONLY = settings({"msteams": {"webhook_url_file": "/s/msteams"}}, alertmanager={"version": "0.28"})
WIDE = "\U0001f525"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the files of the newest version."""
    folder = tmp_path_factory.mktemp("msteams")
    write(folder, texts(opened("0.35"), ALERTS))
    return folder


def message(root: Path, body: dict[str, Any]) -> tuple[str, str]:
    """Return the title and the text of a message."""
    (root / "data.json").write_text(json.dumps(body))
    command = ["amtool", "template", "render", f"--template.glob={root / TEMPLATES / '*.tmpl'}"]
    command += ["--template.type=text", f"--template.data={root / 'data.json'}"]
    text = '{{ template "ion.msteams.title" . }}\x01{{ template "ion.msteams.text" . }}'
    command.append(f"--template.text={text}")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    title, _, rest = done.stdout.rstrip("\n").partition("\x01")
    return title, rest


def test_one_alert(root: Path) -> None:
    """The headline has value, place and limit; each line of the text is a paragraph."""
    title, text = message(root, data()["firing"])
    assert title.startswith(
        "CRITICAL: Too many requests fail: 4.2% of ion in europe-west1 (limit 1%) since 12:00 UTC"
    )
    paragraphs = [part for part in text.split("\n\n") if part.strip()]
    assert [part.strip() for part in paragraphs[:2]] == [
        "The share of failing requests in europe-west1 is 4.2%.",
        "Check the last deploy.",
    ]
    assert "[Dashboard](https://grafana.example.com/d/ion?x=1&from=" in paragraphs[-1]


def test_what_is_over_is_in_the_past(root: Path) -> None:
    """Resolved says what was, for how long, and what the last value was."""
    title, text = message(root, data()["resolved"])
    assert title.startswith("Resolved: Too many requests failed: 4.2% of ion in europe-west1")
    assert "It was firing from" in text
    assert "The last value was 4.2%." in text
    assert "Check the last deploy." not in text
    _, many = message(root, data()["many resolved"])
    assert "- ion in region-0: was 4.2%, 12:00 to 12:30 UTC (30m)" in many


def test_what_is_over_without_place_and_value_says_what_it_was(root: Path) -> None:
    """A line of the list has what all share where it would begin with a comma."""
    body = data()["many resolved"]
    notes = {"problem": "The exporter is down", "ended": "The exporter was down"}
    body |= {"commonAnnotations": notes}
    body["alerts"] = [{**alert, "annotations": notes} for alert in body["alerts"][:2]]
    _, text = message(root, body)
    assert text.count("- The exporter was down, 12:00 to 12:30 UTC (30m)") == 2


def test_many_are_listed_and_counted(root: Path) -> None:
    """Some are listed, what is over apart from what fires, and the others are counted."""
    _, text = message(root, data()["partly resolved"])
    firing, _, resolved = text.partition("\n\nResolved:\n\n")
    for part in (firing, resolved):
        assert part.count("\n- ") + part.startswith("- ") == 4
        assert "and 11 more" in part


def test_a_message_is_never_too_long(root: Path) -> None:
    """Values of 12 kB in every label and annotation, thirty times, stay below Teams' limit."""
    longest = WIDE * 3_000
    for name in ("firing", "partly resolved", "without annotations", "hostile, many"):
        body = json.loads(json.dumps(data()[name]))
        body["alerts"] = [_filled(alert, longest) for alert in body["alerts"]]
        body["commonLabels"] |= dict.fromkeys(body["commonLabels"], longest)
        body["commonAnnotations"] |= dict.fromkeys(body["commonAnnotations"], longest)
        card = json.dumps(message(root, body), ensure_ascii=False)
        assert len(card.encode()) < LARGEST, name


def _filled(alert: dict[str, Any], value: str) -> dict[str, Any]:
    """Return an alert whose every value is long, and which has many labels more."""
    more = {f"label_{n}": value for n in range(3)}
    kept = {"severity": alert["labels"].get("severity", "low")}
    return {
        **alert,
        "labels": dict.fromkeys(alert["labels"], value) | more | kept,
        "annotations": dict.fromkeys(alert["annotations"], value),
    }


def test_an_older_amtool_checks_the_newest_files(root: Path, tmp_path: Path) -> None:
    """Debian's amtool routes every alert and renders the texts; no label is read as markup."""
    assert wrong_routes(root / CONFIG, route_cases(opened("0.35"), ALERTS)[:4]) == []
    write(tmp_path, texts(ONLY, ALERTS))
    assert unrendered(tmp_path) == []


def test_a_label_that_is_markup_is_found(tmp_path: Path) -> None:
    """Where a template writes a label as it is, a stranger's link is found."""
    found = texts(ONLY, ALERTS)
    raw = "{{ (index .Alerts 0).Labels.region }}"
    found[CONFIG] = found[CONFIG].replace('{{ template "ion.msteams.text" . }}', raw)
    write(tmp_path, found)
    assert f"{CONFIG}: a template lets ' _italic_' of a label through as it is" in unrendered(
        tmp_path
    )
