"""How far a threshold could go at each minute, so that the condition of an alert is still true.

All branches of generators/rules/branches.py are made of comparisons with the threshold, so that at
each minute there is one value up to which the condition holds. It does not depend on the threshold:
every threshold can be tried on it at once. Where low values are bad, everything is negated.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

import numpy as np

from exporter.catalog.expression import Direction
from generators.alert_table import ThresholdAlert
from generators.policy import EVALUATION, HOUR, SUSTAINED, WIDER
from generators.rules.branches import MISSING, before_for
from generators.tuning import sample_windows
from generators.tuning.compared import PlaceSeries
from generators.tuning.model import Values
from generators.tuning.replay import Conditions
from generators.tuning.sample_windows import Flags, counted, earlier, highest, lowest

NEVER = -np.inf  # of a minute in which no threshold makes the condition true
_RECENT = MISSING + 1  # samples within which a value counts as known
_LONGEST, _BACK = HOUR // EVALUATION, SUSTAINED // EVALUATION  # samples
_BURST, _BEFORE = 5, 15  # samples of the newest minutes, and of a quarter of an hour


@dataclass(frozen=True, slots=True)
class FiringValues:
    """The condition holds exactly where a firing value is greater than the threshold's.

    begins   while the alert does not fire
    goes_on  while it fires: it also goes on while data is away, and with few events
    sign     1 where high is bad; -1 where low is: values and thresholds are negated
    """

    begins: Values
    goes_on: Values
    sign: int

    def of(self, threshold: float) -> float:
        """Return the firing value of a threshold, or the threshold of a firing value."""
        return self.sign * threshold

    def conditions(self, threshold: float) -> Conditions:
        """Return when the condition of the alert is true with a threshold."""
        limit = self.of(threshold)
        return Conditions(self.begins > limit, self.goes_on > limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchValues:
    """The firing values of the branches at a place, which do not depend on `for`; high is bad.

    soon    of the branch `soon`
    mean    what `lasting` looks at, where it was written
    newest  the newest of these values
    few     of the branch `few`; None where there is no minimum of events
    gate    what `few` needs besides before the alert fires
    kept    what keeps it while data is away, and after it came back
    prompt  where nothing may begin, since data is away
    """

    soon: Values
    mean: Values
    newest: Values
    few: Values | None
    gate: Values | None
    kept: Values
    prompt: Flags
    sign: int

    def of_for(self, for_: float) -> FiringValues:
        """Return the firing values for a `for` of so many seconds."""
        begins = while_firing = np.maximum(self.soon, self._lasting(for_))
        if self.few is not None and self.gate is not None:
            begins = np.maximum(begins, np.minimum(self.few, self.gate))
            while_firing = np.maximum(while_firing, self.few)
        goes_on = np.maximum(np.where(self.prompt, NEVER, while_firing), self.kept)
        return FiringValues(np.where(self.prompt, NEVER, begins), goes_on, self.sign)

    def _lasting(self, for_: float) -> Values:
        values = before_for(for_)
        if values <= MISSING:
            return _or_never(self.newest)
        began = earlier(counted(self.mean, _RECENT).astype(np.float64), values - 1) >= 1
        known = ~np.isnan(self.newest) & (counted(self.mean, values) >= values - MISSING) & began
        return np.where(known, lowest(self.mean, values), NEVER)


def branch_values(place: PlaceSeries, row: ThresholdAlert) -> BranchValues:
    """Return the firing values of an alert's branches at a place."""
    sign = 1 if row.signal.direction is Direction.UP else -1
    at = _Samples(place, sign)
    few, gate = (None, None) if place.some is None else at.few(place.some)
    return BranchValues(
        soon=at.soon(),
        mean=at.mean,
        newest=sample_windows.newest(at.mean, _RECENT),
        few=few,
        gate=gate,
        kept=at.kept(),
        prompt=place.prompt,
        sign=sign,
    )


class _Samples:
    """What is compared at a place, negated where low is bad.

    A selector alone shows an old value for five minutes; ranges hold only what was written.
    """

    def __init__(self, place: PlaceSeries, sign: int) -> None:
        """Negate everything once."""
        self._place, self._sign = place, sign
        self._shown = tuple(sign * each for each in (place.value, *place.wider))
        self._written = tuple(map(self._of_ranges, (place.value, *place.wider)))
        self.mean = self._written[0] if place.mean is place.value else self._of_ranges(place.mean)

    def _of_ranges(self, values: Values) -> Values:
        return np.where(self._place.written, self._sign * values, np.nan)

    def soon(self) -> Values:
        value = self._shown[0]
        if self._place.newest is None:
            return _or_never(value)
        newest = sample_windows.newest(self._of_ranges(self._place.newest), _RECENT)
        return np.where(np.isnan(value), NEVER, np.fmin(value, newest))

    def few(self, some: Values) -> tuple[Values, Values]:
        """Return the firing value where there are few events, and what it needs to begin."""
        any_ = self._of_ranges(some)
        there = ~np.isnan(sample_windows.newest(any_, _RECENT))
        gate = np.minimum(highest(any_, _BURST), earlier(highest(any_, _BEFORE), _BEFORE))
        found = _highest_of(self._judged(at) for at in range(len(WIDER)))
        return np.where(there, found, NEVER), _or_never(gate)

    def _judged(self, at: int) -> Values:
        """Return the firing value of a longer window: where the shorter one has no value now.

        The last value of the shorter one, within the longer window's time, must not be fine.
        """
        shorter, longer = self._shown[at], self._shown[at + 1]
        known = sample_windows.newest(self._written[at], WIDER[at] // EVALUATION)
        decides = np.isnan(shorter) & ~np.isnan(longer)
        return np.where(decides, np.fmin(longer, known), NEVER)

    def kept(self) -> Values:
        """Return what keeps a firing alert: the worst of an hour without data, then the newest."""
        away = self._place.away
        if not away.any():
            return np.full(away.size, NEVER)
        worst = _highest_of(highest(each, _LONGEST) for each in self._written)
        # The newest value that is there: once data is back, that is all there is.
        mean = self._sign * self._place.mean
        gone = np.where(away & self._place.written, 0.0, np.nan)
        again = np.where(counted(gone, _BACK) > 0, _or_never(mean), NEVER)
        return np.maximum(np.where(away, _or_never(worst), NEVER), again)


def _or_never(values: Values) -> Values:
    return np.where(np.isnan(values), NEVER, values)


def _highest_of(found: Iterable[Values]) -> Values:
    return reduce(np.fmax, found)
