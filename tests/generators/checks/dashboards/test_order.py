"""What is wrong now comes first: put back behind figures, charts or into a collapsed row."""

import copy

import pytest

from generators.checks.dashboards import boards, order
from tests.generators.checks.dashboards.broken import Break, broken, changed, placed
from tests.generators.dashboards.made import Body, panel, reference

NOW, DEPLOYS, TILE, ERRORS_CHART, PAST = 31, 32, 6, 20, 76
LATE = "panel 31 (What is wrong now): shows alerts that fire, and comes after “{}”, on a phone"


def found(name: str, change: Break) -> list[str]:
    """Return what the check finds in a board after a change."""
    return [problem.text for problem in order.check(broken(name, change))]


def collapsed(body: Body) -> None:
    """Put what is wrong now into the first row, and close that."""
    row = body["panels"][0]
    hidden = [panel(body, NOW), panel(body, DEPLOYS)]
    row.update(collapsed=True, panels=hidden)
    body["panels"] = [one for one in body["panels"] if one not in hidden]


def without_list(change: Break) -> Break:
    """Return a change of Overview without its list."""

    def both(body: Body) -> None:
        body["panels"] = [one for one in body["panels"] if one["id"] != NOW]
        change(body)

    return both


def test_a_list_below_figures_is_found() -> None:
    """So it was: on a phone it came after six figures, a screen and a half below the first."""
    assert LATE.format("Last deploys") in found("overview", placed(NOW, y=20))[0]


def test_a_list_on_the_right_is_found() -> None:
    """Of one line, a phone shows first what stands on the left."""

    def swapped(body: Body) -> None:
        placed(NOW, x=12)(body)
        placed(DEPLOYS, x=0)(body)

    assert LATE.format("Last deploys") in found("overview", swapped)[0]
    assert found("overview", placed(DEPLOYS, x=0, y=10)) == []


def test_a_list_below_one_figure_is_found() -> None:
    """A list needs no figure above it: that it is empty says the same."""
    assert LATE.format("Alerts") in found("overview", placed(TILE, y=0))[0]


def test_a_list_in_a_collapsed_row_is_found() -> None:
    """Nobody sees it there, though its row is the first."""
    assert found("overview", collapsed) == [
        "panel 31 (What is wrong now): shows alerts that fire, in a collapsed row; open the row"
    ]


def test_a_figure_behind_a_chart_is_found() -> None:
    """Where there is no list, the figure tells; other figures may stand before it."""
    assert found("overview", without_list(placed(DEPLOYS, y=99))) == []
    behind = found("overview", without_list(placed(ERRORS_CHART, y=1)))
    assert "panel 6 (Alerts): shows alerts that fire, and comes after “Error rate" in behind[0]
    assert found("reliability", placed(65, y=99)) != []


def test_a_list_of_the_past_may_come_last() -> None:
    """Alerts in range are no news; with a query of the present moment they would be."""
    assert found("reliability", lambda _: None) == []
    now = copy.deepcopy(panel(dict(reference()["overview"]), NOW)["targets"])
    assert "panel 76 (Alerts in range)" in found("reliability", changed(PAST, targets=now))[0]


@pytest.mark.parametrize("name", list(reference()))
def test_generated_boards_begin_with_what_is_wrong(name: str) -> None:
    """Nothing is found where nothing was changed."""
    assert found(name, lambda _: None) == []


def test_the_check_runs() -> None:
    """A check that nothing calls would find nothing."""
    assert order.check in boards.CHECKS
