"""What input series do over time, in promtool's notation: phase after phase, a sample a minute.

A counter begins at 0 in minute 0; a gauge is first seen in minute 1, as is what counters tell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from generators.rule_tests.stimulus import InputSeries

_QUANTUM = Decimal("0.000001")  # the least that a counter rises by, so that no text is rounded


class Seen(Enum):
    """What Prometheus makes of a phase: samples, a scrape that fails, values that are none."""

    YES = "yes"
    NO = "no"
    NAN = "nan"


@dataclass(frozen=True, slots=True)
class Phase:
    """So many steps in which series do the same."""

    series: tuple[InputSeries, ...]
    steps: int
    seen: Seen = Seen.YES


@dataclass(frozen=True, slots=True)
class Input:
    """An input series of a promtool test: its selector, and its samples in short."""

    series: str
    values: str


def inputs(phases: Sequence[Phase]) -> Iterator[Input]:
    """Yield the series of a story; a story without an end is one whose last phase is long."""
    for selector in dict.fromkeys(series.selector for phase in phases for series in phase.series):
        yield Input(selector, " ".join(_values(selector, phases)))


def _values(selector: str, phases: Sequence[Phase]) -> Iterator[str]:
    total = Decimal(0)
    first = next(s for phase in phases for s in phase.series if s.selector == selector)
    yield "0" if first.counter else "_"
    for phase in phases:
        series = next((s for s in phase.series if s.selector == selector), None)
        if series is None:
            yield _gone(phase.steps)
        elif series.counter:
            texts, total = _counter(series, phase, total)
            yield texts
        else:
            yield _gauge(series, phase)


def _counter(series: InputSeries, phase: Phase, total: Decimal) -> tuple[str, Decimal]:
    rise = Decimal(series.values[0]).quantize(_QUANTUM)
    last = total + rise * phase.steps
    if phase.seen is not Seen.YES:
        return _gone(phase.steps), last
    first = total + rise
    if total and not rise:  # what promtool adds up must not be more than what follows: no reset
        first = last = total + _QUANTUM
    return _run(first, rise, phase.steps), last


def _run(first: Decimal, rise: Decimal, steps: int) -> str:
    return plain(first) if steps == 1 else f"{plain(first)}+{plain(rise)}x{steps - 1}"


def _gauge(series: InputSeries, phase: Phase) -> str:
    if phase.seen is Seen.NAN:
        return " ".join(["NaN"] * phase.steps)
    if phase.seen is Seen.NO:
        return _gone(phase.steps)
    values = [Decimal(value).quantize(Decimal("1e-9")) for value in series.values]
    if len(values) == 1:
        return _run(values[0], Decimal(0), phase.steps)
    return " ".join(plain(values[step % len(values)]) for step in range(phase.steps))


def _gone(steps: int) -> str:
    return "stale" if steps == 1 else f"stale _x{steps - 1}"


def plain(value: Decimal) -> str:
    """Return a number without an exponent and without zeros at its end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
