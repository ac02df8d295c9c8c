"""Histories at random, as recorded series have them, and the same as input of promtool.

Rules are evaluated on whole minutes, and what they read was recorded half a minute before: as in a
server, where groups are evaluated at different times of a minute.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from exporter.catalog.expression import Matcher
from exporter.prometheus.api import Labels
from generators.selectors import selector
from generators.tuning.model import RecordedSeries, TimeGrid, Values
from generators.tuning.sample_windows import Flags

LOOKBACK = 5  # minutes for which a selector shows what was written last
SELDOM = 5  # minutes between two evaluations of windows of days, and of the error budget
SPACING = "30s"


@dataclass(frozen=True, slots=True)
class RecordedWorld:
    """Samples of series, by their labels with their names; NaN where a rule had no value.

    written  when rules were evaluated at all; nothing says in other minutes that a series ended
    seldom   names of series that are recorded in each fifth of these minutes only
    """

    samples: dict[Labels, Values]
    written: Flags
    seldom: frozenset[str] = frozenset()

    @property
    def grid(self) -> TimeGrid:
        """The times of evaluation."""
        return TimeGrid(60, 60, self.written.size)

    def series(self, name: str, *labels: tuple[str, str]) -> tuple[RecordedSeries, ...]:
        """Return what instant queries for a selector say."""
        wanted = {("__name__", name), *labels}
        return tuple(
            RecordedSeries(own, self._instants(values, self._recorded(own)))
            for own, values in self.samples.items()
            if wanted <= set(own)
        )

    def evaluated(self) -> tuple[RecordedSeries, ...]:
        """Return what says when rules were evaluated."""
        return (RecordedSeries((), np.where(self.written, 1.0, np.nan)),)

    def _recorded(self, labels: Labels) -> Flags:
        """Return when a series was recorded, where it had a value."""
        if dict(labels)["__name__"] not in self.seldom:
            return self.written
        return np.asarray(self.written & (np.arange(1, self.written.size + 1) % SELDOM == 0))

    def _instants(self, samples: Values, recorded: Flags) -> Values:
        found, last, age = np.full(samples.size, np.nan), np.nan, LOOKBACK
        for at, value in enumerate(samples):
            last, age = (value, 0) if recorded[at] else (last, age + 1)
            found[at] = last if age < LOOKBACK else np.nan
        return found

    def inputs(self) -> list[dict[str, str]]:
        """Return the series as promtool's input, a sample every minute between two evaluations."""
        return [
            {"series": _text(labels), "values": " ".join(_notation(values, self._recorded(labels)))}
            for labels, values in self.samples.items()
        ]


def _notation(samples: Values, recorded: Flags) -> Iterator[str]:
    there = False
    for value, written in zip(samples, recorded, strict=True):
        yield "_"
        ends = there and written and np.isnan(value)
        yield "stale" if ends else "_" if np.isnan(value) or not written else f"{value:.6g}"
        there = (there and not written) or (written and not np.isnan(value))


def _text(labels: Labels) -> str:
    given = dict(labels)
    name = given.pop("__name__")
    return selector(name, tuple(Matcher(label, (value,)) for label, value in given.items()))


Story = Sequence[tuple[str, slice]]
KINDS = ("fine", "bad", "bursts", "edge", "few", "few-bad", "nothing", "mixed")
_FACTORS = {
    "fine": (0.25, 0.5),
    "bad": (1.5, 4.0),
    "bursts": (0.5, 1.5),
    "edge": (1.0,),
    "few-bad": (1.5,),
}
_ANY = (0.5, 1.0, 1.5)


def phases(rng: np.random.Generator, minutes: int) -> Iterator[tuple[str, slice]]:
    """Yield what happens one after the other, and when."""
    at = 0
    while at < minutes:
        end = min(minutes, at + int(rng.choice((1, 2, 4, 6, 9, 15, 35, 70))))
        yield str(rng.choice(KINDS)), slice(at, end)
        at = end


def around(rng: np.random.Generator, gone: Flags) -> Iterator[tuple[str, slice]]:
    """Yield what happens where data goes away: trouble before, and windows that run empty."""
    edges = [0, *(np.flatnonzero(np.diff(gone)) + 1), gone.size]
    for start, end in pairwise(edges):
        if gone[start]:
            empty = min(end, start + int(rng.integers(0, 6)))
            yield "bad", slice(start, empty)
            yield "nothing", slice(empty, end)
        else:
            trouble = max(start, end - int(rng.integers(1, 20)))
            for kind, when in phases(rng, trouble - start):
                yield kind, slice(start + when.start, start + when.stop)
            yield "bad", slice(trouble, end)


def multiples(
    rng: np.random.Generator, story: Story, limit: float, missing: str, power: int = 1
) -> Values:
    """Return values around a limit; in phases whose kind begins with `missing`, there are none.

    power  -1 where low values are bad
    """
    found = np.full(story[-1][1].stop, np.nan)
    for kind, when in story:
        size = when.stop - when.start
        factors = rng.choice(_FACTORS.get(kind, _ANY), size)
        gone = rng.random(size) < (0.3 if kind == "mixed" else 0.02)
        if kind != "nothing" and not (missing and kind.startswith(missing)):
            found[when] = np.where(gone, np.nan, np.round(factors**power * limit, 9))
    return found


def runs(rng: np.random.Generator, minutes: int, between: int, lengths: Sequence[int]) -> Flags:
    """Return flags that are true now and then, for one of these numbers of minutes."""
    found = np.zeros(minutes, dtype=bool)
    at = int(rng.integers(1, between))
    while at < minutes:
        end = at + int(rng.choice(lengths))
        found[at:end] = True
        at = end + int(rng.integers(1, between))
    return found
