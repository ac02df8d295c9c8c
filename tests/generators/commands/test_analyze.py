"""ionmon analyze says what is odd, what grows, what moved together, and what is not known."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exporter import cli
from tests.e2e.past import OPTIONS
from tests.generators.analysis.weeks import DAY, END, HEALTHY, SILENT_FROM, SLOW, written_to
from tests.servers import prometheus

DOCUMENT = Path(__file__).parents[3] / "docs" / "analyze.md"


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Prometheus with weeks that end in an incident."""
    folder = tmp_path_factory.mktemp("weeks")
    written_to(folder)
    with prometheus(folder, "{}", *OPTIONS) as running:
        yield f"http://127.0.0.1:{running.port}"


def analyze(url: str, *words: str, since: str = "1d") -> int:
    """Run the command over a window that ends with the data."""
    return cli.run(["analyze", "--prometheus", url, "--since", since, "--until", str(END), *words])


def shown(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Return what was printed, by the first word of each section."""
    head, *parts = capsys.readouterr().out.split("\n\n")
    return {"": head, **{part.split()[0].rstrip(":"): part for part in parts}}


def answered(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return the JSON that was printed."""
    return json.loads(capsys.readouterr().out)


def test_a_person_reads_it(weeks: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each section says what, where, since when and how far; the window stands above them."""
    assert analyze(weeks, since="3d") == 0
    text = shown(capsys)
    assert text[""] == f"2026-01-25 00:00 to 2026-01-28 00:00 UTC, from {weeks}"
    odd = text["Anomalies"].splitlines()
    assert "5 stretches outside the band of the same hour of the week, in 11 series" in odd[0]
    assert odd[2].split()[:5] == ["2026-01-27", "09:15", "1h", "50m", "95th"]
    assert odd[2].split()[-3:] == ["28.4×", "above", "ResponseTimeP95Anomaly"]
    assert [line for line in odd if f"in {HEALTHY}" in line and "so far" in line]
    disk = text["Growth"].splitlines()[2]
    assert disk.startswith("database disk utilization  ion-db in europe-west1")
    assert "+4%" in disk
    pairs = text["Pairs"].splitlines()
    assert pairs[0] == "Pairs: 3 of 6 declared pairs moved together"
    assert pairs[-1] == "Moving together is no cause."
    assert "no band, since one of the last three weeks is not known" in text["Not"]


def test_a_window_chooses(weeks: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the incident nothing is odd, and it is said how much was looked at."""
    words = [
        "analyze",
        "--prometheus",
        weeks,
        "--since",
        "6h",
        "--until",
        str(END - DAY // 2 - 15_000),
    ]
    assert cli.run(words) == 0
    text = shown(capsys)
    assert text["Anomalies"].startswith("Anomalies: none, in 10 of 11 series")


def test_json_has_every_documented_field(weeks: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The fields of each kind are those of docs/analyze.md, with the numbers of the incident."""
    assert analyze(weeks, "--json") == 0
    found = answered(capsys)
    tables = DOCUMENT.read_text().split("## JSON")[1]
    documented = {
        word.strip("`")
        for line in tables.splitlines()
        if line.startswith("| `")
        for word in line.split("|")[1].replace(",", " ").split()
    }
    kinds = ("anomalies", "growth", "pairs")
    fields = {name for kind in kinds for one in found[kind]["found"] for name in one}
    assert found.keys() | fields == documented
    assert found["window"] == {"start": END - DAY, "end": END, "step": 300}
    (silent,) = (one for one in found["anomalies"]["found"] if one["signal"] == "throughput")
    assert silent["place"] == {"gcp_project": "shop", "region": HEALTHY, "service_name": "ion"}
    assert (silent["value"], silent["end"], silent["fires"]) == (0, None, True)
    assert SILENT_FROM <= silent["start"] <= SILENT_FROM + 1200
    disk = found["growth"]["found"][0]
    assert (disk["alert"], disk["grows"]) == ("DiskTrend", True)
    assert disk["seconds"]["low"] <= 7 * DAY <= disk["seconds"]["high"]
    assert {one["place"]["region"] for one in found["pairs"]["found"] if one["fires"]} == {SLOW}


def test_a_region_is_chosen(weeks: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Only its series are looked at, with those that have no region."""
    assert analyze(weeks, "--json", "--region", HEALTHY) == 0
    found = answered(capsys)
    assert found["region"] == HEALTHY
    regions = {one["place"]["region"] for one in found["anomalies"]["found"]}
    assert regions == {HEALTHY}
    assert [one["alert"] for one in found["growth"]["found"]] == ["RedisClientsTrend"]


def test_a_service_has_the_databases_that_the_settings_list(
    weeks: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a list of them, that is said; with one, the database is looked at."""
    assert analyze(weeks, "--json", "--service", "ion") == 0
    why = {one["why"] for one in answered(capsys)["growth"]["not_known"]}
    assert "services.ion.databases of the settings names none" in why
    settings = tmp_path / "monitoring.yaml"
    settings.write_text("google: {projects: [shop]}\nservices: {ion: {databases: [ion-db]}}\n")
    assert analyze(weeks, "--json", "--service", "ion", "--config", str(settings)) == 0
    assert answered(capsys)["growth"]["found"][0]["alert"] == "DiskTrend"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--service", "oin"), "--service oin: nothing in this window is of it; there is ion"),
        (("--region", "mars"), f"--region mars: nothing in this window is of it; there is {SLOW}"),
    ],
)
def test_a_name_that_nothing_has(
    words: tuple[str, str], said: str, weeks: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is an error that names what there is: nothing odd would be a wrong answer."""
    assert analyze(weeks, *words) == 1
    assert said in capsys.readouterr().err


def test_a_server_without_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is called normal: every kind is not known, and each signal is named."""
    with prometheus(tmp_path, "{}") as running:
        assert analyze(f"http://127.0.0.1:{running.port}") == 0
    text = shown(capsys)
    assert text["Anomalies"] == "Anomalies: not known, nothing has data"
    assert text["Growth"] == "Growth: not known, nothing has data"
    assert text["Pairs"] == "Pairs: not known, nothing has data"
    assert text["Not"].count("no data") == 15


def test_the_server_is_away(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, with the address."""
    assert analyze("http://127.0.0.1:1") == 1
    assert "http://127.0.0.1:1 does not answer as Prometheus does" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--since", "now", "--until", "now-1h"), "--since now: has to be before --until now-1h"),
        (("--since", "soon"), "--since soon: write 6h, 7d, now-6h, Unix seconds or"),
        (("--until", "now+1h"), "--until now+1h: lies ahead"),
        (("--since", "1"), "--since 1: is more than a year before --until now"),
        (("--prometheus", "localhost:9090"), "Invalid value for '--prometheus'"),
    ],
)
def test_wrong_use(words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A window that is none is refused before anything is asked, with exit code 2."""
    assert cli.run(["analyze", *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("words", "code"), [(["--help"], 0), ([], 1)])
def test_without_numpy(words: list[str], code: int) -> None:
    """Help needs no numpy; the analysis names the extra that brings it."""
    program = (
        "import sys\nsys.modules['numpy'] = None\nfrom exporter.cli import run\n"
        f"sys.exit(run({['analyze', *words]!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == code
    assert ("pip install 'ion-monitoring[tune]'" in done.stderr) is bool(code)
    assert ("Usage: ionmon analyze" in done.stdout) is not bool(code)
