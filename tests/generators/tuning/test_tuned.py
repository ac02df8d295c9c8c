"""Six simulated weeks, tuned: incidents that nobody labelled, and a reason for each number."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from exporter.settings import load
from generators.tuning import recommendations, rule_replay, wording
from generators.tuning.alert_plots import histories
from generators.tuning.candidates import CandidateStatus
from generators.tuning.choosing import by_budget, by_sigmas, together
from generators.tuning.firing_days import met
from generators.tuning.grouping import usual
from generators.tuning.incidents import Incident, IncidentOrigin
from generators.tuning.judging import policy_alerts
from generators.tuning.missed_incidents import near_misses
from generators.tuning.model import RecordedSeries
from generators.tuning.tuned import TunedAlert, Tuning, TuningRequest, expressions, tuned
from generators.tuning.verdicts import catches
from tests.generators.tuning.simulated_weeks import GRID, INCIDENTS, HiddenIncident, answers

SETTINGS = load(Path(__file__).parents[3] / "examples" / "reference.yaml")
RULES = policy_alerts(SETTINGS)
BUDGET = Fraction(1, 7)


def request(series: dict[str, tuple[RecordedSeries, ...]]) -> TuningRequest:
    """Ask for thresholds that keep one page a week for all alerts together."""
    return TuningRequest(
        rules=RULES,
        answers={text: series.get(text, ()) for text in expressions(RULES)},
        grid=GRID,
        zone=ZoneInfo("UTC"),
        incidents=(),
        chooser=lambda found: together(found, BUDGET),
        budget=BUDGET,
        grouping=usual(SETTINGS),
    )


@pytest.fixture(scope="module")
def tuning() -> Tuning:
    """Tune once for all tests of this file."""
    return tuned(request(answers()))


def of(tuning: Tuning, name: str) -> TunedAlert:
    """Return what became of an alert."""
    return next(one for one in tuning.alerts if one.candidate.rule.alert == name)


def _meet(hidden: HiddenIncident, found: Incident) -> bool:
    start = GRID.start + 60 * hidden.start
    return found.start <= start + 60 * hidden.minutes and found.until >= start


def test_incidents_that_nobody_labelled_are_found(tuning: Tuning) -> None:
    """Of twelve at least ten are found in windows in which the objective burnt, and no other."""
    found = [one for one in INCIDENTS if any(_meet(one, other) for other in tuning.incidents)]
    assert len(found) >= 10
    assert {one.origin for one in tuning.incidents} == {IncidentOrigin.OBJECTIVE}
    assert all(any(_meet(one, other) for one in INCIDENTS) for other in tuning.incidents)


def test_every_incident_meets_a_tuned_alert(tuning: Tuning) -> None:
    """Of an alert whose source is another than the incidents' own, all but one or two."""
    assert tuning.unseen == frozenset()
    slow = of(tuning, "ResponseTimeWarning")
    assert slow.proposed is not None
    assert slow.proposed.verdicts.recall.count >= 10
    every = [firing for one in tuning.alerts for firing in one.firings[1]]
    assert met(tuning.incidents, every) == {one.id for one in tuning.incidents}


def test_the_budget_of_all_alerts_is_kept(tuning: Tuning) -> None:
    """Nearly every day had a firing for nothing; now at most one in seven has."""
    now, then = tuning.disturbed
    assert now > 30
    assert then <= tuning.days / 7


def test_every_alert_is_explained(tuning: Tuning) -> None:
    """Each of the nine, and the two on the budget, has a status, a reason and its cost."""
    assert len(tuning.alerts) == 11
    for one, row in zip(tuning.alerts, wording.rows(tuning), strict=True):
        assert one.candidate.why.endswith(".")
        assert all(row)
    contracts = [one for one in tuning.alerts if one.candidate.status is CandidateStatus.CONTRACT]
    assert [one.candidate.rule.alert for one in contracts] == [
        *("SLABreach", "ErrorBudgetBurn", "ErrorBudgetExhausted")
    ]


