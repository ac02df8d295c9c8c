"""Limits that boards draw are those of some alert, also of one that a single service has."""

import json
from typing import Any

import pytest

from generators.checks.dashboards import drawn_limits
from generators.checks.engine.dashboard_file import parsed
from generators.dashboards.descriptions import shown
from generators.policy import policy
from tests.generators.dashboards.made import boards, changed

pytestmark = pytest.mark.slow

BURN_RATES = 205  # of the latency budget
OF_A_WEEK = {"latency": {"share": "90%", "within": "1s"}, "window": "7d"}


def found(**given: Any) -> list[str]:
    """Return what the check finds in the boards of settings."""
    settings = changed(**given)
    files = [parsed(json.dumps(body), name) for name, body in boards(settings).items()]
    limits = shown(settings, policy(settings))
    return [one.text for file in files for one in drawn_limits.check(file, limits)]


def test_the_limits_of_one_service_are_known() -> None:
    """Its window is another than everyone's: it burns a budget at other rates."""
    assert found(services={"checkout": {"objectives": OF_A_WEEK}}) == []


def test_a_limit_of_no_alert_is_found() -> None:
    """Without the service nothing has its limits."""
    settings = changed(services={"checkout": {"objectives": OF_A_WEEK}})
    board = parsed(json.dumps(boards(settings)["reliability"]), "reliability.json")
    texts = [one.text for one in drawn_limits.check(board, policy(changed()))]
    assert any(f"panel {BURN_RATES}" in text and "the limit of no alert" in text for text in texts)
