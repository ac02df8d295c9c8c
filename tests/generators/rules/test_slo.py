"""Error budgets count every event once: over gaps, over regions that end, in whole windows."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from exporter.settings import Settings
from generators.promtool.documents import dumped
from generators.rules.budgets import AVAILABILITY
from generators.rules.build import build
from generators.rules.model import recordings
from tests.generators.rules.playing import evaluation_order, needed

DAY, HOUR = 86400, 3600
Inputs = Mapping[str, str]


def requests(values: str, code: str = "2xx", region: str = "r", instance: str = "a") -> Inputs:
    """Return a counter of requests, as the exporter at an address shows it."""
    labels = {
        "gcp_project": "p",
        "region": region,
        "service_name": "s",
        "response_code_class": code,
        "job": "ionmon",
        "instance": instance,
    }
    pairs = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return {f"cloudrun_requests_total{{{pairs}}}": values}


def holds(
    folder: Path,
    inputs: Inputs,
    conditions: Mapping[str, tuple[str, ...]],
    every: str = "1m",
    without: str = "",
) -> str:
    """Return what promtool finds of conditions that are no scalar, each in its minute.

    without  a file of rules that is left out: its series are inputs
    """
    queries = (text for each in conditions.values() for text in each)
    files = needed((f for f in build(Settings()).all if f.name != without), queries)
    for file in files:
        (folder / file.name).write_text(file.text())
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in inputs.items()],
        "promql_expr_test": [
            {
                "expr": f"vector(1) and on () ({text})",
                "eval_time": at,
                "exp_samples": [{"labels": "{}", "value": 1}],
            }
            for at, each in conditions.items()
            for text in each
        ],
    }
    names = [file.name for file in files]
    body = {"rule_files": names, "evaluation_interval": every, "tests": [test]}
    body["group_eval_order"] = evaluation_order(files, names)
    path = folder / "tests.yml"
    path.write_text(dumped(body))
    command = ["promtool", "test", "rules", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def near(recorded: str, raw: str) -> str:
    """Return the condition that a recorded figure is within a hundredth of another."""
    return f"abs(sum({recorded}) / sum({raw}) - 1) < 0.01"


@pytest.mark.parametrize("away", [3, 20, 90])
def test_what_happens_while_prometheus_is_away_is_counted(tmp_path: Path, away: int) -> None:
    """An hour of errors with a gap in it is in every window, as in `increase` of the counter."""
    rest = 60 - 10 - away % 50
    hidden = 60 * (10 + away)
    whole = hidden + 60 * rest
    inputs = {
        **requests(f"0+600x110 _x{away - 1} {600 * (111 + away - 1)}+600x240"),
        **requests(f"0x100 60+60x9 _x{away - 1} {hidden}+60x{rest} {whole}x240", "5xx"),
    }
    raw = 'cloudrun_requests_total{response_code_class="5xx"}'
    windows = {6 * HOUR: "6h", DAY: "1d", 3 * DAY: "3d", 30 * DAY: "30d"}
    conditions = tuple(
        near(AVAILABILITY.bad(window), f"increase({raw}[{text}])")
        for window, text in windows.items()
    )
    assert holds(tmp_path, inputs, {"330m": conditions}) == ""


def test_a_region_that_ends_is_no_reset(tmp_path: Path) -> None:
    """Windows add up what each region counted; the end of one counts nothing."""
    inputs = {
        **requests("1000000+10x400"),
        **requests("1000000+10x100 stale", region="q"),
    }
    conditions = {
        "130m": ("abs(project_service:slo_requests:increase1h - 900) < 20",),
        "200m": ("abs(project_service:slo_requests:increase1h - 600) < 20",),
        "400m": ("abs(project_service:slo_requests:increase1d - 5000) < 20",),
    }
    assert holds(tmp_path, inputs, conditions) == ""


def test_an_exporter_at_another_address_counts_on(tmp_path: Path) -> None:
    """The totals of another address are a base, not a rise."""
    inputs = {
        **requests("1000000+10x99 stale"),
        **requests("_x100 2000000+10x300", instance="b"),
    }
    conditions = {
        "130m": ("abs(project_service:slo_requests:increase1h - 600) < 20",),
        "400m": ("abs(project_service:slo_requests:increase1d - 4000) < 30",),
    }
    assert holds(tmp_path, inputs, conditions) == ""


def test_another_history_behind_an_address_is_a_base(tmp_path: Path) -> None:
    """Where counting began at another time, totals neither rise nor restart; the rest counts."""
    labels = 'gcp_project="p",family="cloudrun_requests_total",job="ionmon",instance="a"'
    began = f"ionmon_counting_start_timestamp_seconds{{{labels}}}"
    inputs = {
        **requests("1000000+10x99 30000+10x200"),
        **requests("900000+0x99 20000+0x200", "5xx"),
        began: "1700000000x99 1710000000x200",
    }
    conditions = {
        "130m": (
            "abs(project_service:slo_requests:increase1h - 600) < 20",
            "project_service:slo_errors:increase6h < 1",
            f"absent({AVAILABILITY.burn(6 * HOUR)} > 1)",
        ),
        "290m": ("abs(project_service:slo_requests:increase1d - 2880) < 30",),
    }
    assert holds(tmp_path, inputs, conditions) == ""


def test_a_window_counts_its_own_minutes_only(tmp_path: Path) -> None:
    """Of a thousand requests a minute, an hour has sixty thousand, and no minute more."""
    minutes = {30 * 60: 30, HOUR: 60, 2 * HOUR: 120, 6 * HOUR: 360}
    conditions = tuple(
        f"abs({AVAILABILITY.requests(window)} - {count * 1000}) < 0.1"
        for window, count in minutes.items()
    )
    means = "project_region_service:error_rate:longterm_count == 5"
    inputs = {**requests("0+990x400"), **requests("0+10x400", "4xx")}
    assert holds(tmp_path, inputs, {"400m": (*conditions, means)}) == ""


def test_a_window_with_a_gap_has_burnt_as_a_whole(tmp_path: Path) -> None:
    """Minutes without samples are known where there are samples on both sides of them."""
    inputs = {
        **requests("0+600x130 _x19 90000+600x100"),
        **requests("0+60x130 _x19 9000+60x100", "5xx"),
    }
    rate = 60 / 660 / 0.0005
    conditions = (f"abs({AVAILABILITY.burn(HOUR)} / {rate} - 1) < 0.01",)
    assert (
        holds(tmp_path, inputs, {"170m": conditions, "200m": conditions, "215m": conditions}) == ""
    )


def test_counters_that_are_recorded_anew_are_a_new_server(tmp_path: Path) -> None:
    """A minute after the first sample, errors have burnt for that minute alone."""
    inputs = {**requests("0+0x20"), **requests("0+60x20", "5xx")}
    rate = 2000 * 6 / 60
    conditions = (f"abs({AVAILABILITY.burn(HOUR)} / {rate} - 1) < 0.01",)
    assert holds(tmp_path, inputs, {"6m": conditions}) == ""


@pytest.mark.parametrize("born", range(5))
def test_the_first_errors_of_all_count_between_two_sparse_samples(
    tmp_path: Path, born: int
) -> None:
    """Six minutes of a class that is new are in the objective's window, whenever it begins."""
    counted = {
        name.replace("cloudrun_requests_total", AVAILABILITY.running): values
        for name, values in {
            **requests("0+600x200"),
            **requests(f"_x{100 + born} 0+60x6 360x60", "5xx"),
        }.items()
    }
    known = f'{AVAILABILITY.known(HOUR)}{{gcp_project="p",service_name="s"}}'
    inputs = {**counted, known: "0+60x200"}
    whole = (f"abs({AVAILABILITY.bad(30 * DAY)} / 360 - 1) < 0.01",)
    assert holds(tmp_path, inputs, {"150m": whole}, "5m", "recording.yml") == ""


