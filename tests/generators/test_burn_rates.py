"""Every pair of windows can fire, and an outage pages soon, whatever the objective is."""

from math import ceil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from exporter.settings import Settings
from generators.alert_table import BREACH, BURN, OUTAGE_WINDOW, Objective
from generators.burn_rates import burn_alert, notes
from generators.files import write
from generators.output_folders import RULE_FILES
from generators.policy import BAD_EVENTS, DAY, MINUTE, policy
from generators.rule_tests.files import documents
from generators.rule_tests.mutation import trimmed
from generators.rules.build import build
from tests.generators.rule_tests.test_files import complaint

SOON = 15  # minutes within which a total outage pages
OBJECTIVES = st.floats(0.5, 0.99999).map(lambda share: round(share, 6))
WINDOWS = st.integers(1, 90).map(lambda days: days * DAY)


def objective(availability: str, window: str = "30d", **alerts: Any) -> Settings:
    """Return settings with an objective."""
    objectives = {"availability": availability, "window": window}
    return Settings.model_validate({"objectives": objectives, "alerts": alerts})


@given(OBJECTIVES, WINDOWS, st.sampled_from([BREACH, BURN]), st.floats(0.1, 10000))
def test_every_pair_can_fire(
    availability: float, window: int, alert: Any, threshold: float
) -> None:
    """No factor is above four fifths of the burn rate at which every request fails."""
    of = Objective(availability, window)
    for changed in (None, threshold):
        given_ = Settings().alerts.SLABreach.model_copy(update={"threshold": changed})
        found = burn_alert(alert, of, given_)
        assert found is not None
        pairs = zip(found.windows, found.factors, strict=True)
        assert all(
            factor * of.budget <= (0.9001 if window is OUTAGE_WINDOW else 0.8001)
            for window, factor in pairs
        )


@given(OBJECTIVES, WINDOWS)
def test_a_total_outage_fires_soon(availability: float, window: int) -> None:
    """Of one request a minute, all failing, some pair is beyond its limits after 11 minutes."""
    of = Objective(availability, window)
    found = burn_alert(BREACH, of, Settings().alerts.SLABreach)
    assert found is not None
    reached = [
        max(BAD_EVENTS, int(factor * of.budget * w.long / MINUTE + 1e-6) + 1)
        for w, factor in zip(found.windows, found.factors, strict=True)
        if factor * of.budget * w.long / MINUTE + 1e-6 < w.long // MINUTE
    ]
    assert min(reached) + ceil(found.for_ / MINUTE) + 1 < SOON


@pytest.mark.parametrize(
    ("availability", "window"),
    [("50%", "1d"), ("90%", "30d"), ("93.5%", "90d"), ("98.3%", "30d"), ("99.999%", "30d")],
)
def test_promtool_sees_it_fire(tmp_path: Path, availability: str, window: str) -> None:
    """An outage of a service with one request a minute pages within a quarter of an hour."""
    settings = objective(availability, window)
    tests = documents(build(settings))
    (test,) = (test for test in tests if test.rule.alert == BREACH.name)
    (case,) = (case for case in test.cases if case.name == "a total outage")
    assert [bool(check.firing) for check in case.checks] == [False, True]
    assert case.checks[1].minute - case.checks[0].minute <= SOON - BAD_EVENTS + 1
    short = type(test)(test.rule, test.rules, (case,), test.interval)
    texts = {f"{RULE_FILES}/{file.name}": file.text() for file in trimmed(short)}
    write(tmp_path, {**texts, short.path: short.text()})
    assert complaint(tmp_path / short.path) == ""


def test_what_is_replaced_is_noted() -> None:
    """The note names the objective, the alert, and both burn rates; usual objectives have none."""
    (note,) = notes(objective("90%"))
    assert note == (
        "objectives.availability: at 90%, the error budget burns at 10\u00d7 while every request "
        "fails; SLABreach fires above 8\u00d7 over 1h, not above 14.4\u00d7"
    )
    assert [*notes(objective("99.95%"))] == [*notes(objective("99%"))] == []


def test_a_threshold_of_the_settings_is_held_against_the_objective() -> None:
    """A burn rate that cannot be is replaced and noted, for one service as for all."""
    settings = objective("99%", SLABreach={"threshold": 500})
    found = policy(settings).breach
    assert found is not None
    assert found.factors[0] == 80
    assert "not above 500" in next(notes(settings))
    own = Settings.model_validate({"services": {"a": {"objectives": {"availability": "90%"}}}})
    assert [*notes(own)] == [
        text.replace("objectives", "services.a.objectives") for text in notes(objective("90%"))
    ]


@pytest.mark.parametrize("availability", ["49.9%", "1%", "100%"])
def test_an_objective_without_a_sense_is_refused(availability: str) -> None:
    """Half of all requests is the least that can be promised; all of them cannot be."""
    with pytest.raises(ValidationError, match="availability"):
        objective(availability)