def test_a_noisy_alert_gets_a_number_that_keeps_the_budget(tuning: Tuning) -> None:
    """Client errors exceed half a percent on most days; the proposed number only incidents do."""
    noisy = of(tuning, "ErrorRateWarning")
    assert noisy.proposed is not None
    assert noisy.current.firings > 5 * noisy.proposed.firings
    assert noisy.proposed.firings <= len(tuning.incidents) + 1
    critical = of(tuning, "ErrorRateCritical").candidate.threshold
    assert critical == pytest.approx(2 * (noisy.candidate.threshold or 0), rel=0.02)  # rounded


def test_an_alert_that_never_fires_is_not_made_stricter_for_nothing(tuning: Tuning) -> None:
    """A lower limit for CPU would keep the promise, but no incident says that it is needed."""
    cpu = of(tuning, "CPUHigh")
    assert cpu.candidate.status is CandidateStatus.KEPT
    assert cpu.candidate.why.endswith("would have caught nothing more, nor earlier.")
    assert cpu.proposed is None


def test_a_stricter_number_that_finds_more_is_proposed(tuning: Tuning) -> None:
    """Latency rises in incidents whose objective is about errors: they are caught, and earlier."""
    slow = of(tuning, "ResponseTimeWarning")
    assert slow.gained
    assert not slow.lost
    assert slow.candidate.threshold is not None
    assert slow.candidate.threshold < 0.1


def test_a_near_miss_is_told_with_what_would_have_caught_it(tuning: Tuning) -> None:
    """Such a threshold fires in the incident; misses with usual values are not told."""
    one = of(tuning, "ResponseTimeCritical")
    assert one.history is not None
    ((incident, near),) = near_misses(one.missed, one.history)
    lines = [line for line in wording.remarks(tuning) if "misses" in line]
    (line,) = lines
    assert line.startswith("ResponseTimeCritical: misses the incident of 23 November")
    told = float(line.split("below ")[1].split("ms")[0]) / 1000
    assert told <= near.level
    asked, rule = request(answers()), one.candidate.rule
    firings = rule_replay.tried(
        rule,
        rule_replay.threshold_values(rule, asked.answers, GRID),
        GRID,
        threshold=told,
        for_=rule.for_,
    )
    assert any(catches(firing, incident) for firing in firings)
    assert len(one.missed) == 2
    body = json.loads(recommendations.document(tuning, {}, BUDGET))["alerts"][0]["backtest"]
    assert [each["incident"] for each in body["nearest_misses"]] == body["proposed"]["missed"]


def test_another_for_is_told_where_it_is_better(tuning: Tuning) -> None:
    """Incidents are far beyond the number: without `for` they are found three minutes earlier."""
    slow = of(tuning, "ResponseTimeWarning")
    other, (_, firings) = slow.other_for, slow.firings
    assert other is not None
    assert other.caught == (slow.proposed.verdicts.recall.count,) * 2 if slow.proposed else False
    (line,) = [
        one for one in wording.remarks(tuning) if one.startswith("ResponseTimeWarning: with")
    ]
    assert line.endswith(
        "with a `for` of 0s, this number would have caught the same 11 incidents, 3m earlier, and "
        "fired on no more clean days."
    )
    rule = slow.candidate.rule
    assert slow.candidate.threshold is not None
    sooner = rule_replay.tried(
        rule,
        rule_replay.threshold_values(rule, request(answers()).answers, GRID),
        GRID,
        threshold=slow.candidate.threshold,
        for_=0,
    )
    assert min(one.began for one in sooner) == min(one.began for one in firings) - 180
    found = json.loads(recommendations.document(tuning, {}, BUDGET))["alerts"]
    written = {one["name"]: one.get("other_for") for one in found}
    assert written["ResponseTimeWarning"] == {
        "seconds": 0,
        "clean_days": {"current": other.days[0], "other": other.days[1]},
        "caught": {"current": 11, "other": 11},
        "later_seconds": -180,
    }
    assert written["CPUHigh"] is None  # it never fires, with any `for`


