"""The condition of an alert on a threshold, in branches: each is a way in which it fires.

soon     beyond the value over five minutes
fine     unless the newest two are fine again: neither a burst that is over nor the first minute of
         a deploy fires
lasting  beyond it for ten minutes of windows, whatever the newest two say: trouble in bursts fires
few      beyond it over half an hour or an hour, where five minutes hold too few events
last     beyond it within the last hour: it keeps what fires while data is away
again    beyond it over five minutes, for ten minutes after data came back: it keeps what fires in
         bursts until `lasting` can be known
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from exporter.catalog.expression import Direction
from exporter.catalog.walk import families_in, split
from generators.alert_table import ThresholdAlert
from generators.limits import number
from generators.policy import EVALUATION, NEWEST, SUSTAINED, WIDER
from generators.rules import bridging
from generators.rules.names import span
from generators.rules.recording import any_name, is_level, mean_name, signal_name
from generators.selectors import AnyMatcher, selector

MISSING = 2  # values of a run that may be missing
# A single burst of under six minutes that `soon` is silent about is over before so many values.
_AFTER_BURST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Branches:
    """The branches of one alert as PromQL, each with the labels of its series."""

    soon: str
    fine: str
    lasting: str
    few: str
    last: str
    again: str

    @property
    def condition(self) -> str:
        """What makes the alert fire while data is there."""
        soon = f"{self.soon}\nunless {self.fine}" if self.fine else self.soon
        return "\nor\n".join(text for text in (soon, self.lasting, self.few) if text)


def away(row: ThresholdAlert) -> tuple[bridging.AwayMarker, ...]:
    """Return what says that the data of an alert is away."""
    return bridging.markers(split(row.signal), families_in(row.signal.expression))


def expression(row: ThresholdAlert, found: Branches) -> str:
    """Return the expression of an alert."""
    alert, by, markers = bridging.FiringAlert(row.name), split(row.signal), away(row)
    bridged = bridging.bridged(alert, by, markers, found.condition, found.last)
    return f"{bridged}\nor\n{bridging.goes_on(alert, by, markers, found.again)}"


def branches(row: ThresholdAlert, matchers: Iterable[AnyMatcher] = ()) -> Branches:
    """Return the branches of a row of the policy, on the series that the matchers take."""
    chosen, signal = tuple(matchers), row.signal
    value = selector(signal_name(signal, split(signal)), chosen)
    mean = selector(mean_name(signal), chosen) if is_level(signal) else value
    return Branches(
        soon=f"{value} {_beyond(row)}",
        fine="" if is_level(signal) else _fine(row, chosen),
        lasting=_lasting(row, mean),
        few=_few(row, value, chosen) if signal.minimum_events else "",
        last=_last(row, value, chosen),
        again=f"{mean} {_beyond(row)}",
    )


def _last(row: ThresholdAlert, value: str, matchers: tuple[AnyMatcher, ...]) -> str:
    values = (value, *(_wider(row, matchers) if row.signal.minimum_events else ()))
    texts = [f"last_over_time({each}[{bridging.LONGEST}])" for each in values]
    known = texts[0] if len(texts) == 1 else f"({' or '.join(texts)})"
    # Not the last value alone: windows run empty, and what they hold last is a minute of bursts or
    # of few errors, which may be fine.
    worst = (f"{_worst(row)}_over_time({each}[{bridging.LONGEST}])" for each in values)
    return "\nor ".join(f"{each} {_beyond(row)}" for each in (known, *worst))


def _wider(row: ThresholdAlert, matchers: tuple[AnyMatcher, ...]) -> list[str]:
    by = split(row.signal)
    return [selector(signal_name(row.signal, by, span(each)), matchers) for each in WIDER]


def _few(row: ThresholdAlert, value: str, matchers: tuple[AnyMatcher, ...]) -> str:
    """Return the branch for little traffic: the shortest window with enough events decides.

    A window that was fine a while ago is newer than what the next one is bad for. Trouble is in the
    newest minutes and a quarter of an hour ago, so that a burst that is over does not begin it;
    once it fires, it ends when the window is fine.
    """
    within = "<=" if row.signal.direction is Direction.UP else ">="
    worst = _worst(row)
    beyond, fine = _beyond(row), f"{within} {number(row.threshold)}"
    windows = (value, *_wider(row, matchers))
    judged = "\n  or ".join(
        f"{wide} {beyond}\n  unless {short}\n"
        f"  unless last_over_time({short}[{_range(window // EVALUATION)}]) {fine}"
        for short, wide, window in zip(windows, windows[1:], WIDER, strict=False)
    )
    by, some = split(row.signal), selector(any_name(row.signal), matchers)
    going_on = (
        f"{worst}_over_time({some}[{_range(5)}]) {beyond}\n"
        f"  and {worst}_over_time({some}[{_range(15)}] offset 15m) {beyond}"
    )
    firing = f'ALERTS{{alertname="{row.name}",alertstate="firing"}}'
    on = f"and on ({', '.join(by)})"
    there = f"last_over_time({some}[{_range(MISSING + 1)}])"  # there are requests at all
    return f"(\n  {judged}\n)\n{on} {there}\n{on} (\n  {going_on}\n  or {firing}\n)"


def _beyond(row: ThresholdAlert) -> str:
    return f"{'>' if row.signal.direction is Direction.UP else '<'} {number(row.threshold)}"


def _worst(row: ThresholdAlert) -> str:
    return "max" if row.signal.direction is Direction.UP else "min"


def _fine(row: ThresholdAlert, matchers: tuple[AnyMatcher, ...]) -> str:
    # Not `and beyond`: without traffic the newest minutes have no value, and an outage that takes
    # the traffic away must not resolve its own alert. What was known of them a moment ago counts:
    # a burst that is over does not begin an alert when their value goes away.
    name = signal_name(row.signal, split(row.signal), span(NEWEST))
    within = "<=" if row.signal.direction is Direction.UP else ">="
    newest = f"last_over_time({selector(name, matchers)}[{_range(MISSING + 1)}])"
    return f"{newest} {within} {number(row.threshold)}"


def _lasting(row: ThresholdAlert, value: str) -> str:
    """Return the branch for bursts: most values of a run are there, none is within the limit."""
    values, newest = before_for(row.for_), f"last_over_time({value}[{_range(MISSING + 1)}])"
    if values <= MISSING:
        return f"{newest} {_beyond(row)}"
    worst = "min" if row.signal.direction is Direction.UP else "max"
    run, before = f"{value}[{_range(values)}]", span((values - 1) * EVALUATION)
    # It has had values for as long: otherwise a service that begins with a burst is judged early.
    began = f"count_over_time({value}[{_range(MISSING + 1)}] offset {before}) >= 1"
    return (
        f"{newest}\nand {worst}_over_time({run}) {_beyond(row)}\n"
        f"and count_over_time({run}) >= {values - MISSING}\nand {began}"
    )


def before_for(for_: float) -> int:
    """Return how many values are beyond before `for` begins, so that it ends after ten minutes.

    A `for` of five to eight minutes ends later. `soon` may have been true before, and lends its
    part of `for` to a burst that is over, unless there is a gap between the longest run of it that
    does not fire and these values.
    """
    minutes, ten = ceil(for_ / EVALUATION), SUSTAINED // EVALUATION
    if minutes >= ten - 1:
        return 1
    return max(ten - minutes, min(minutes + 2, _AFTER_BURST))


def sustained(for_: float) -> float:
    """Return the seconds for which a value is beyond the limit when `lasting` fires."""
    values = before_for(for_)
    return max(SUSTAINED, for_ if values == 1 else values * EVALUATION + for_)


def _range(values: int) -> str:
    """Return a range of so many values, one an evaluation.

    A second less than their time: until Prometheus 3.0 a range holds what lies on its left end.
    """
    return f"{values * EVALUATION - 1}s"
