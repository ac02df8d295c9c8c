"""Checks that look at everything generated at once: complete, and going where it should."""

from pathlib import Path

import pytest
import yaml

from exporter.settings import Settings
from generators.checks import routes
from generators.checks.engine.gathering import CheckRequest
from generators.checks.run import run
from generators.checks.tool_runs import found_by
from generators.files import write
from generators.promtool.kept_results import KeptResults
from tests.generators.generated import texts
from tests.generators.users import USER

pytestmark = pytest.mark.slow

ALERTS = "alertmanager/out/rules/alerts.yml"
CONFIG = "alertmanager/out/alertmanager.yml"
PROJECT = {"google": {"projects": ["my-project"]}}
NEWEST = Path(__file__).parents[2] / "data" / "settings" / "good" / "newest.yaml"


@pytest.fixture(scope="module")
def generated() -> dict[str, str]:
    """Return everything generated for a user with settings of his own."""
    return texts(USER)


def reported(
    root: Path, found: dict[str, str], settings: Settings = USER, *, offline: bool = True
) -> list[str]:
    """Return the problems of files below a root."""
    write(root, found)
    request = CheckRequest(root, settings)
    outcome = run(request, lambda *_: None, KeptResults(None), offline=offline)
    return [str(problem) for problem in outcome.problems]


def changed(found: dict[str, str], path: str, old: str, new: str) -> dict[str, str]:
    """Return the files with one text replaced, which has to be there."""
    assert old in found[path]
    return {**found, path: found[path].replace(old, new)}


@pytest.mark.deep
@pytest.mark.timeout(2400)
def test_what_is_generated_is_whole(tmp_path: Path, generated: dict[str, str]) -> None:
    """Another service, objective and regions, no PagerDuty: by checks, tools, tests and mutants."""
    assert reported(tmp_path, generated, offline=False) == []


def test_the_tools_take_what_is_generated(tmp_path: Path, generated: dict[str, str]) -> None:
    """So do promtool and amtool of rules, configurations and routes, without the rules' tests."""
    found = {path: text for path, text in generated.items() if "/out/tests/" not in path}
    assert reported(tmp_path, found, offline=False) == []


@pytest.mark.parametrize("window", ["1d", "3d"])
def test_a_window_of_days_is_whole(tmp_path: Path, window: str) -> None:
    """An objective's window that burn rates have too is recorded once, and read without gaps."""
    promised = {"availability": "99.5%", "window": window}
    given = Settings.model_validate({**PROJECT, "objectives": promised})
    assert reported(tmp_path, texts(given), given) == []


def test_an_objective_of_latency_alone_is_whole(tmp_path: Path) -> None:
    """Without counts of requests, variables list what the histogram has."""
    off = {"families": {"cloudrun_requests_total": {"enabled": False}}}
    promised = {"latency": {"share": "95%", "within": "300ms"}}
    google = {**PROJECT["google"], **off}
    given = Settings.model_validate({"google": google, "objectives": promised})
    assert reported(tmp_path, texts(given), given) == []


def test_without_settings_it_is_whole(tmp_path: Path) -> None:
    """One server, no channel, no name: nothing that is generated is wrong or of no use."""
    assert reported(tmp_path, texts(Settings()), Settings()) == []


def test_an_alert_that_is_missing_is_reported(tmp_path: Path, generated: dict[str, str]) -> None:
    """An alert that was renamed is missing, and its new name is no alert of these settings."""
    found = changed(generated, ALERTS, "alert: CPUHigh", "alert: CPUTooHigh")
    problems = reported(tmp_path, found)
    missing = f"{ALERTS}:1: CPUHigh: this alert of the settings is missing; "
    assert f"{missing}write the files again: ionmon configs" in problems
    stranger = (
        "CPUTooHigh: is no alert of these settings; put a rule of your own into a file of its own"
    )
    assert [text for text in problems if text.endswith(stranger)] != []


def test_a_route_that_is_wrong_is_reported(tmp_path: Path, generated: dict[str, str]) -> None:
    """Amtool sends an alert of a severity elsewhere than the settings say."""
    found = changed(generated, CONFIG, 'severity="high"', 'severity="higher"')
    write(tmp_path, found)
    request = CheckRequest(tmp_path, USER)
    by_amtool = found_by([*routes.runs(request)], lambda *_: None)
    problems = [problem.text for problem in (*routes.check(request), *by_amtool)]
    assert f"{CONFIG}: 0 routes take severity 'high', not 1" in problems
    wrong = "ResponseTimeCritical goes to unrouted, not to high"
    assert [text for text in problems if wrong in text] != []


def test_a_field_that_is_too_new_is_reported(tmp_path: Path, generated: dict[str, str]) -> None:
    """A field that Alertmanager 0.25 does not have is named."""
    found = changed(generated, CONFIG, "title_link:", "message_text:")
    assert [text for text in reported(tmp_path, found) if "no field message_text" in text] != []


def newest() -> Settings:
    """Return the settings with everything that newer servers open.

    Without the bridge's token, which promtool looks for on this machine.
    """
    given = yaml.safe_load(NEWEST.read_text(encoding="utf-8"))
    del given["notifications"]["bridge"]["credentials_file"]
    return Settings.model_validate(given)


def test_what_newer_servers_read_is_whole(tmp_path: Path) -> None:
    """With everything that newer versions open, nothing is wrong, unknown or of no use."""
    settings = newest()
    found = texts(settings)
    assert reported(tmp_path, found, settings) == []
    older = settings.alertmanager.model_copy(update={"version": "0.32"})
    judged = reported(tmp_path, found, settings.model_copy(update={"alertmanager": older}))
    assert judged != []
    assert all("which came with 0.3" in problem for problem in judged)


@pytest.mark.deep
def test_older_tools_take_what_newer_servers_read(tmp_path: Path) -> None:
    """Debian's promtool and amtool find nothing wrong in it, tests of single rules left out."""
    settings = newest()
    found = {path: text for path, text in texts(settings).items() if "/out/tests/" not in path}
    assert reported(tmp_path, found, settings, offline=False) == []
