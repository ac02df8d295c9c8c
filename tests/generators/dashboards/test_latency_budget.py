"""The panels of the budget of slow requests are there where an objective is."""

import json
from typing import Any

import pytest

from exporter.settings import Settings
from generators import boards
from generators.dashboards.build import texts
from generators.policy import policy
from generators.rules.build import build

pytestmark = pytest.mark.slow
LATENCY = {"latency": {"share": "95%", "within": "300ms"}}


def panels(**sections: Any) -> dict[int, dict[str, Any]]:
    """Return the panels of the reliability board, by their numbers."""
    settings = Settings.model_validate(sections)
    board = json.loads(
        texts(settings, build(settings), policy(settings))["grafana/out/reliability.json"]
    )
    return {panel["id"]: panel for panel in board["panels"]}


@pytest.mark.parametrize(
    "sections", [{"objectives": LATENCY}, {"services": {"checkout": {"objectives": LATENCY}}}]
)
def test_what_alerts_link_to_is_on_the_board(sections: dict[str, Any]) -> None:
    """For all services or for one, the board has both panels, with the alerts' limits."""
    found = panels(**sections)
    left, burns = (found[p.number] for p in (boards.LATENCY_BUDGET, boards.LATENCY_BURN_RATES))
    assert "95 % of requests within 300ms" in left["description"]
    legends = [target["legendFormat"] for target in burns["targets"]]
    assert legends == ["1h, limit 14.4", "6h, limit 6", "1d, limit 3", "3d, limit 1"]


def test_without_an_objective_the_board_has_no_such_panel() -> None:
    """Nothing changes for those who promise no latency."""
    assert not {boards.LATENCY_BUDGET.number, boards.LATENCY_BURN_RATES.number} & panels().keys()
