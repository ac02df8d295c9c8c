"""What changed numbers would have done, on a real Prometheus with days of history."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generators.commands.configs import command
from tests.generators.tuning.simulated_weeks import INCIDENTS, MINUTE, answers
from tests.servers import blocks, prometheus

pytestmark = pytest.mark.slow
REFERENCE = Path(__file__).parents[3] / "examples" / "reference.yaml"
DAYS = 3  # of the simulated weeks, around the first incident
FIRST = INCIDENTS[0].start - 1440


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve three days that end now."""
    folder = tmp_path_factory.mktemp("history")
    start = int(time.time()) // MINUTE * MINUTE - DAYS * 86400
    with (folder / "samples.om").open("w") as file:
        for expression, every in answers().items():
            for series in every:
                labels = ",".join(f"{name}={json.dumps(value)}" for name, value in series.labels)
                kept = series.values[FIRST : FIRST + DAYS * 1440].tolist()
                file.writelines(
                    f"{expression}{{{labels}}} {value!r} {start + MINUTE * at}\n"
                    for at, value in enumerate(kept)
                )
        file.write("# EOF\n")
    blocks(folder / "samples.om", folder / "data")
    with prometheus(folder, "{}", "--storage.tsdb.retention.time=90d") as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Write everything for the reference settings; return settings with two other numbers."""
    path = tmp_path / "monitoring.yaml"
    text = REFERENCE.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    assert configs(path, "--quiet").exit_code == 0
    other = "alerts: {ErrorRateWarning: {threshold: 0.9%}, ResponseTimeWarning: {threshold: 45ms}}"
    path.write_text(text.replace("alerts: {}", other), encoding="utf-8")
    return path


def configs(path: Path, *flags: str) -> Result:
    """Run the command on files beside the settings."""
    root = str(path.parent / "out")
    return CliRunner().invoke(command, ["--config", str(path), "--root", root, *flags])


def test_each_changed_number_says_what_it_would_have_done(written: Path, url: str) -> None:
    """Below the difference, a line for each alert with another number, and nothing is written."""
    before = sorted((written.parent / "out").rglob("*"))
    done = configs(written, "--diff", "--backtest", "3d", "--prometheus", url)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert "~ alerts.ErrorRateWarning.threshold: from above 0.5% to above 0.9%" in lines
    slow, failing = lines[-2:]
    assert slow.startswith("ResponseTimeWarning above 100ms for 3m → above 45ms for 3m: in 3d, ")
    assert "earlier" in slow
    assert failing.startswith("ErrorRateWarning above 0.5% for 3m → above 0.9% for 3m: in 3d, ")
    assert " → 1 firing" in failing
    assert sorted((written.parent / "out").rglob("*")) == before


@pytest.mark.deep
def test_a_review_gets_a_table(written: Path, url: str) -> None:
    """Nothing but the table is printed."""
    flags = ("--diff", "--backtest", "3d", "--prometheus", url, "--markdown")
    done = configs(written, *flags)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("| alert | would have, in 3d |\n|---|---|\n")


@pytest.mark.deep
def test_incidents_that_people_know_judge_error_rates(written: Path, url: str) -> None:
    """What the objective says does not: it counts the same errors."""
    start = int(time.time()) - DAYS * 86400 + MINUTE * 1445
    file = written.parent / "incidents.yaml"
    file.write_text(
        "incidents:\n- id: INC-7\n"
        f"  start: '{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(start))}'\n"
        f"  end: '{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(start + 3600))}'\n",
        encoding="utf-8",
    )
    flags = ("--diff", "--backtest", "3d", "--prometheus", url, "--incidents", str(file))
    text = written.read_text(encoding="utf-8")
    written.write_text(text.replace("threshold: 0.9%", "threshold: 30%"), encoding="utf-8")
    written.write_text(
        written.read_text(encoding="utf-8").replace(
            "ErrorRateWarning:", "ErrorRateCritical: {threshold: 40%}, ErrorRateWarning:"
        ),
        encoding="utf-8",
    )
    done = configs(written, *flags)
    assert done.exit_code == 0, done.output
    assert "INC-7 no longer caught" in done.stdout


def test_the_table_of_what_notifies_says_how_often(written: Path, url: str) -> None:
    """After writing, each alert's row ends with how often it would have fired."""
    done = configs(written, "--backtest", "3d", "--prometheus", url)
    assert done.exit_code == 0, done.output
    row = next(line for line in done.stdout.splitlines() if line.startswith("SLABreach"))
    assert row.endswith("once")


def test_a_server_that_is_away_is_named(written: Path) -> None:
    """Nothing is written before it is known."""
    done = configs(written, "--diff", "--backtest", "3d", "--prometheus", "http://127.0.0.1:1")
    assert done.exit_code != 0
    assert "http://127.0.0.1:1" in str(done.exception)