@pytest.mark.slow
def test_the_document_is_the_same_twice(tuning: Tuning) -> None:
    """It is JSON without NaN, in one order, and carries its schema's version."""
    how = {"inputs": recommendations.inputs_hash("x", answers(), ()), "method": "levels"}
    text = recommendations.document(tuning, how, BUDGET)
    assert text == recommendations.document(tuned(request(answers())), how, BUDGET)
    body = json.loads(text)
    assert body["schema_version"] == recommendations.SCHEMA_VERSION
    noisy = next(one for one in body["alerts"] if one["name"] == "ErrorRateWarning")
    assert noisy["current"]["text"] == "0.5%"
    assert list(noisy["by_for"]) == [f"{minutes}m" for minutes in range(16)]
    # The longer a value has to last, the lower it may be.
    by_for = [each for each in noisy["by_for"].values() if each is not None]
    assert by_for[0] > by_for[-1]


def test_other_history_has_another_digest() -> None:
    """One changed value is another input."""
    first, second = answers(), answers()
    name = next(iter(second))
    second[name][0].values[5] += 1e-9
    assert recommendations.inputs_hash("", first, ()) != recommendations.inputs_hash("", second, ())


def test_what_is_drawn_is_what_alerts_compare(tuning: Tuning) -> None:
    """Eight alerts have a plot; of a rate that must not fall, values are not negated."""
    drawn = {one.title: one for one in histories(tuning)}
    assert len(drawn) == 8
    assert np.nanmin(drawn["CacheHitRateLow"].values) > 0.7
    assert len(drawn["ErrorRateWarning"].firings) > len(drawn["ErrorRateWarning"].firings_proposed)


@pytest.mark.slow
def test_incidents_of_other_times_are_none_of_the_history() -> None:
    """Overlapping ones are each one of it; a year before, and tomorrow, nothing was left out."""
    first, last = GRID.start, GRID.end
    spans = {
        "overlaps": (first + 9_000, first + 90_000),
        "alike": (first + 9_000, first + 90_000),
        "within": (first + 10_000, first + 11_000),
        "before": (first - 900_000, first - 1),
        "across": (first - 900_000, first + 1),
        "after": (last + 1, None),
    }
    known = tuple(Incident(id=name, start=a, end=b) for name, (a, b) in spans.items())
    found = tuned(replace(request(answers()), incidents=known))
    named = {one.id for one in found.incidents if one.origin is IncidentOrigin.FILE}
    assert named == {"overlaps", "alike", "within", "across"}


@pytest.mark.slow
def test_without_values_there_is_no_number() -> None:
    """An alert whose series are missing is refused with the reason; the others are tuned."""
    series = answers()
    gone = {text: found for text, found in series.items() if "replication_lag" not in text}
    other = request(gone)
    tuning = tuned(
        TuningRequest(
            rules=other.rules,
            answers=other.answers,
            grid=other.grid,
            zone=other.zone,
            incidents=(),
            chooser=lambda _: by_budget(Fraction(1, 20)),
            budget=Fraction(1, 20),
            grouping=other.grouping,
        )
    )
    assert of(tuning, "DatabaseLag").candidate.status is CandidateStatus.REFUSED
    assert of(tuning, "DatabaseLag").candidate.why == "There is no value in these days."
    assert of(tuning, "ErrorRateWarning").candidate.status is CandidateStatus.PROPOSED


def test_sigma_promises_nothing(tuning: Tuning) -> None:
    """The other methods say so beside their number."""
    history = of(tuning, "DatabaseLag").history
    assert history is not None
    chosen = by_sigmas(history)
    assert chosen.remarks[-1].startswith("This method promises nothing")
