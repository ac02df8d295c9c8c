"""What becomes of a threshold."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from exporter.settings import Settings, load
from generators.alert_table import ThresholdAlert
from generators.rules.model import Alerting
from generators.tuning.candidates import Candidate, CandidateStatus, candidate, contract
from generators.tuning.choosing import ChosenThreshold
from generators.tuning.judging import policy_alerts
from generators.tuning.rule_days import RuleDays
from generators.tuning.rule_history import RuleHistory
from generators.tuning.thresholds import RefusedThreshold

REFERENCE = load(Path(__file__).parents[3] / "examples" / "reference.yaml")


def rule(name: str, settings: Settings = REFERENCE) -> Alerting:
    """Return an alert's common form."""
    return next(r for r in policy_alerts(settings) if r.alert == name and not r.services)


def history(found: Alerting, **row: float) -> RuleHistory:
    """Return a history without days: what becomes of a level does not ask for them."""
    source = found.source
    assert isinstance(source, ThresholdAlert)
    own = replace(source, **row)
    nothing = np.array([])
    days = RuleDays(days=(), fors=(3,), levels=nothing, medians=nothing, worst=nothing)
    return RuleHistory(
        rule=replace(found, source=own), row=own, fors=(3,), days=days, worst=nothing, gaps=()
    )


def chosen(level: float) -> ChosenThreshold:
    """Return a level that a method chose."""
    return ChosenThreshold(value=level, why="Because.", days=28, remarks=("Mind.",))


def of(name: str, level: float, *before: Candidate, **row: float) -> Candidate:
    """Return what becomes of an alert whose method chose a level."""
    return candidate(history(rule(name), **row), chosen(level), before)


def test_a_number_is_rounded_to_the_side_that_fires_less() -> None:
    """Latency upwards to whole milliseconds, a hit rate downwards."""
    slow, hits = of("ResponseTimeWarning", 0.0843), of("CacheHitRateLow", -0.8061)
    assert (slow.status, slow.threshold) == (CandidateStatus.PROPOSED, 0.085)
    assert hits.threshold is not None
    assert 0.8 <= hits.threshold <= 0.8061
    assert of("ResponseTimeWarning", 0.00042).threshold == 0.001


def test_a_small_change_is_not_worth_a_review() -> None:
    """A number that is hardly stricter is not proposed; its remarks are of another number."""
    found = of("ResponseTimeWarning", 0.0935)
    assert (found.status, found.threshold, found.remarks) == (CandidateStatus.KEPT, 0.1, ())
    assert found.why.startswith("94ms would hardly be different.")


def test_what_breaks_the_budget_is_never_kept() -> None:
    """A number that is a little louder than the budget is changed, however near it is."""
    assert of("ResponseTimeWarning", 0.105).status is CandidateStatus.PROPOSED
    assert of("CacheHitRateLow", -0.793, threshold=0.81).status is CandidateStatus.PROPOSED


def test_near_the_end_of_a_ratio_the_distance_from_it_counts() -> None:
    """Of 99.9 % and 99 % the misses are ten times as many."""
    assert of("CPUHigh", 0.99, threshold=0.999).status is CandidateStatus.PROPOSED


def test_days_at_nothing_say_nothing() -> None:
    """Where no clean day has an error, any number above 0 would be as good."""
    found = of("ErrorRateWarning", 0.0)
    assert found.status is CandidateStatus.KEPT
    assert found.threshold == 0.005
    assert "say nothing" in found.why or "says nothing" in found.why


def test_what_pages_stays_beyond_its_warning() -> None:
    """Twice the warning's new number, rounded; its own where that is worse already."""
    warning = of("ErrorRateWarning", 0.0084)
    critical = of("ErrorRateCritical", 0.0084, warning)
    assert warning.threshold == pytest.approx(0.0084)
    assert critical.threshold == pytest.approx(0.017)
    assert critical.why.startswith("2 times ErrorRateWarning, as now")
    assert of("ErrorRateCritical", 0.05, warning).threshold == pytest.approx(0.05)


def test_no_share_is_above_all() -> None:
    """Twice 60 % is no number: the alert keeps its own."""
    warning = of("ErrorRateWarning", 0.6)
    critical = of("ErrorRateCritical", 0.6, warning)
    assert critical.status is CandidateStatus.KEPT
    assert critical.why == "No number is 2 times ErrorRateWarning's."


def test_a_service_s_own_warning_moves_the_common_alert_that_it_inherits() -> None:
    """Forms that judge the same series are kept apart, whichever has services."""
    warning = of("ErrorRateWarning", 0.0084)
    own = replace(warning, rule=replace(warning.rule, services=("checkout",)))
    assert of("ErrorRateCritical", 0.0084, own).threshold == pytest.approx(0.017)


def test_a_refusal_is_a_sentence() -> None:
    """The reason of a method, with the number in force."""
    incident = replace(history(rule("CPUHigh")), worst=np.array([0.9]))
    found = candidate(incident, RefusedThreshold("there is no clean day"), ())
    assert (found.status, found.why) == (CandidateStatus.REFUSED, "There is no clean day.")
    assert found.threshold == 0.8


def test_a_contract_has_no_number() -> None:
    """It follows the objective."""
    assert contract(rule("SLABreach")).threshold is None
