"""What happens to a signal whose value alerts: one story for each value of its finest label.

All stories run beside each other in the same minutes, so that each is the healthy neighbour of the
others. Values are the policy's: just under and just over its threshold, and what is clearly fine.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil, inf

from exporter.catalog.buckets import expected
from exporter.catalog.error_signals import counting, left_out
from exporter.catalog.expression import (
    Complement,
    Direction,
    LevelRatio,
    Quantile,
    Rate,
    Ratio,
    Share,
    Signal,
)
from exporter.catalog.walk import split
from exporter.errors import SettingsError
from generators.alert_table import ThresholdAlert
from generators.limits import limit, side
from generators.policy import EVALUATION
from generators.rule_tests.document import MINUTE
from generators.rule_tests.scenes import BASE_LABELS, ELSEWHERE, InputSet, Story
from generators.rule_tests.stimulus import USUAL_BOUNDS, Given, made_up, signal_stimulus
from generators.rule_tests.story import Phase, Seen
from generators.rules.recording import is_level

_OVER = "just-over"
_END = 14  # minutes after it fires, of the stories' end
_BURST = 8  # the one bad minute
_ENOUGH, _PLENTY, _FEW = 100, 10, 0.05  # events; times those: enough in a minute, and too few


@dataclass(frozen=True)
class Values:
    """A row of the policy, and the values of its signal that its stories use."""

    row: ThresholdAlert

    @property
    def up(self) -> bool:
        """Whether high is bad."""
        return self.row.signal.direction is Direction.UP

    @cached_property
    def range(self) -> tuple[float, float]:
        """The range of values that the signal can take."""
        expression = self.row.signal.expression
        if isinstance(expression, Ratio | Complement | Share | LevelRatio):
            return 0.0, 1.0
        if isinstance(expression, Quantile):
            known = _bounds(expression)
            return known[0] * (1 + expression.q) / 2, known[-1]
        return 0.0, inf

    def beside(self, side: int) -> float:
        """Return a value a hundredth from the threshold: beyond it for 1, before it for -1."""
        limit = self.row.threshold
        away = side * (1 if self.up else -1) * (limit / 100 or 0.001)
        value = float(f"{limit + away:.4g}")
        return value + 0.5 if value >= MINUTE and value.is_integer() else value

    @cached_property
    def over(self) -> float:
        """A value that fires. Raises SettingsError where there is none."""
        value = self.beside(1)
        if self.held(value) != value:
            raise SettingsError(self._pointless(f"is {side(self.row.signal)}", "never fire"))
        return value

    @cached_property
    def under(self) -> float:
        """A value that does not fire, and would a little further. Raises SettingsError."""
        value, limit = self.held(self.beside(-1)), self.row.threshold
        if value > limit if self.up else value < limit:
            raise SettingsError(self._pointless(f"is not {side(self.row.signal)}", "always fire"))
        return value

    @property
    def fine(self) -> float:
        """A value that notifies nobody."""
        limit, top = self.row.threshold, self.range[1]
        return self.held(limit / 2 if self.up else min(limit * 2, (limit + top) / 2))

    @property
    def extreme(self) -> float:
        """A value so bad that a minute of it moves five."""
        return self.held((self.row.threshold or 1) * 10 if self.up else 0.0)

    def held(self, value: float) -> float:
        """Return the value that is nearest and possible."""
        return min(max(value, self.range[0]), self.range[1])

    def _pointless(self, nothing: str, what: str) -> str:
        return (
            f"alerts.{self.row.name}.threshold: nothing {nothing} {limit(self.row)}, so that the "
            f"alert would {what}; write another, or enabled: false"
        )


def _bounds(expression: Quantile) -> tuple[float, ...]:
    return expected(expression.family) or USUAL_BOUNDS


@dataclass(frozen=True)
class Stories:
    """The stories of a row: each is what happens at a place that is named after it.

    fixed  labels whose values are given, where the alert is for some services only
    """

    values: Values
    fixed: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The finest label that is free, whose values are stories; empty where there is none."""
        by = split(self.values.row.signal)
        free = [label for label in by if label not in self.fixed]
        coarse = self.fixed and free[-1:] == ["gcp_project"]
        return "" if coarse or not free else free[-1]

    def labels(self, name: str) -> dict[str, str]:
        """Return the labels of a story that are not made up."""
        return {**BASE_LABELS, **({self.label: name} if self.label else {}), **self.fixed}

    @property
    def fires(self) -> int:
        """The minute of the first evaluation in which what was bad from the start fires."""
        return 1 + ceil(self.values.row.for_ / EVALUATION)

    @cached_property
    def bounds(self) -> tuple[float, ...]:
        """Buckets on both sides of each value, where the signal is a quantile."""
        expression = self.values.row.signal.expression
        if not isinstance(expression, Quantile):
            return ()
        known, v = _bounds(expression), self.values
        at = {bisect_left(known, value) for value in (v.over, v.under, v.fine, v.extreme)}
        return tuple(known[i] for i in sorted(at | {max(i - 1, 0) for i in at}))

    def at(self, value: float, name: str, times: float = _PLENTY, **more: str) -> InputSet:
        """Return the signal's series at a place."""
        labels = {**self.labels(name), **more}
        return self._series(self.values.row.signal, value, labels, times)

    def _series(
        self, signal: Signal, value: float, labels: Mapping[str, str], times: float
    ) -> InputSet:
        minimum = self.values.row.signal.minimum_events
        events = (minimum.count if minimum else _ENOUGH) * times
        return signal_stimulus(signal, value, Given(events, labels, self.bounds))

    def firing(self) -> Iterator[Story]:
        """Yield the stories in which the alert fires."""
        v, fires = self.values, self.fires
        yield self.fired(_OVER, v.over, inf, Phase(self.at(v.over, _OVER), fires + _END))
        name = "missed-scrape"
        missed = self.at(v.over, name)
        broken = (Phase(missed, fires), Phase(missed, 1, Seen.NO), Phase(missed, _END))
        yield self.fired(name, v.over, inf, *broken)
        for name, value, bad in (("fine-again", v.over, fires), ("far-over", v.extreme, fires + 3)):
            rest = Phase(self.at(v.fine, name), _END)
            yield self.fired(
                name, value, max(bad, fires + 1), Phase(self.at(value, name), bad), rest
            )
        ended = (Phase(self.at(v.over, "ended"), fires), Phase((), _END))
        yield self.fired("ended", v.over, fires + 1, *ended)

    def fired(self, name: str, value: float, ends: float, *phases: Phase) -> Story:
        """Return a story that fires as soon as it can."""
        known = self.labels(name)
        labels = split(self.values.row.signal)
        return Story(
            name=name,
            phases=phases,
            value=value,
            fires=True,
            begins=self.fires,
            ends=ends,
            labels=tuple((label, known.get(label) or made_up(label)) for label in labels),
        )

    def silent(self) -> Iterator[Story]:
        """Yield the stories in which nothing fires."""
        v, long = self.values, self.fires + _END
        by, signal = split(v.row.signal), v.row.signal
        yield Story(name="just-under", phases=(Phase(self.at(v.under, "just-under"), long),))
        if is_level(signal):
            yield Story(
                name="no-number", phases=(Phase(self.at(v.over, "no-number"), long, Seen.NAN),)
            )
        elif not isinstance(signal.expression, Rate):  # no events are a rate of 0, which is a value
            yield Story(name="no-events", phases=(Phase(self.at(v.over, "no-events", 0), long),))
        if signal.minimum_events is not None:
            yield Story(
                name="few-events", phases=(Phase(self.at(v.extreme, "few-events", _FEW), long),)
            )
        if not_counted := left_out(signal):
            name = "not-counted"
            opposite = counting(signal, not_counted)
            errors = self._series(opposite, v.extreme, self.labels(name), _PLENTY)
            yield Story(name=name, phases=(Phase(errors, long),))
        if v.row.for_ >= 2 * EVALUATION:
            yield Story(name="one-bad-minute", phases=tuple(self._burst("one-bad-minute")))
        if "region" in by[:-1] and self.label == by[-1]:
            other = self.at(v.fine, _OVER, region=ELSEWHERE)
            yield Story(name=f"{_OVER}, but elsewhere", phases=(Phase(other, long),))

    def _burst(self, name: str) -> Iterator[Phase]:
        yield Phase(self.at(self.values.fine, name), _BURST - 1)
        yield Phase(self.at(self.values.extreme, name), 1)
        yield Phase(self.at(self.values.fine, name), self.fires + _END - _BURST)
