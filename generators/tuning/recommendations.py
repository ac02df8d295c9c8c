"""alert_tuning_recommendations.json: what was tuned, on what, and what came out; byte-stable.

docs/tuning.md is its contract; `schema_version` changes when a reader has to.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from generators.alert_table import ThresholdAlert
from generators.limits import shown
from generators.tuning.backtest import Backtest
from generators.tuning.compared import Answers
from generators.tuning.fitting import fit
from generators.tuning.incidents import Incident
from generators.tuning.missed_incidents import MissedIncident
from generators.tuning.other_for import OtherFor
from generators.tuning.quality import Quality
from generators.tuning.rule_history import RuleHistory
from generators.tuning.shares import CountOf
from generators.tuning.thresholds import LevelThreshold, RefusedThreshold
from generators.tuning.tuned import Tuning
from generators.tuning.tuned_alert import TunedAlert

SCHEMA_VERSION = 1
Body = dict[str, Any]


def inputs_hash(settings: str, answers: Answers, incidents: tuple[Incident, ...]) -> str:
    """Return a digest of everything that the recommendations follow from."""
    found = hashlib.sha256(settings.encode())
    for expression in sorted(answers):
        found.update(expression.encode())
        for series in answers[expression]:
            found.update(repr(series.labels).encode())
            found.update(series.values.tobytes())
    found.update(repr(incidents).encode())
    return found.hexdigest()


def document(tuning: Tuning, how: Mapping[str, str], budget: Fraction) -> str:
    """Return the file's text.

    how     names the method, its budget, the time zone and the digest of the inputs
    budget  of one alert, for the numbers by `for`
    """
    grid = tuning.grid
    body = {
        "schema_version": SCHEMA_VERSION,
        **how,
        "history": {
            "start": tuning.begins,
            "end": grid.end,
            "step": grid.step,
            "days": tuning.days,
            "clean_days": tuning.clean,
            "disturbed_days": {"current": tuning.disturbed[0], "proposed": tuning.disturbed[1]},
            "incidents_known": tuning.known,
            "likeness": tuning.likeness.share,
        },
        "incidents": [_incident(one) for one in tuning.incidents],
        "alerts": [_alert(one, budget) for one in tuning.alerts],
    }
    content_hash = hashlib.sha256(json.dumps(body).encode()).hexdigest()
    whole = {"content_hash": content_hash, **body}
    return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _incident(one: Incident) -> Body:
    return {
        "id": one.id,
        "start": one.start,
        "end": one.end,
        "labels": dict(one.labels),
        "origin": one.origin.value,
        "signals": sorted(one.signals),
    }


def _alert(one: TunedAlert, budget: Fraction) -> Body:
    candidate, row = one.candidate, one.candidate.rule.source
    found: Body = {
        "name": candidate.rule.alert,
        "services": list(candidate.rule.services),
        "severity": candidate.rule.severity,
        "status": candidate.status.value,
        "why": candidate.why,
        "remarks": list(one.remarks),
        "for_seconds": candidate.rule.for_,
    }
    if isinstance(row, ThresholdAlert) and one.history is not None:
        new = None if one.proposed is None else candidate.threshold
        found["unit"] = row.signal.unit.value
        found["current"] = _number(row.threshold, one.history)
        found["proposed"] = None if new is None else _number(new, one.history)
        found |= _of_history(one, one.history, budget)
    return found | {"backtest": _backtests(one)}


def _number(value: float, history: RuleHistory) -> Body:
    """Return a threshold, as a number and as people write it, and how far it is from the median."""
    far = history.in_sigma(value)
    return {
        "value": value,
        "text": shown(value, history.row.signal.unit),
        "sigma": None if far is None else round(far, 2),
    }


def _of_history(one: TunedAlert, history: RuleHistory, budget: Fraction) -> Body:
    """Return what the number was made from."""
    promise = None if one.candidate.choice is None else one.candidate.choice.promise
    held_out, quality = one.held_out, one.quality
    return {
        "promise": None if promise is None else _promise(promise, history.sign),
        "by_for": {
            f"{minutes}m": _by_for(history, at, budget)
            for minutes, at in sorted((minutes, at) for at, minutes in enumerate(history.fors))
        },
        "other_for": None if one.other_for is None else _other_for(one.other_for),
        "held_out": None
        if held_out is None
        else {
            "fired": held_out.fired,
            "days": held_out.days,
            "promised": str(held_out.promised),
            "unlike": held_out.unlike,
        },
        "quality": None if quality is None else _quality(quality),
    }


def _quality(quality: Quality) -> Body:
    stability = quality.stability
    score = {"stability": round(stability.score, 4), "weakest": stability.weakest}
    return _finite(asdict(quality)) | score


def _promise(promise: LevelThreshold, sign: int) -> Body:
    ends = sorted(sign * each for each in (promise.low, promise.high))
    return {
        "firing_days": str(promise.attainable),
        "clean_days": promise.days,
        "interval": [_known(each) for each in ends],
    }


def _by_for(history: RuleHistory, at: int, budget: Fraction) -> float | None:
    """Return the exact threshold for another `for`; None where days cannot promise it."""
    result = fit(history.days, at, budget).result
    return None if isinstance(result, RefusedThreshold) else _known(history.sign * result.value)


def _other_for(found: OtherFor) -> Body:
    (days, days_then), (caught, caught_then) = found.days, found.caught
    return {
        "seconds": found.seconds,
        "clean_days": {"current": days, "other": days_then},
        "caught": {"current": caught, "other": caught_then},
        "later_seconds": found.later,
    }


def _backtests(one: TunedAlert) -> Body:
    return {
        "current": _backtest(one.current),
        "proposed": None if one.proposed is None else _backtest(one.proposed),
        "lost": [each.id for each in one.lost],
        "gained": [each.id for each in one.gained],
        "nearest_misses": [_miss(each) for each in one.missed],
    }


def _miss(one: MissedIncident) -> Body:
    """Return how near the number that results came to an incident; None where nothing did."""
    near = one.nearest
    return {
        "incident": one.incident.id,
        "place": None if near is None else dict(near.place),
        "threshold": None if near is None else near.level,
        "shorter_for_seconds": None if near is None else near.seconds,
    }


def _backtest(one: Backtest) -> Body:
    judged = one.verdicts
    return {
        "firings": one.firings,
        "notifications": len(one.notified),
        "nights": one.nights,
        "seconds_firing": one.seconds,
        "longest_seconds": one.longest,
        "flaps": one.flaps,
        "right": judged.right,
        "wrong": judged.wrong,
        "unjudged": judged.unjudged,
        "precision": _share(judged.precision),
        "recall": _share(judged.recall),
        "nights_a_week": round(one.a_week(one.nights), 3),
        "notifications_a_week": round(one.a_week(len(one.notified)), 3),
        "caught": [each.incident.id for each in judged.caught],
        "missed": [each.id for each in judged.missed],
        "no_data": [each.id for each in judged.blind],
        "delay_seconds": {"median": judged.delay(0.5), "p90": judged.delay(0.9)},
    }


def _share(found: CountOf) -> Body | None:
    """Return a share with its interval, 95 %; None where nothing is judged."""
    if not found.of:
        return None
    low, high = found.interval
    return {"count": found.count, "of": found.of, "interval": [round(low, 4), round(high, 4)]}


def _finite(body: Mapping[str, Any]) -> Body:
    return {name: _known(value) for name, value in body.items()}


def _known(value: Any) -> Any:  # noqa: ANN401 - any value of JSON
    """Return None for what JSON has no number for."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
