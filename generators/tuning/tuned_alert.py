"""One alert with another threshold: what it did, what it would have done, if that is worth it."""

from dataclasses import dataclass, replace

from generators.limits import shown
from generators.tuning.backtest import Backtest, moves, only_caught
from generators.tuning.candidates import Candidate, kept
from generators.tuning.held_out import HeldOut
from generators.tuning.incidents import Incident
from generators.tuning.missed_incidents import MissedIncident
from generators.tuning.other_for import OtherFor
from generators.tuning.quality import Quality
from generators.tuning.replay import Firing
from generators.tuning.rule_history import RuleHistory
from generators.tuning.same_days import like_each_other


@dataclass(frozen=True, slots=True, kw_only=True)
class TunedAlert:
    """What becomes of one alert, and what that costs.

    current, proposed  what it would have done; `proposed` is None where nothing changes
    held_out           the threshold of the first half on the second; None where it has none
    firings            with the current number, and with the one that results
    missed             how near the number that results came to what it misses
    other_for          with which it would do better; None where none is clearly better
    """

    candidate: Candidate
    history: RuleHistory | None
    quality: Quality | None
    current: Backtest
    proposed: Backtest | None
    held_out: HeldOut | None
    firings: tuple[tuple[Firing, ...], tuple[Firing, ...]]
    missed: tuple[MissedIncident, ...] = ()
    other_for: OtherFor | None = None

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader has to know of the number, and of days that hardly differ; sentences."""
        if self.history is None:
            return self.candidate.remarks
        alike = like_each_other(self.history, used=self.proposed is not None)
        return (*self.candidate.remarks, *([alike] if alike else []))

    @property
    def lost(self) -> tuple[Incident, ...]:
        """The incidents that only the current threshold catches."""
        return () if self.proposed is None else only_caught(self.current, self.proposed)

    @property
    def gained(self) -> tuple[Incident, ...]:
        """The incidents that only the proposed threshold catches."""
        return () if self.proposed is None else only_caught(self.proposed, self.current)


def worth_it(one: TunedAlert) -> TunedAlert:
    """Return an alert as it is where a stricter threshold would bring nothing but firings.

    A budget says how often an alert may fire, not that it should.
    """
    then, found = one.proposed, one.candidate
    if then is None or one.gained or not found.is_stricter or _is_earlier(one.current, then):
        return one
    if found.row is None or found.threshold is None:
        return one
    value = shown(found.threshold, found.row.signal.unit)
    judged = one.current.verdicts.recall.of
    because = (
        f"{value} would keep the budget, too, but would have caught nothing more, nor earlier."
        if judged
        else f"{value} would keep the budget, too, but no incident shows that it is needed."
    )
    return replace(
        one, candidate=kept(found, because), proposed=None, firings=(one.firings[0],) * 2
    )


def _is_earlier(now: Backtest, then: Backtest) -> bool:
    """Return whether most incidents that both catch are found earlier."""
    moved = moves(now, then)
    return bool(moved) and moved[len(moved) // 2][0] < 0
