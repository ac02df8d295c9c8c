"""Whether the declared pairs of the rules moved together: by the rule, and by ranks.

The rule looks at six hours at a time. The rank correlation looks at the whole window, each value
without what is usual at its time of the day. Neither says what caused what.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from exporter.prometheus.api import Labels
from exporter.settings import Settings
from generators.analysis.anomalies import NO_BAND, query, worked_out
from generators.analysis.model import Examined, NotKnown, PairMovement
from generators.analysis.reading import (
    Flags,
    SeriesReader,
    before,
    nothing_of,
    recorded_or,
    seconds_of,
    stretches,
)
from generators.analysis.series_statistics import rank_correlation
from generators.policy import DAY
from generators.rules import correlation
from generators.rules.anomaly import in_force
from generators.rules.rows import Band, Pair
from generators.tuning.model import TimeGrid, Values

FEW_DAYS = "no rank correlation, since fewer than three days are known"
_SEASON = 7 * DAY  # seconds of which a daily season is taken; the window where it is longer
_LEAST_DAYS = 3
_AT_ONCE = 4096  # windows


@dataclass(frozen=True, slots=True, kw_only=True)
class _PairHistory:
    """A pair in one region: what the rule correlates, with six hours before the window, and more.

    effect, cause  distances from the centres
    recorded       the rule's coefficient
    usual          both signals without their daily season
    """

    pair: Pair
    place: Labels
    effect: Values
    cause: Values
    recorded: Values
    usual: tuple[Values, Values]


def _bands(settings: Settings) -> tuple[Band, ...]:
    """Return the bands of all pairs, each once."""
    pairs = correlation.read(settings)
    return tuple(dict.fromkeys(b for pair in pairs for b in (pair.effect, pair.cause)))


def reads(settings: Settings) -> int:
    """Return how many queries it makes: two of a band, one of a pair."""
    return 2 * len(_bands(settings)) + len(correlation.read(settings))


def examined(
    reader: SeriesReader, settings: Settings, grid: TimeGrid, for_: float | None
) -> Examined[PairMovement]:
    """Return how all pairs moved, the strongest first.

    for_  for how long the alert's condition has to hold; None where the alert is off
    """
    histories = _histories(reader, settings, grid)
    found: list[PairMovement] = []
    not_known = [*_without_data(histories, reader, settings, grid)]
    for history in histories:
        own = _movement(history, settings, grid, for_, len(histories))
        found.append(own)
        not_known += _not_known(history, own, grid)
    found.sort(key=lambda one: -(one.strongest or -1.0))
    return Examined(len(found), tuple(found), tuple(not_known))


def _histories(reader: SeriesReader, settings: Settings, grid: TimeGrid) -> list[_PairHistory]:
    inputs, usual = {}, {}
    for band in _bands(settings):
        noun = in_force(settings, band).signal.noun
        wide = before(grid, correlation.WINDOW)
        inputs[band] = reader.read(input_query(band), wide, f"distances of the {noun}")
        wide = before(grid, max(0, _SEASON - grid.count * grid.step))
        read = reader.read(_mean_query(band), wide, f"daily season of the {noun}")
        usual[band] = {
            place: without_season(wide, values)[-grid.count :] for place, values in read.items()
        }
    nothing = np.full(before(grid, correlation.WINDOW).count, np.nan)
    found = []
    for pair in correlation.read(settings):
        name = correlation.coefficient_name(pair)
        recorded = reader.read(name, grid, "coefficients that the rules recorded")
        for place in sorted(usual[pair.effect].keys() & usual[pair.cause].keys()):
            own = _PairHistory(
                pair=pair,
                place=place,
                effect=inputs[pair.effect].get(place, nothing),
                cause=inputs[pair.cause].get(place, nothing),
                recorded=recorded.get(place, nothing[-grid.count :]),
                usual=(usual[pair.effect][place], usual[pair.cause][place]),
            )
            found.append(own)
    return found


def input_query(band: Band) -> str:
    """Return the query of what is correlated of a band, which needs no rule to have run."""
    text = correlation.input_expression(lambda what: f"({worked_out(band, what)})")
    return recorded_or(correlation.input_name(band), text, correlation.BY)


def _mean_query(band: Band) -> str:
    return f"avg by ({', '.join(correlation.BY)}) ({query(band, 'value')})"


def coefficient(pair: Pair, effect: Values, cause: Values, step: int) -> Values:
    """Return Pearson's coefficient as the rule has it, from the first whole window on.

    All windows of a part of the times are laid out at once: those of a year would be 225 MB.
    """
    size = correlation.WINDOW // step + 1  # what lies on the left end of a range is in it
    parts = (slice(first, first + _AT_ONCE + size - 1) for first in range(0, len(effect), _AT_ONCE))
    whole = (part for part in parts if part.start + size <= len(effect))
    return np.concatenate([_coefficient(pair, effect[part], cause[part], size) for part in whole])


def _coefficient(pair: Pair, effect: Values, cause: Values, size: int) -> Values:
    missing = np.isnan(effect) | np.isnan(cause)
    unknown = sliding_window_view(missing, size)
    count = size - unknown.sum(axis=1)
    one, other = (
        _centred(np.where(missing, np.nan, values), size, count) for values in (effect, cause)
    )
    counted = np.maximum(count, 1)
    apart = [np.sqrt((part**2).sum(axis=1) / counted) for part in (one, other)]
    together = (one * other).sum(axis=1) / counted
    known = (
        (count >= correlation.MINIMUM_SAMPLES)
        & (apart[0] > pair.effect.floor)
        & (apart[1] > pair.cause.floor)
    )
    found = np.full(len(count), np.nan)
    found[known] = (together / np.where(known, apart[0] * apart[1], 1.0))[known]
    return found


def _centred(values: Values, size: int, count: NDArray[np.int64]) -> Values:
    """Return each window of values as distances from its mean; 0 where one is not known."""
    windows = sliding_window_view(values, size)
    means = np.nansum(windows, axis=1) / np.maximum(count, 1)
    found: Values = np.nan_to_num(windows - means[:, None])
    return found


def without_season(grid: TimeGrid, values: Values) -> Values:
    """Return values without the median of their time of the day; NaN where few days are known."""
    day = DAY // grid.step
    found = np.full(grid.count, np.nan)
    for first in range(min(day, grid.count)):
        own = values[first::day]
        known = own[~np.isnan(own)]
        if len(known) >= _LEAST_DAYS:
            found[first::day] = own - np.median(known)
    return found


def _movement(
    history: _PairHistory, settings: Settings, grid: TimeGrid, for_: float | None, compared: int
) -> PairMovement:
    computed = coefficient(history.pair, history.effect, history.cause, grid.step)
    by_rule = np.where(np.isnan(history.recorded), computed, history.recorded)
    above: Flags = by_rule > correlation.LIMIT
    runs = [*stretches(above)]
    known = not np.isnan(by_rule).all()
    at = int(np.nanargmax(by_rule)) if known else 0
    effect, cause = _nouns(history.pair, settings)
    return PairMovement(
        pair=history.pair.text,
        effect=effect,
        cause=cause,
        place=history.place,
        strongest=float(by_rule[at]) if known else None,
        at=grid.start + at * grid.step if known else None,
        above=int(above.sum()) * grid.step,
        since=grid.start + runs[0][0] * grid.step if runs else None,
        fires=for_ is not None and any((b - a - 1) * grid.step >= for_ for a, b in runs),
        rank=rank_correlation(*history.usual, compared=compared),
    )


def _not_known(history: _PairHistory, found: PairMovement, grid: TimeGrid) -> Iterator[NotKnown]:
    subject = f"{found.effect} and {found.cause}"
    missing = (np.isnan(history.effect) | np.isnan(history.cause))[-grid.count :]
    if missing.any():
        yield NotKnown(subject, history.place, seconds_of(missing, grid), NO_BAND)
    if found.rank is None:
        yield NotKnown(subject, history.place, grid.end - grid.start, FEW_DAYS)


def _nouns(pair: Pair, settings: Settings) -> tuple[str, str]:
    return in_force(settings, pair.effect).signal.noun, in_force(settings, pair.cause).signal.noun


def _without_data(
    histories: list[_PairHistory], reader: SeriesReader, settings: Settings, grid: TimeGrid
) -> Iterator[NotKnown]:
    there = {history.pair for history in histories}
    for pair in correlation.read(settings):
        if pair not in there:
            subject = " and ".join(_nouns(pair, settings))
            yield nothing_of(subject, correlation.BY, reader, grid)
