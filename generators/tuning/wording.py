"""The recommendations as people read them: a row for each alert, and what else has to be known."""

from collections.abc import Iterator
from datetime import UTC, datetime

from exporter.catalog.expression import Direction
from exporter.settings.types import duration
from generators.alert_table import ThresholdAlert
from generators.limits import limit, shown
from generators.plurals import counted
from generators.tuning.agreement import Agreement
from generators.tuning.backtest import Backtest, moves
from generators.tuning.candidates import CandidateStatus
from generators.tuning.change_wording import named
from generators.tuning.held_out import HeldOut
from generators.tuning.missed_incidents import near_misses
from generators.tuning.other_for import OtherFor
from generators.tuning.readable import within
from generators.tuning.tuned import Tuning
from generators.tuning.tuned_alert import TunedAlert

HEAD = ("alert", "now", "proposed", "why", "in these days")


def rows(tuning: Tuning) -> list[tuple[str, ...]]:
    """Return the table's rows."""
    return [
        (one.candidate.rule.title, _now(one), _proposed(one), one.candidate.why, cost(one))
        for one in tuning.alerts
    ]


def _now(one: TunedAlert) -> str:
    row = one.candidate.rule.source
    if not isinstance(row, ThresholdAlert):
        return "the objective"
    return f"{limit(row)} for {duration(row.for_)}" if row.for_ else limit(row)


def _proposed(one: TunedAlert) -> str:
    candidate, row = one.candidate, one.candidate.rule.source
    if candidate.status is CandidateStatus.REFUSED:
        return "nothing yet"
    if candidate.status is not CandidateStatus.PROPOSED:
        return "keep"
    if not isinstance(row, ThresholdAlert) or candidate.threshold is None:
        return "unknown"
    far = one.history.in_sigma(candidate.threshold) if one.history else None
    sigma = "" if far is None else f", {far:.1f} σ"
    provisional = ", provisional" if one.quality and one.quality.provisional else ""
    return f"{shown(candidate.threshold, row.signal.unit)}{sigma}{provisional}"


def cost(one: TunedAlert) -> str:
    """Return what the alert would have done, with both thresholds where there are two."""
    now, then = one.current, one.proposed
    if then is None:
        return f"{counted(now.firings, 'firing')}, {_caught(now)}"
    firings = f"{now.firings} → {counted(then.firings, 'firing')}"
    caught = f"{_caught(now)} → {_caught(then)}" if _caught(now) != _caught(then) else _caught(now)
    return f"{firings}, {caught}{_later(now, then)}"


def _caught(one: Backtest) -> str:
    recall = one.verdicts.recall
    return (
        f"{recall.count} of {recall.of} incidents caught"
        if recall.of
        else "no incident to judge it by"
    )


def _later(now: Backtest, then: Backtest) -> str:
    """Return by how much the incidents that both catch are found earlier or later, as a median."""
    moved = moves(now, then)
    median = moved[len(moved) // 2][0] if moved else 0
    return f", {duration(abs(median))} {'later' if median > 0 else 'earlier'}" if median else ""


def remarks(tuning: Tuning) -> Iterator[str]:
    """Yield what else has to be known, one line each."""
    for one in tuning.alerts:
        name = one.candidate.rule.title
        for text in one.remarks:
            yield f"{name}: {text}"
        if one.quality is not None and one.quality.provisional and one.proposed is not None:
            yield f"{name}: provisional: {one.quality.provisional}."
        if one.lost:
            yield f"{name}: would no longer catch {named(one.lost)}."
        yield from (f"{name}: {text}" for text in _missed(one))
        if one.other_for is not None:
            yield f"{name}: {_other_for(one.other_for)}"
        if one.held_out is not None:
            yield from (f"{name}: {text}" for text in _unlike(one.held_out))


def _missed(one: TunedAlert) -> Iterator[str]:
    """Yield which missed incidents were beyond every clean day, and what would have caught them."""
    row, history = one.candidate.rule.source, one.history
    if not isinstance(row, ThresholdAlert) or history is None:
        return
    for missed, near in near_misses(one.missed, history):
        side = "below" if row.signal.direction is Direction.UP else "above"
        number = shown(within(near.level, row.signal.direction), row.signal.unit)
        shorter = f", or a `for` shorter by {duration(near.seconds)}" if near.seconds else ""
        yield (
            f"misses {named([missed])}, though no clean day reached its values: a threshold "
            f"{side} {number}{shorter} would have caught it."
        )


def _other_for(other: OtherFor) -> str:
    """Return what another `for` would bring."""
    (days, days_then), (caught, caught_then) = other.days, other.caught
    incidents = (
        f"the same {counted(caught, 'incident')}"
        if caught == caught_then
        else f"{counted(caught_then, 'incident')} instead of {caught}"
    )
    moved = f", {duration(abs(other.later))} {'later' if other.later > 0 else 'earlier'}"
    fired = (
        f"on {counted(days_then, 'clean day')} instead of {days}"
        if days_then < days
        else "on no more clean days"
    )
    return (
        f"with a `for` of {duration(other.seconds)}, this number would have caught {incidents}"
        f"{moved if other.later else ''}, and fired {fired}."
    )


def _unlike(tried: HeldOut) -> Iterator[str]:
    """Yield a remark where the second half of the days is unlike the first."""
    if tried.unlike:
        promised = f"{float(tried.promised * tried.days):.1f}"
        yield (
            f"with a number from the first half of its days, it would have fired on {tried.fired} "
            f"of {tried.days} clean days of the second, where {promised} are promised. Its days "
            "are not alike: tune again soon."
        )


def summary(tuning: Tuning, budget: str) -> str:
    """Return what the recommendations were made from, and what they come to together.

    asked  the budget that was asked for, as a sentence; empty for methods without one
    """
    grid, now, then = tuning.grid, *tuning.disturbed
    first, last = (
        f"{datetime.fromtimestamp(at, UTC):%-d %B %Y}" for at in (tuning.begins, grid.end)
    )
    lines = [
        f"{tuning.days} days, {first} to {last} (UTC): {tuning.clean} are clean enough to judge.",
        _known(tuning),
        _disturbed(now, then),
        budget,
        _likeness(tuning.likeness),
    ]
    return "\n".join(line for line in lines if line)


def _likeness(found: Agreement) -> str:
    """Return how far the replays can be trusted; nothing where no firing was recorded."""
    if found.share is None:
        return ""
    of = found.both + found.only_replayed + found.only_recorded
    return (
        f"Replays and what Prometheus recorded are {found.share:.0%} alike: {found.both} of "
        f"{counted(of, 'firing')}."
    )


def _disturbed(now: int, then: int) -> str:
    return (
        f"Outside incidents an alert on a threshold fired on {counted(now, 'day')}; with these "
        f"numbers it would have been {then}."
    )


def _known(tuning: Tuning) -> str:
    if not tuning.known:
        return (
            "Nothing says which incidents there were: no objective was recorded. Days with an "
            "incident look like others; name incidents by --incidents."
        )
    return f"{counted(len(tuning.incidents), 'incident')} left out."
