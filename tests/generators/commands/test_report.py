"""ionmon report on real servers: what it says, what it does not know, and with which exit code."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from rich.cells import cell_len

from exporter import cli
from exporter.commands.terminal import Bar, progress
from exporter.summary.service_json import service_json
from tests.exporter.summary.serving import Past, serving
from tests.generators.commands.reported import NOWHERE, bridge, found, report, row
from tests.generators.service_report.test_from_exporter import SERVICE
from tests.generators.service_report.test_from_exporter import serving as exporter

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """A Prometheus with weeks of a service, the last of them with an incident."""
    with serving(tmp_path_factory.mktemp("past")) as running:
        yield running


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep no answer beyond a test, and read no journal of this machine."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_a_person_reads_it(past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The alert that fires, signals with targets, budgets, the monitoring; all in 80 columns."""
    assert report(past, tmp_path) == 0
    text = capsys.readouterr().out
    assert text.startswith("⚠ Ion: DatabaseLag (high) fires: ion-main in asia-southeast1 (ion-prod")
    assert [line for line in text.splitlines() if cell_len(line) > 80] == []
    assert "\x1b" not in text
    whole = " ".join(text.split())
    for words in (
        "target 80% to 85%;",
        "target at least 9,000/s - MISSED",
        "24% of the error budget is left",
        "CRITICAL ErrorRateCritical - ion in europe-west1 (ion-production)",
        "⚠ time in which the exporter answered: 99.",
        "cloudrun_requests_total of ion-production: 4m could not be read",
        "reading Google's data, a month: $3.11",
        "who acknowledged: no bridge answers, and no journal is here",
    ):
        assert words in whole, words


