"""What an alert on a threshold compares: recorded series, read from history and joined by place.

A place is what one alert of a rule is about: the labels by which its signal is split. History is
read at one-minute steps, as instant queries would answer them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from exporter.catalog.expression import Signal
from exporter.catalog.walk import split
from exporter.prometheus.api import Labels
from generators.alert_table import ThresholdAlert
from generators.policy import NEWEST, WIDER
from generators.rules.branches import away
from generators.rules.bridging import AwayMarker
from generators.rules.model import Alerting
from generators.rules.names import span
from generators.rules.recording import any_name, is_level, mean_name, signal_name
from generators.selectors import AnyMatcher, selector
from generators.tuning.model import RecordedSeries, TimeGrid, Values
from generators.tuning.sample_windows import Flags, newest

Answers = Mapping[str, tuple[RecordedSeries, ...]]
# The alert that always fires is recorded in every minute in which Prometheus evaluates: of others
# nothing was written, and what a plain selector shows for five more minutes is old.
EVALUATED = 'present_over_time(ALERTS{alertname="Watchdog",alertstate="firing"}[59s999ms])'
_LOOKBACK = 5  # minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedSeries:
    """The expressions of what one form of an alert compares, each with a series a place.

    value   the signal as it alerts
    newest  over the newest two minutes; empty for a level, which has no window
    mean    what lasts in bursts: the five-minute mean of a level, else the value
    wider   longer windows for where there are too few events; none without a minimum of events
    some    the value however few its events are; empty without a minimum of events
    away    what says that data is away
    """

    row: ThresholdAlert
    by: tuple[str, ...]
    value: str
    newest: str
    mean: str
    wider: tuple[str, ...]
    some: str
    away: tuple[AwayMarker, ...]

    @property
    def of_places(self) -> tuple[str, ...]:
        """Every expression whose series are places."""
        found = (self.value, self.newest, self.mean, *self.wider, self.some)
        return tuple(dict.fromkeys(text for text in found if text))

    @property
    def expressions(self) -> tuple[str, ...]:
        """Every expression that has to be read."""
        return (*self.of_places, *(marker.series for marker in self.away), EVALUATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSeries:
    """What an alert compares at one place, a value a minute, NaN where there is none.

    newest, some  None where the alert compares none
    prompt        whether data is away, as far as nothing may begin by what windows still hold
    away          whether data is away
    written       whether Prometheus evaluated then: other values are older ones, shown again
    """

    labels: Labels
    value: Values
    newest: Values | None
    mean: Values
    wider: tuple[Values, ...]
    some: Values | None
    prompt: Flags
    away: Flags
    written: Flags


def compared(rule: Alerting) -> ComparedSeries | None:
    """Return what a form of an alert compares; None where it is none on a threshold."""
    row = rule.source
    return of_row(row, rule.only) if isinstance(row, ThresholdAlert) else None


def of_row(row: ThresholdAlert, matchers: Iterable[AnyMatcher] = ()) -> ComparedSeries:
    """Return what an alert compares, on the series that the matchers take."""
    signal, chosen = row.signal, tuple(matchers)
    by, level, rare = split(signal), is_level(signal), signal.minimum_events is not None
    value = selector(signal_name(signal, by), chosen)
    return ComparedSeries(
        row=row,
        by=by,
        value=value,
        newest="" if level else _window(signal, NEWEST, chosen),
        mean=selector(mean_name(signal), chosen) if level else value,
        wider=tuple(_window(signal, each, chosen) for each in WIDER) if rare else (),
        some=selector(any_name(signal), chosen) if rare else "",
        away=away(row),
    )


def _window(signal: Signal, seconds: float, chosen: tuple[AnyMatcher, ...]) -> str:
    return selector(signal_name(signal, split(signal), span(seconds)), chosen)


def places(series: ComparedSeries, answers: Answers, grid: TimeGrid) -> tuple[PlaceSeries, ...]:
    """Return what is compared at each place, in the order of their labels."""
    found = {each: by_place(answers[each], series.by) for each in series.of_places}
    every = dict.fromkeys(place for arrays in found.values() for place in arrays)
    nothing = np.full(grid.count, np.nan)
    written = evaluated(answers[EVALUATED], grid)

    def at(place: Labels, expression: str) -> Values:
        return found[expression].get(place, nothing)

    return tuple(
        PlaceSeries(
            labels=place,
            value=at(place, series.value),
            newest=at(place, series.newest) if series.newest else None,
            mean=at(place, series.mean),
            wider=tuple(at(place, each) for each in series.wider),
            some=at(place, series.some) if series.some else None,
            prompt=marked(place, (m for m in series.away if m.prompt), answers, grid),
            away=marked(place, series.away, answers, grid),
            written=written,
        )
        for place in sorted(every)
    )


def by_place(series: Iterable[RecordedSeries], by: tuple[str, ...]) -> dict[Labels, Values]:
    """Return values by the labels of a place; of replicas, the first that has a value counts."""
    found: dict[Labels, Values] = {}
    for each in series:
        place = tuple(sorted(pair for pair in each.labels if pair[0] in by))
        known = found.get(place)
        joined = each.values if known is None else np.where(np.isnan(known), each.values, known)
        found[place] = joined
    return found


def evaluated(series: Iterable[RecordedSeries], grid: TimeGrid) -> Flags:
    """Return in which minutes what a selector shows was written; in the others it is older.

    Longer than look-back after an evaluation nothing old is shown: what is there was written by
    something else, such as `ionmon backfill`.
    """
    known = by_place(series, ()).get((), np.full(grid.count, np.nan))
    return ~(np.isnan(known) & ~np.isnan(newest(known, _LOOKBACK)))


def marked(place: Labels, markers: Iterable[AwayMarker], answers: Answers, grid: TimeGrid) -> Flags:
    """Return when any marker says that the data of a place is away."""
    found = np.zeros(grid.count, dtype=bool)
    for marker in markers:
        met = tuple(sorted(pair for pair in place if pair[0] in marker.labels))
        values = by_place(answers[marker.series], marker.labels).get(met)
        if values is not None:
            found |= ~np.isnan(values)
    return found
