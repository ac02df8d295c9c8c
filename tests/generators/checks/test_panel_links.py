"""Links of rules and runbooks that open no panel are found, with the line where they stand."""

from dataclasses import replace
from pathlib import Path

import pytest

from generators.checks.engine.context import Context
from generators.checks.engine.dashboard_file import DashboardFile, read
from generators.checks.engine.gathering import CheckRequest, gather
from generators.checks.panel_links import problems
from generators.checks.run import run
from generators.output_folders import DASHBOARDS
from generators.promtool.kept_results import KeptResults
from tests.generators.checks.judging import ALERT, context, group
from tests.generators.dashboards.made import REFERENCE, ROOT

BASE = "https://grafana.example.com/d/"


def boards() -> list[DashboardFile]:
    """Return the generated dashboards."""
    return read(ROOT, DASHBOARDS)


def own(url: str, **more: str) -> Context:
    """Return the rules of a user, with a link to a dashboard."""
    annotations = {**ALERT["annotations"], "dashboard_url": url, **more}
    return replace(context(group({**ALERT, "annotations": annotations})), root=Path("nowhere"))


def found(url: str) -> list[str]:
    """Return what is found in a user's rule with this link."""
    return [problem.text for problem in problems(boards(), own(url))]


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("ion-reliability?viewPanel=9999", "ion-reliability has no panel 9999"),
        ("ion-reliability?from=now-3h&viewPanel=106", "ion-reliability has no panel 106"),
        ("ion-cache?viewPanel=panel-9999", "ion-cache has no panel 9999"),
        ("ion-reliabilty?viewPanel=102", "no dashboard ion-reliabilty; did you mean 'ion-reliab"),
    ],
)
def test_a_link_to_no_panel_is_found(link: str, expected: str) -> None:
    """Whatever else the link has, and in the form of Grafana 12 too."""
    (text,) = found(BASE + link)
    assert expected in text


@pytest.mark.parametrize(
    "link",
    [
        "ion-reliability?viewPanel=102&var-region={{ $labels.region | urlquery }}&from=now-3h",
        "ion-reliability?viewPanel=panel-102",
        "ion-overview",
        "checkout-own?viewPanel=4",
    ],
)
def test_other_links_are_free(link: str) -> None:
    """A board that is not of these files is not known."""
    assert found(BASE + link) == []


def test_a_link_within_a_text_is_found() -> None:
    """Other annotations link, too."""
    text = own(BASE + "ion-overview", check=f"Look at {BASE}ion-cache?viewPanel=9998.")
    assert [one.text[:28] for one in problems(boards(), text)] == ["ion-cache has no panel 9998;"]


def test_a_board_that_is_missing_is_found() -> None:
    """Alerts link to it, so that their links open nothing."""
    rest = [board for board in boards() if board.board.uid != "ion-cache"]
    texts = [one.text for one in problems(rest, own(BASE + "ion-cache?viewPanel=110"))]
    assert texts == ["there is no dashboard ion-cache; write its file again"]
    assert problems([], own(BASE + "ion-cache?viewPanel=9")) == []


def test_a_runbook_is_read(tmp_path: Path) -> None:
    """Its lines are named."""
    folder = tmp_path / "docs" / "runbooks"
    folder.mkdir(parents=True)
    (folder / "Own.md").write_text(f"# Own\n\n[panel]({BASE}ion-cache?viewPanel=9)\n")
    given = replace(own(BASE + "ion-overview"), root=tmp_path)
    (problem,) = problems(boards(), given)
    assert (problem.path, problem.line) == ("docs/runbooks/Own.md", 3)


def test_generated_links_open_panels() -> None:
    """Those of every rule and every runbook of the reference deployment."""
    assert problems(boards(), gather(CheckRequest(ROOT, REFERENCE))) == []


def test_a_rule_file_of_a_user_is_held_against_the_boards_beside_it(tmp_path: Path) -> None:
    """The command runs this check for single files, too."""
    file = tmp_path / "own.yml"
    url = BASE + "ion-reliability?viewPanel=9999"
    file.write_text(group({**ALERT, "annotations": {**ALERT["annotations"], "dashboard_url": url}}))
    request = CheckRequest(ROOT, REFERENCE, files=(file,))
    outcome = run(request, lambda *_: None, KeptResults(None), offline=True)
    assert "ion-reliability has no panel 9999" in "\n".join(map(str, outcome.problems))
