"""Keeps the values of signals over the last half hour, fed by snapshots, in bounded memory."""

from collections import deque
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, nan

from exporter.catalog.expression import Direction, Share, Signal
from exporter.catalog.walk import expressions_of, families_in, split
from exporter.exposition.snapshot import Snapshot
from exporter.summary.evaluation import Key, Window, values
from exporter.summary.label_text import MEASURED
from exporter.summary.limits import KnownLimits, LimitState, judged
from exporter.summary.recent import (
    MINUTE,
    MINUTES,
    PLACES,
    STEP,
    WINDOW,
    RecentPlace,
    RecentService,
    RecentSignal,
    UnknownSignal,
)
from exporter.summary.totals import RisingTotals, SourceTime, TotalsReading
from exporter.summary.watched import watched_families

_READINGS = round(WINDOW / STEP) + 1
_KEPT = 200  # places of a signal at a time: the worst
_EARLY = 1.0  # seconds by which a step may come early
_ORDER = tuple(reversed(LimitState))


@dataclass(frozen=True, slots=True)
class _SignalValues:
    """A signal at one time: of everything, and by place; None where there are too few events.

    left_out  how many places are not among these
    """

    overall: float | None
    places: Mapping[Key, float | None]
    left_out: int = 0


class RecentRing:
    """What signals have been of late; one thread feeds, steps and reads it."""

    def __init__(self, signals: Sequence[Signal], source_time: SourceTime) -> None:
        """Watch signals; `source_time` returns the covered seconds of a project's family."""
        self.signals = tuple(signals)
        self._totals = RisingTotals(watched_families(self.signals), source_time)
        self._readings: deque[TotalsReading] = deque(maxlen=_READINGS)
        self._minutes: deque[Mapping[str, _SignalValues]] = deque(maxlen=MINUTES)
        self._newest: Mapping[str, _SignalValues] = {}
        self._minute_began: float | None = None

    def feed(self, snapshot: Snapshot) -> None:
        """Add what rose since the last snapshot."""
        self._totals.feed(snapshot)

    def step(self, now: float) -> None:
        """Work out the values of the last five minutes; `now` is monotonic, in seconds."""
        reading = self._totals.reading(now)
        self._readings.append(reading)
        while now - self._readings[0].at > WINDOW + _EARLY:
            self._readings.popleft()
        window = reading.since(self._readings[0])
        self._newest = {s.name: self._worked_out(s, window) for s in self.signals}
        if self._minute_began is None or now - self._minute_began >= MINUTE - _EARLY:
            self._minutes.append(self._newest)
            self._minute_began = now

    def service(
        self,
        at: float,
        limits: KnownLimits,
        data_times: Mapping[str, float],
        absent: Container[str] = frozenset(),
    ) -> RecentService:
        """Return the service at a Unix time.

        data_times  Unix times of the newest data, by family
        absent      families of which the source has never had a series
        """
        found = tuple(self._signal(signal, limits, data_times) for signal in self.signals)
        return RecentService(
            at=at,
            signals=tuple(signal for signal in found if signal.places),
            not_known=tuple(self._not_known(found, limits.limited(), absent)),
            objective=limits.objective,
            limits_fault=limits.fault,
        )

    def _worked_out(self, signal: Signal, window: Window) -> _SignalValues:
        """Return a signal's values; none without one of its families, which would count as 0."""
        return _SignalValues(None, {}) if self._given_up(signal) else _worked_out(signal, window)

    def _given_up(self, signal: Signal) -> tuple[str, ...]:
        """Return which of a signal's families are given up."""
        names = dict.fromkeys(one.name for one in families_in(*expressions_of(signal)))
        given_up = self._totals.given_up()
        return tuple(name for name in names if name in given_up)

    def _not_known(
        self, found: Iterable[RecentSignal], limited: Container[str], absent: Container[str]
    ) -> Iterator[UnknownSignal]:
        for signal, recent in zip(self.signals, found, strict=True):
            given_up = self._given_up(signal)
            judged_somewhere = any(p.limit and p.now is not None for p in recent.places)
            if given_up or (signal.name in limited and not judged_somewhere):
                names = {family.name for family in families_in(signal.expression)}
                nowhere = MEASURED[0] not in split(signal) and all(name in absent for name in names)
                yield UnknownSignal(signal.name, signal.noun, given_up, absent=nowhere)

    def _signal(
        self, signal: Signal, limits: KnownLimits, data_times: Mapping[str, float]
    ) -> RecentSignal:
        past = [minute[signal.name] for minute in self._minutes]
        names = {family.name for family in families_in(signal.expression)}
        places = sorted(self._places(signal, past, limits), key=_urgency)
        now = self._newest.get(signal.name, _SignalValues(None, {}))
        return RecentSignal(
            name=signal.name,
            noun=signal.noun,
            kind=signal.kind.value if signal.kind else None,
            unit=signal.unit.suffix or None,
            direction=signal.direction.value,
            now=now.overall,
            line=tuple(_drawn(one.overall) for one in past),
            data_time=min((data_times[n] for n in names if n in data_times), default=None),
            places=tuple(places[:PLACES]),
            left_out=max(0, max(len(places), len(now.places) + now.left_out) - PLACES),
        )

    def _places(
        self, signal: Signal, past: Sequence[_SignalValues], limits: KnownLimits
    ) -> Iterator[RecentPlace]:
        """Yield each place that has had a value of late."""
        newest = self._newest[signal.name].places if signal.name in self._newest else {}
        for key in dict.fromkeys((*newest, *(key for one in past for key in one.places))):
            labels = {n: v for n, v in zip(_label_names(signal), key, strict=True) if v}
            now = newest.get(key)
            state, limit = judged(now, signal.direction.value, limits.of(signal.name, labels))
            yield RecentPlace(
                labels=tuple(sorted(labels.items())),
                now=now,
                line=tuple(_drawn(one.places.get(key)) for one in past),
                state=state,
                limit=limit,
            )


def _worked_out(signal: Signal, window: Window) -> _SignalValues:
    overall, places = values(signal, window, ()).get(()), values(signal, window, split(signal))
    if len(places) <= _KEPT:
        return _SignalValues(overall, places)
    worst = sorted(places.items(), key=lambda item: _badness(item[1], signal.direction))
    return _SignalValues(overall, dict(worst[:_KEPT]), len(places) - _KEPT)


def _badness(value: float | None, direction: Direction) -> float:
    """Return a number that is the less the worse a value is; what is not known comes last."""
    if value is None:
        return inf
    return value if direction is Direction.DOWN else -value


def _label_names(signal: Signal) -> tuple[str, ...]:
    own = (signal.expression.by,) if isinstance(signal.expression, Share) else ()
    return (*split(signal), *own)


def _drawn(value: float | None) -> float:
    return nan if value is None else value


def _urgency(place: RecentPlace) -> tuple[int, tuple[tuple[str, str], ...]]:
    return _ORDER.index(place.state), place.labels