def test_a_deleted_service_has_no_budget(tmp_path: Path) -> None:
    """A day after its last request there is neither a budget nor an alert; before, there are."""
    inputs = {**requests("0+0x600 stale"), **requests("0+100x600 stale", "5xx")}
    firing = 'ALERTS{alertname="ErrorBudgetExhausted",alertstate="firing"}'
    spent = (f"{AVAILABILITY.spent} > 1", firing)
    gone = tuple(
        f"absent({text})"
        for text in (AVAILABILITY.spent, AVAILABILITY.remaining, AVAILABILITY.share, firing)
    )
    assert holds(tmp_path, inputs, {"900m": spent, "2100m": gone}, "5m") == ""


def test_burn_rates_are_recorded_over_the_workbook_s_windows() -> None:
    """Each objective needs the same: five of minutes and hours, and the two of days."""
    names = [rule.record for rule in recordings(build(Settings()).all)]
    prefix = "project_service:slo_burn_rate:ratio"
    found = [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
    assert found == ["5m", "30m", "1h", "2h", "6h", "1d", "3d"]


def test_before_the_first_error_the_budget_is_known(tmp_path: Path) -> None:
    """There is no series of 5xx yet: no error is 0, and the whole budget is left."""
    known = (
        f"{AVAILABILITY.bad(HOUR)} == 0",
        f"{AVAILABILITY.burn(HOUR)} == 0",
        f"{AVAILABILITY.bad(300)} == 0",
    )
    assert holds(tmp_path, requests("0+600x120"), {"90m": known}) == ""
