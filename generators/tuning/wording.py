"""The recommendations as people read them: a row for each alert, and what else has to be known."""

from collections.abc import Iterator
from datetime import UTC, datetime

from exporter.settings.types import duration
from generators.alert_table import ThresholdAlert
from generators.limits import limit, shown
from generators.tuning.backtest import Backtest
from generators.tuning.candidates import CandidateStatus
from generators.tuning.change_wording import counted
from generators.tuning.held_out import HeldOut
from generators.tuning.tuned import TunedAlert, Tuning, moves

HEAD = ("alert", "now", "proposed", "why", "in this time")
_FAR = 2  # times what is promised, on days that were not fitted


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
        return "unknown"
    if candidate.status is not CandidateStatus.PROPOSED:
        return "keep"
    if not isinstance(row, ThresholdAlert) or candidate.threshold is None:
        return "unknown"
    provisional = " (provisional)" if one.quality and one.quality.provisional else ""
    return f"{shown(candidate.threshold, row.signal.unit)}{provisional}"


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
        f"{recall.count} of {recall.of} incidents caught" if recall.of else "no incident to judge"
    )


def _later(now: Backtest, then: Backtest) -> str:
    """Return by how much the incidents that both catch are found earlier or later, as a median."""
    moved = moves(now, then)
    median = moved[len(moved) // 2] if moved else 0
    return f", {duration(abs(median))} {'later' if median > 0 else 'earlier'}" if median else ""


def remarks(tuning: Tuning) -> Iterator[str]:
    """Yield what else has to be known, one line each."""
    for one in tuning.alerts:
        name = one.candidate.rule.title
        for text in one.candidate.remarks:
            yield f"{name}: {text}"
        if one.quality is not None and one.quality.provisional:
            yield f"{name}: provisional: {one.quality.provisional}."
        if one.lost:
            lost = ", ".join(each.id for each in one.lost)
            yield f"{name}: would no longer catch {lost}; --allow-lost applies it all the same."
        if one.held_out is not None:
            yield from (f"{name}: {text}" for text in _unlike(one.held_out))


def _unlike(tried: HeldOut) -> Iterator[str]:
    """Yield a remark where the second half of the days is unlike the first."""
    promised = float(tried.promised * tried.days)
    if tried.fired > _FAR * max(1.0, promised):
        yield (
            f"with a threshold from the first half of its days, it would have fired on "
            f"{tried.fired} of {tried.days} clean days of the second, and {promised:.1f} are "
            "promised: its days are not alike."
        )


def summary(tuning: Tuning, promise: str) -> str:
    """Return what the recommendations were made from, and what they promise together."""
    grid, count = tuning.grid, len(tuning.incidents)
    days = [f"{datetime.fromtimestamp(at, UTC):%-d %B %Y}" for at in (grid.start, grid.end)]
    now, then = tuning.caught
    caught = (
        f"{now} of them meet" if now == then else f"{now} of them meet now, {then} as proposed,"
    )
    lines = [
        f"{tuning.days} days from {days[0]} to {days[1]}, {tuning.clean} clean enough to judge.",
        f"{counted(count, 'incident')} left out of them"
        + (f"; {caught} an alert on a threshold." if count else "."),
        promise,
    ]
    return "\n".join(line for line in lines if line)
