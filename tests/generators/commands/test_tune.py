"""ionmon tune on a saved history."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from exporter.errors import IonmonError
from exporter.settings import load
from generators.commands.tune import command
from generators.tuning.history_file import SavedAnswer, save
from generators.tuning.judging import policy_alerts
from generators.tuning.model import RecordedSeries, TimeGrid
from generators.tuning.tuned import expressions
from tests.generators.tuning.simulated_weeks import GRID, answers

pytestmark = pytest.mark.slow  # six weeks of minutes take seconds
REFERENCE = Path(__file__).parents[3] / "examples" / "reference.yaml"


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save six weeks once."""
    path, series = tmp_path_factory.mktemp("history") / "weeks.json", answers()
    texts = expressions(policy_alerts(load(REFERENCE)))
    save(path, {text: SavedAnswer(GRID, series.get(text, ())) for text in texts})
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Copy the reference settings."""
    path = tmp_path / "monitoring.yaml"
    path.write_text(REFERENCE.read_text(encoding="utf-8"), encoding="utf-8")
    return path


def tune(settings: Path, *flags: str) -> Result:
    """Run the command; it writes its file beside the settings."""
    out = str(settings.parent / "found.json")
    return CliRunner().invoke(command, ["--config", str(settings), "--out", out, *flags])


def test_numbers_are_printed_drawn_and_applied(settings: Path, history: Path) -> None:
    """The table has a row for each alert, the file the new numbers, the page its plots."""
    plots = settings.parent / "plots"
    done = tune(settings, "--history", str(history), "--apply", "--plots", str(plots))
    assert done.exit_code == 0, done.output
    assert "Asked for: any alert on at most 1 in 7 of such days." in done.stdout
    rows = [line for line in done.stdout.splitlines() if " firing" in line]
    assert len(rows) == 11
    after = load(settings).alerts
    assert after.ErrorRateWarning.threshold is not None
    assert after.ErrorRateWarning.threshold > 0.005
    assert after.SLABreach.threshold is None
    assert "alerts.ErrorRateWarning.threshold: " in done.stdout
    body = json.loads((settings.parent / "found.json").read_text(encoding="utf-8"))
    assert body["pages_per_week"] == "1"
    assert (plots / "thresholds.html").read_text(encoding="utf-8").count("<section>") == 8


@pytest.mark.deep
@pytest.mark.filterwarnings("error")
def test_values_that_are_no_measurement_are_no_defect(settings: Path) -> None:
    """For two days, and now and then in a minute: no trace, no warning, and all is drawn."""
    series, path = answers(), settings.parent / "odd.json"
    for text, found in series.items():
        for one in found if "slo" not in text else ():
            value = math.inf if "error_rate" in text else 1e308
            one.values[35 * 1440 : 37 * 1440] = value
            one.values[::997] = value
    texts = expressions(policy_alerts(load(REFERENCE)))
    save(path, {text: SavedAnswer(GRID, series.get(text, ())) for text in texts})
    plots = settings.parent / "plots"
    done = tune(settings, "--history", str(path), "--budget", "1/40", "--plots", str(plots))
    assert (done.exit_code, done.exception) == (0, None), done.output
    assert "Warning" not in done.stderr
    assert "Clean days reach 1e+308s, which is no measurement." in done.stdout
    assert "Too many days are beyond all others." in done.stdout
    assert "infinite" in (plots / "thresholds.html").read_text(encoding="utf-8")


def test_without_apply_the_settings_stay(settings: Path, history: Path) -> None:
    """And --json prints what is written."""
    done = tune(settings, "--history", str(history), "--json", "--budget", "1/20")
    assert done.exit_code == 0, done.output
    assert settings.read_text(encoding="utf-8") == REFERENCE.read_text(encoding="utf-8")
    assert done.stdout == (settings.parent / "found.json").read_text(encoding="utf-8")
    assert json.loads(done.stdout)["budget"] == "1/20"


def test_a_budget_that_days_cannot_promise_is_refused(settings: Path, history: Path) -> None:
    """The tightest one that they can is printed, and nothing is applied."""
    done = tune(settings, "--history", str(history), "--budget", "1/100", "--apply")
    assert done.exit_code == 0, done.output
    assert "the tightest budget is 1/43" in done.stdout
    assert "no number is to be changed" in done.stderr
    assert settings.read_text(encoding="utf-8") == REFERENCE.read_text(encoding="utf-8")


def test_numbers_of_few_days_since_a_rise_are_not_applied(settings: Path) -> None:
    """All alerts are fitted on the days since then, and ten are too few to be sure of."""
    series, path = answers(), settings.parent / "risen.json"
    for text, found in series.items():
        for one in found if "cpu" in text else ():
            one.values[32 * 1440 :] *= 1.8
    texts = expressions(policy_alerts(load(REFERENCE)))
    save(path, {text: SavedAnswer(GRID, series.get(text, ())) for text in texts})
    done = tune(settings, "--history", str(path), "--apply")
    assert done.exit_code == 0, done.output
    assert "days before are left out" in done.stdout
    assert "clean days; below 14 not every weekday was seen twice" in done.stdout
    assert "--provisional writes it" in done.output
    assert settings.read_text(encoding="utf-8") == REFERENCE.read_text(encoding="utf-8")


@pytest.mark.parametrize(("step", "count"), [(300, 9000), (3600, 1000), (60, 1)])
def test_a_history_of_other_steps_is_refused(settings: Path, step: int, count: int) -> None:
    """Alerts are replayed minute by minute; what is needed is said."""
    path, grid = settings.parent / "odd.json", TimeGrid(GRID.start, step, count)
    texts = expressions(policy_alerts(load(REFERENCE)))
    one = RecordedSeries((), np.ones(count))
    save(path, {text: SavedAnswer(grid, (one,)) for text in texts})
    done = tune(settings, "--history", str(path))
    assert isinstance(done.exception, IonmonError)
    assert f"{count} values, {step} s apart; tuning needs a value a minute" in str(done.exception)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--budget", "1/20", "--pages-per-week", "1"), "two ways to say one thing"),
        (("--timezone", "Mars/Base"), "is no time zone"),
        (("--history", "/dev/null"), "is no history"),
        (("--weeks", "0"), "--weeks"),
        (("--budget", "2"), "above 0 and below 1"),
        (("--pages-per-week", "x"), "such as 1 or 0.5"),
    ],
)
def test_wrong_use_is_named(
    settings: Path, history: Path, flags: tuple[str, ...], said: str
) -> None:
    """Each in a line, before anything is written."""
    given = flags if "--history" in flags else (*flags, "--history", str(history))
    done = tune(settings, *given)
    assert done.exit_code == (1 if "--history" in flags else 2)
    assert said in f"{done.output}{done.exception}"
    assert not (settings.parent / "found.json").exists()
