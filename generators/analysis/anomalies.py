"""Stretches outside the bands of the rules, whose centre is that of the same time of the week."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from exporter.catalog.expression import Direction
from exporter.prometheus.api import Labels
from exporter.settings import Settings
from generators.analysis.chosen_places import NO_DATA
from generators.analysis.model import Anomaly, Examined, NotKnown
from generators.analysis.reading import (
    Flags,
    SeriesReader,
    nothing_of,
    recorded_or,
    seconds_of,
    stretches,
)
from generators.rules import anomaly
from generators.rules.rows import Band
from generators.tuning.model import TimeGrid, Values

READS_EACH = 3  # queries of a band
NO_BAND = "no band, since one of the last three weeks is not known"


@dataclass(frozen=True, slots=True)
class BandHistory:
    """A signal's values at one place, and its band: NaN where one is not known."""

    band: Band
    place: Labels
    value: Values
    centre: Values
    spread: Values

    @property
    def score(self) -> Values:
        """The distance from the centre, in widths."""
        found: Values = (self.value - self.centre) / self.spread
        return found


def examined(
    reader: SeriesReader, settings: Settings, grid: TimeGrid, for_: Mapping[str, float]
) -> Examined[Anomaly]:
    """Return the stretches outside all bands, the farthest first.

    for_  by the name of each alert that is enabled, for how long its condition has to hold
    """
    found: list[Anomaly] = []
    not_known: list[NotKnown] = []
    series = 0
    for band in anomaly.read(settings):
        histories = bands(reader, anomaly.in_force(settings, band), grid)
        series += len(histories)
        for history in histories:
            found += _outside(history, grid, for_.get(band.alert))
            not_known += _not_known(history, grid)
        if not histories:
            not_known.append(nothing_of(band.signal.noun, band.by, reader, grid))
    return Examined(series, tuple(sorted(found, key=lambda a: -abs(a.distance))), tuple(not_known))


def bands(reader: SeriesReader, band: Band, grid: TimeGrid) -> tuple[BandHistory, ...]:
    """Return a signal's band at each place."""
    value, centre, spread = (
        reader.read(query(band, what), grid, f"{what} of the {band.signal.noun}")
        for what in ("value", "centre", "spread")
    )
    nothing = np.full(grid.count, np.nan)
    return tuple(
        BandHistory(
            band=band,
            place=p,
            value=value.get(p, nothing),
            centre=centre.get(p, nothing),
            spread=spread.get(p, nothing),
        )
        for p in sorted(value.keys() | centre.keys())
    )


def query(band: Band, what: str) -> str:
    """Return the query of one series of a band, which needs no rule to have run."""
    return recorded_or(band.name(what), worked_out(band, what), band.by)


def worked_out(band: Band, what: str) -> str:
    """Return what the rule of a band's series comes to, without series that rules of bands record.

    The others that it reads are written into it.
    """
    return anomaly.expression(band, what, lambda other: f"({worked_out(band, other)})")


def _outside(history: BandHistory, grid: TimeGrid, for_: float | None) -> Iterator[Anomaly]:
    score = history.score
    for side in (1, -1):
        for first, after in stretches(side * score > anomaly.LIMIT):
            yield _anomaly(history, grid, (first, after), for_)


def _anomaly(
    history: BandHistory, grid: TimeGrid, stretch: tuple[int, int], for_: float | None
) -> Anomaly:
    first, after = stretch
    score, signal = history.score, history.band.signal
    farthest = first + int(np.argmax(np.abs(score[first:after])))
    goes_on, held = after == grid.count, (after - first - 1) * grid.step
    worse = (score[farthest] > 0) == (signal.direction is Direction.UP)
    return Anomaly(
        signal=signal.name,
        noun=signal.noun,
        unit=signal.unit,
        alert=history.band.alert,
        place=history.place,
        start=grid.start + first * grid.step,
        end=None if goes_on else grid.start + after * grid.step,
        seconds=min(after * grid.step, grid.end - grid.start) - first * grid.step,
        at=grid.start + farthest * grid.step,
        distance=float(score[farthest]),
        value=float(history.value[farthest]),
        centre=float(history.centre[farthest]),
        spread=float(history.spread[farthest]),
        fires=bool(worse and for_ is not None and held >= for_),
    )


def _not_known(history: BandHistory, grid: TimeGrid) -> Iterator[NotKnown]:
    no_value, no_band = np.isnan(history.value), np.isnan(history.centre)
    reasons: Mapping[str, Flags] = {NO_DATA: no_value, NO_BAND: no_band & ~no_value}
    for why, flags in reasons.items():
        if flags.any():
            noun, seconds = history.band.signal.noun, seconds_of(flags, grid)
            yield NotKnown(noun, history.place, seconds, why)