def test_the_numbers_are_those_of_the_data(
    past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A day with an hour of errors beside a day without; every number from five minutes."""
    assert report(past, tmp_path, "--json") == 0
    whole = found(capsys)
    signals = {one["name"]: one for one in whole["signals"]}
    assert len(signals) == 25
    errors = signals["error_rate"]
    assert errors["value"]["value"] > 1.2 * errors["before"]["value"]
    assert errors["before"]["value"] == pytest.approx(0.003, rel=0.02)
    assert errors["week_ago"]["text"] == errors["before"]["text"]
    assert errors["worst"]["value"] > 5 * errors["value"]["value"]
    assert set(errors["resolutions"].values()) == {"5m"}
    assert len(errors["line"]) in (288, 289)
    assert [row["region"] for row in whole["regions"]] == [
        *("us-central1", "europe-west1", "asia-southeast1"),
    ]
    by_region = {row["region"]: row["signals"]["error_rate"]["value"] for row in whole["regions"]}
    assert by_region["europe-west1"] > 1.5 * by_region["us-central1"]  # at any hour of the day
    assert signals["replication_lag"]["health"] == "warning"
    assert signals["query_time"]["health"] == "unknown"
    assert [one["name"] for one in whole["alerts"]["firing"]] == ["DatabaseLag"]
    assert whole["alerts"]["recent"][-1]["name"] == "ErrorRateCritical"
    assert whole["alerts"]["recent"][-1]["acknowledgement_known"] is False
    assert whole["complete"] is True


def test_of_a_time_without_data_nothing_is_said(
    past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Twenty minutes after the first data, a day holds those minutes, and no yesterday."""
    first = past.end - 10 * 86_400
    assert report(past, tmp_path, "--json", "--until", f"{first + 1_200:.0f}") == 1
    whole = found(capsys)
    assert whole["data_since"] == first
    assert whole["period"].endswith(", 20m of 1d")
    assert any(one.startswith("what was before ") for one in whole["unknown"])
    throughput = {one["name"]: one for one in whole["signals"]}["throughput"]
    assert throughput["value"]["value"] == pytest.approx(throughput["latest"]["value"], rel=0.05)
    assert throughput["before"]["value"] is None


DAY, HOUR = 86_400, 3_600


def test_what_was_observed_in_part_is_not_compared(
    past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Six hours of a yesterday are no day; the report says from when on there are data."""
    first = past.end - 10 * DAY
    assert report(past, tmp_path, "--json", "--until", f"{first + 30 * HOUR:.0f}") in (0, 1)
    whole = found(capsys)
    assert whole["data_since"] is None
    assert {one["before"]["value"] for one in whole["signals"]} == {None}
    (said,) = (one for one in whole["unknown"] if "so that nothing is compared with it" in one)
    assert said.startswith("the period before: its data begin ")


def test_a_region_and_a_service_are_chosen(
    past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only their series are counted; a service that lists no cache has no hit rate."""
    assert report(past, tmp_path, "--json", "--region", "us-central1", "--service", "ion") == 0
    whole = found(capsys)
    signals = {one["name"]: one for one in whole["signals"]}
    assert signals["error_rate"]["value"]["value"] == pytest.approx(0.003, rel=0.02)
    assert [row["region"] for row in whole["regions"]] == ["us-central1"]
    assert signals["cache_hit_rate_l2"]["value"]["value"] is None
    assert signals["cache_hit_rate_l2"]["why"] == "services.ion.redis of the settings names none"
    assert whole["alerts"]["firing"] == []
    assert {one["name"] for one in whole["alerts"]["recent"]} == {"CPUHigh"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--service", "oin"), "--service oin: nothing in this time is of it; there is ion\n"),
        (("--region", "mars"), "--region mars: nothing in this time is of it; there is asia-so"),
    ],
)
def test_a_name_that_nothing_has(
    words: tuple[str, ...],
    said: str,
    past: Past,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is an error that names what there is: a calm report would be a wrong answer."""
    assert report(past, tmp_path, *words) == 1
    assert said in capsys.readouterr().err


def test_a_server_that_is_down_costs_what_it_has(
    past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the server that scrapes: signals from the other one, and exit code 1."""
    words = ("--prometheus", NOWHERE, "--longterm", f"http://{past.address}", "--json")
    assert report(past, tmp_path, *words) == 1
    shown = capsys.readouterr()
    whole = json.loads(shown.out)
    assert shown.err == "ionmon: not all is known; the report lists what is not, and why\n"
    signals = {one["name"]: one for one in whole["signals"]}
    assert signals["throughput"]["value"]["value"] > 3000
    assert {one["name"]: one["health"] for one in whole["monitoring"]}["uptime"] == "unknown"
    assert [one["fault"] for one in whole["sources"]] == ["does not answer", None]
    assert any(NOWHERE in one for one in whole["unknown"])
    assert whole["complete"] is False


def test_no_server_answers(past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Then nothing is well: the report says that nothing is known."""
    assert report(past, tmp_path, "--prometheus", NOWHERE) == 1
    text = capsys.readouterr().out
    assert text.startswith("? Ion: not known: what fires; and 1 more reason\n")
    assert "✓" not in text
    assert "What fires is not known." in text
    assert "Nothing is known to have ended." in text


def test_a_bridge_that_is_down_costs_acknowledgements(
    past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What fires comes from Prometheus then; the bridge is listed, with exit code 1."""
    assert report(past, tmp_path, "--bridge", NOWHERE, "--json") == 1
    whole = found(capsys)
    assert [one["name"] for one in whole["alerts"]["firing"]] == ["DatabaseLag"]
    assert any(one.startswith(f"what the bridge knows: {NOWHERE}") for one in whole["unknown"])


def test_acknowledgements_come_from_the_bridge(
    past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An alert that both know is one, with who has it; of what is over, that is not known."""
    with bridge(row(past)) as url:
        assert report(past, tmp_path, "--bridge", url) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert f"from the bridge at {url}; what is over, from Prometheus" in text
    assert text.count("HIGH DatabaseLag") == 1
    assert "720ms, limit 500ms A replica is behind. acknowledged by ada@example.com" in text
    assert "ago: looking silenced" in text
    assert "who acknowledged what is over: the bridge's journal is not here" in text


def test_the_bridge_does_not_know_everything(
    past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What Prometheus has beside it is listed, and that more may fire is exit code 1."""
    with bridge(known=False) as url:
        assert report(past, tmp_path, "--bridge", url, "--json") == 1
    alerts = found(capsys)["alerts"]
    assert [(one["name"], one["acknowledgement_known"]) for one in alerts["firing"]] == [
        ("DatabaseLag", False)
    ]
    assert alerts["known"] is False


@pytest.mark.parametrize(("known", "code"), [(True, 0), (False, 1)])
def test_an_exporter_beside_a_bridge(
    known: bool,
    code: int,
    past: Past,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The page has no alerts: what fires is the bridge's, and so is the exit code."""
    page = service_json(SERVICE, "a headline")
    with bridge(row(past), known=known) as url, exporter(page) as address:
        assert cli.run(["report", "--exporter", address, "--bridge", url, "--json"]) == code
    whole = found(capsys)
    assert [one["name"] for one in whole["alerts"]["firing"]] == ["DatabaseLag"]
    assert (whole["complete"], whole["alerts"]["source"]) == (known, f"the bridge at {url}")


def test_quiet_shows_no_progress(
    past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither of the state nor of dashboards; without the flag, there is some."""
    asked: list[bool] = []

    def noted(what: str, total: float, *, shown: bool) -> AbstractContextManager[Bar]:
        asked.append(shown)
        return progress(what, total, shown=shown)

    monkeypatch.setattr("generators.commands.report.progress", noted)
    for words in ((), ("--quiet",), ("overview", "--quiet")):
        report(past, tmp_path, *words)
    assert asked == [True, False, False]


@pytest.mark.deep
def test_dashboards_as_text_and_json(
    past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By name, in their order, with the chosen region; into a file where one is named."""
    out = tmp_path / "boards.txt"
    words = ("overview", "reliability", "--region", "europe-west1", "--out", str(out))
    assert report(past, tmp_path, *words) == 0
    text = out.read_text()
    assert capsys.readouterr().out == ""
    assert text.startswith("OVERVIEW\n")
    assert "\nRELIABILITY\n" in text
    assert "Region: europe-west1" in text
    assert [line for line in text.splitlines() if cell_len(line) > 80] == []
    assert report(past, tmp_path, "overview", "--json") == 0
    (board,) = found(capsys)["boards"]
    panels = {panel["title"]: panel for panel in board["panels"]}
    assert panels["Throughput"]["series"][0]["max"]["text"].endswith("req/s")
