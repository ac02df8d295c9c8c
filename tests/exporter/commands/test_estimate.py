"""ionmon estimate prints what a month costs, for people and for programs."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from exporter import cli
from exporter.cloud_monitoring.estimate import Estimate, FamilyCost
from exporter.commands.estimate_text import text
from exporter.simulator.server import Simulator
from tests.docs.json_keys import unlike_page
from tests.exporter.running import INSTANCES, REQUESTS, address, simulator, tree, written

ROWS = (
    FamilyCost(
        project="p",
        family="big",
        series=120,
        interval=60.0,
        calls=43_200,
        billed=5_184_000,
        dollars=2.592,
    ),
    FamilyCost(
        project="p",
        family="empty",
        series=0,
        interval=60.0,
        calls=43_200,
        billed=43_200,
        dollars=0.0216,
    ),
    FamilyCost(
        project="p",
        family="bad",
        series=0,
        interval=60.0,
        calls=0,
        billed=0,
        dollars=0.0,
        fault="INTERNAL: x",
    ),
    FamilyCost(
        project="p",
        family="worse",
        series=0,
        interval=60.0,
        calls=0,
        billed=0,
        dollars=0.0,
        fault="INTERNAL: x",
    ),
)
WHOLE = Estimate(rows=ROWS, billed=5_231_520, calls=90_720, total=2.11576, budget=None)


def estimate(project: Simulator, folder: Path, *more: str) -> int:
    """Run ionmon estimate on two families of a simulated project."""
    settings = tree(address(project), INSTANCES, REQUESTS)
    path = written(folder / "m.yaml", settings)
    return cli.run(["estimate", "--config", str(path), *more])


def test_the_table_and_its_sum() -> None:
    """Families with series are listed, the rest and equal faults counted, the month summed up."""
    lines = text(WHOLE, everything=False).splitlines()
    assert " ".join(lines[0].split()) == ("project family series every calls billed series dollars")
    assert lines[1].split() == ["p", "big", "120", "60", "s", "43,200", "5,184,000", "2.59"]
    assert lines[3].startswith("Families without series: 1. ")
    assert lines[4] == "not in the sum: 2 failed families: INTERNAL: x"
    assert len(lines) == 5
    assert len(text(WHOLE, everything=True).splitlines()) == 5


def test_a_budget_names_what_it_stretches() -> None:
    """With a budget the stretched polls are named, or that there are none."""
    stretched = Estimate(
        rows=ROWS, billed=1, calls=1, total=1.0, budget=0.5, stretched=(("p/big", 2.4414),)
    )
    assert text(stretched, everything=True).splitlines()[-1] == (
        "Budget: 0.50 dollars. Longer intervals: p/big x2.4."
    )
    enough = Estimate(rows=ROWS, billed=1, calls=1, total=0.1, budget=0.5)
    assert text(enough, everything=True).endswith("Longer intervals: none.")


def test_what_is_not_read_is_compared() -> None:
    """Where families are not read, the sum of all and the key that enables one follow."""
    compared = replace(WHOLE, unread=135, total_with_unread=18.0512)
    assert text(compared, everything=False).splitlines()[-1] == (
        "135 further families are not read; with all of them it would be 18.05 dollars. To read "
        "one of docs/metrics.md, set google.families.NAME.enabled: true."
    )


def test_json_is_the_whole_estimate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON holds every row and the sums; nothing but it is on stdout."""
    with simulator(INSTANCES, REQUESTS) as project:
        assert estimate(project, tmp_path, "--json") == 0
        found = json.loads(capsys.readouterr().out)
        assert [row["family"] for row in found["rows"]] == [REQUESTS, INSTANCES]
        assert found["billed"] == sum(row["billed"] for row in found["rows"])
        assert estimate(project, tmp_path) == 0
        printed = capsys.readouterr().out.splitlines()
        assert f"{found['billed']:,} series billed" in printed[0]


def test_the_sum_is_first_and_bills_are_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """This exporter, PromQL with viewers and rules as flags say, and policies without a price."""
    monkeypatch.chdir(tmp_path)  # where no rules are
    with simulator(INSTANCES, REQUESTS) as project:
        assert estimate(project, tmp_path, "--viewers", "7", "--rules", "50") == 0
        lines = capsys.readouterr().out.splitlines()
        assert estimate(project, tmp_path, "--viewers", "7", "--rules", "50", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert unlike_page("estimate", found) == []
    assert lines[0].startswith(f"Reading costs {found['total']:.2f} dollars a month: ")
    names = ["this exporter", "PromQL on Cloud Monitoring", "alerting policies"]
    assert [bill["name"] for bill in found["bills"]] == names
    assert [line.split("  ")[0] for line in lines[3:6]] == names
    assert lines[5].endswith("no price: prices.alert_condition_month")
    assert "50 rules a minute (one rule for each signal), 7 viewers" in lines[7]
    assert (found["watching"]["rules"], found["watching"]["viewers"]) == (50, 7)
    assert found["bills"][1]["billed_least"] > 50 * 43_200


def test_a_family_that_fails_is_1(tmp_path: Path) -> None:
    """An estimate that lacks a family ends with 1."""
    faults = "fail=run.googleapis.com/request_count:INTERNAL"
    with simulator(INSTANCES, REQUESTS, faults=faults) as project:
        assert estimate(project, tmp_path) == 1


def test_no_project_is_3(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a project there is nothing to estimate, and the flag is named."""
    for name in ("IONMON_CONFIG", "GOOGLE_CLOUD_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    assert cli.run(["estimate"]) == 3
    assert "ionmon estimate --project my-project" in capsys.readouterr().err
