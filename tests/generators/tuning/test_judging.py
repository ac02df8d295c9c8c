"""By what firings are judged."""

from pathlib import Path

import pytest

from exporter.settings import Settings, load
from generators.tuning.incidents import Incident
from generators.tuning.judging import judging, policy_alerts
from generators.tuning.tuned import expressions
from tests.generators.tuning.simulated_weeks import GRID, answers

REFERENCE = load(Path(__file__).parents[3] / "examples" / "reference.yaml")


@pytest.mark.parametrize("change", [{}, {"severity": "high"}, {"enabled": False}])
def test_an_objective_says_when_users_were_hurt_whoever_is_notified(
    change: dict[str, object],
) -> None:
    """A breach that notifies others, or nobody; longer windows join incidents that are near."""
    body = REFERENCE.model_dump(mode="json", by_alias=True)
    body["alerts"]["SLABreach"] = change
    rules = policy_alerts(Settings.model_validate(body))
    series = {text: answers().get(text, ()) for text in expressions(rules)}
    found = judging(rules, series, GRID, ()).incidents
    assert found is not None
    assert len(found) >= 9


def test_without_an_objective_nothing_is_known() -> None:
    """That is not calm; what people wrote is known all the same."""
    rules = policy_alerts(REFERENCE)
    nothing: dict[str, tuple[()]] = dict.fromkeys(expressions(rules), ())
    assert judging(rules, nothing, GRID, ()).incidents is None
    written = Incident(id="INC-1", start=0.0, end=1.0)
    assert judging(rules, nothing, GRID, (written,)).incidents == (written,)
