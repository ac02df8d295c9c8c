"""Log-based metrics: what their filters select and extract of sample entries, in three forms."""

import json
import operator
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exporter.catalog.roads import LOG_METRICS, LogMetric
from generators.log_metrics import FOLDER, definition, filter_text, texts

ENTRIES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data" / "log_entries.jsonl").read_text().splitlines()
]
BY_NAME = {metric.name: metric for metric in LOG_METRICS}
COMPARE: dict[str, Callable[[Any, Any], bool]] = {"=": operator.eq, ">=": operator.ge}
CLAUSE = re.compile(r"(?P<path>[A-Za-z.]+)(?P<sign>>=|=)(?P<value>.+)")


def selected(metric: LogMetric) -> list[int]:
    """Return which entries a filter selects: comparisons joined by AND, of Google's language."""
    clauses = [CLAUSE.fullmatch(text) for text in filter_text(metric).split(" AND ")]
    return [n for n, entry in enumerate(ENTRIES) if all(c and holds(c, entry) for c in clauses)]


def holds(clause: re.Match[str], entry: dict[str, Any]) -> bool:
    """Say whether an entry has a field that compares so; a field that is missing never does."""
    found = at(entry, clause["path"])
    return found is not None and COMPARE[clause["sign"]](found, json.loads(clause["value"]))


def at(entry: dict[str, Any], path: str) -> Any:
    """Return a field of an entry, or None."""
    found: Any = entry
    for step in path.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def extracted(text: str, entry: dict[str, Any]) -> str:
    """Return what an extractor takes from an entry."""
    match = re.fullmatch(r"EXTRACT\((.+)\)", text)
    assert match
    return str(at(entry, match[1]))


@pytest.mark.parametrize(
    ("name", "entries"),
    [
        ("ionmon/requests", [0, 1, 2]),
        ("ionmon/request_duration", [0, 1]),
        ("ionmon/routing_confidence", [3]),
        ("ionmon/persona_requests", [3]),
        ("ionmon/feature_uses", [4]),
    ],
)
def test_a_filter_selects_its_entries_and_no_other(name: str, entries: list[int]) -> None:
    """A filter takes the event's entries of services, with a value where one is needed."""
    assert selected(BY_NAME[name]) == entries


def test_every_metric_is_tried() -> None:
    """Each metric selects at least one of the samples, and none selects all."""
    assert all(0 < len(selected(metric)) < len(ENTRIES) for metric in LOG_METRICS)


def test_labels_are_those_of_the_family() -> None:
    """What is extracted fills the family's labels, but for the region, which the resource says."""
    for metric in LOG_METRICS:
        made = definition(metric)
        keys = [label["key"] for label in made["metricDescriptor"]["labels"]]
        assert ["region", *keys] == list(metric.family.label_names)
        for number in selected(metric):
            texts_ = {k: extracted(v, ENTRIES[number]) for k, v in made["labelExtractors"].items()}
            assert "None" not in texts_.values()


def test_values_are_extracted_into_a_distribution() -> None:
    """A distribution's value is the entry's number, in the family's unit."""
    made = definition(BY_NAME["ionmon/request_duration"])
    assert made["metricDescriptor"]["valueType"] == "DISTRIBUTION"
    assert [extracted(made["valueExtractor"], ENTRIES[n]) for n in (0, 1)] == ["0.012", "1.5"]
    bounds = made["bucketOptions"]["explicitBuckets"]["bounds"]
    assert bounds == sorted(bounds)
    assert {0.1, 0.2} <= set(bounds)


def test_three_forms_say_the_same() -> None:
    """The JSON files, the script and Terraform define the same metrics with the same filters."""
    found = texts()
    script, terraform = found[f"{FOLDER}/create.sh"], found[f"{FOLDER}/main.tf"]
    for metric in LOG_METRICS:
        name = metric.name.replace("/", "_")
        assert json.loads(found[f"{FOLDER}/{name}.json"]) == definition(metric)
        assert f'define "{metric.name}" {name}.json\n' in script
        assert f'resource "google_logging_metric" "{name}"' in terraform
        assert f"filter      = {json.dumps(filter_text(metric))}" in terraform
    assert terraform.count("{") == terraform.count("}")


def test_the_script_is_a_shell_script(tmp_path: Path) -> None:
    """The shell accepts the script, and it asks for the project before it does anything."""
    script = tmp_path / "create.sh"
    script.write_text(texts()[f"{FOLDER}/create.sh"])
    done = subprocess.run(["sh", script], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "the project's id, please" in done.stderr


# Answers as gcloud does: what it has is a file a metric; creating one that exists is an error.
GCLOUD = """#!/bin/sh
case "$3" in
list) ls "$STORE" | sed 's,_,/,' ;;
create) test ! -e "$STORE/$(echo "$4" | sed 's,/,_,')" || { echo "already exists" >&2; exit 1; } ;;
update) test -e "$STORE/$(echo "$4" | sed 's,/,_,')" || { echo "NOT_FOUND" >&2; exit 1; } ;;
esac
test "$3" = list || cp "${6#--config-from-file=}" "$STORE/$(echo "$4" | sed 's,/,_,')"
"""


def defined(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the script from another directory; the stand-in for gcloud comes first on the path."""
    environment = {"PATH": f"{folder}/bin:/usr/bin:/bin", "STORE": str(folder / "store")}
    return subprocess.run(
        ["sh", folder / "log_metrics" / "create.sh", "my-project"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd="/",
    )


def test_the_script_can_be_run_again_and_completes_what_is_missing(tmp_path: Path) -> None:
    """A second run updates what exists and creates what was removed; both end well."""
    for path, text in texts().items():
        file = tmp_path / "log_metrics" / Path(path).name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    (tmp_path / "store").mkdir()
    gcloud = tmp_path / "bin" / "gcloud"
    gcloud.parent.mkdir()
    gcloud.write_text(GCLOUD)
    gcloud.chmod(0o755)
    names = {metric.name.replace("/", "_", 1) for metric in LOG_METRICS}
    for gone in ("", "ionmon_requests", "ionmon_feature_uses"):
        (tmp_path / "store" / gone).unlink() if gone else None
        done = defined(tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert {file.name for file in (tmp_path / "store").iterdir()} == names
