"""What the landing page shows, as data: collectors, age of data, cost, faults."""

import time
from dataclasses import dataclass

from exporter import __version__
from exporter.catalog import own
from exporter.clock import Clock
from exporter.engine import Engine
from exporter.poller import Poller, PollFault, PollState
from exporter.settings.types import duration
from exporter.telemetry import Telemetry
from exporter.web.service_view import ServiceView, service_view

MAX_FAULTS = 20
_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorRow:
    """A collector: healthy polls, all polls, exposed series, age of its data."""

    name: str
    healthy: int
    polls: int
    series: int
    data_age: str
    last_success: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRow:
    """A poll: its state, series, time between runs, age of its data, and what is wrong."""

    name: str
    state: str
    series: int
    interval: str
    stretched: bool
    data_age: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRow:
    """A fault: its time, as UTC and as an age, the poll, the reason, a text."""

    at: str
    age: str
    poll: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CostFigures:
    """Dollars a month, projected and budgeted; series, calls and delayed calls since the start.

    `projected` is None until every poll was tried once.
    """

    projected: float | None
    budget: float | None
    returned: int
    calls: int
    throttled: int


@dataclass(frozen=True, slots=True)
class RefusedReload:
    """A reload that was refused: monotonic time in seconds, and the reason."""

    time: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExporterStatus:
    """Everything on the landing page."""

    version: str
    state: str
    telemetry_path: str
    projects: tuple[str, ...]
    collectors: tuple[CollectorRow, ...] = ()
    polls: tuple[PollRow, ...] = ()
    empty: int = 0
    faults: tuple[FaultRow, ...] = ()
    cost: CostFigures | None = None
    digest: str = ""
    now: str = ""
    refusal: str = ""
    notice: str = ""
    service: ServiceView | None = None


def status(
    engine: Engine | None,
    telemetry: Telemetry,
    clock: Clock,
    telemetry_path: str,
    refusal: RefusedReload | None = None,
) -> ExporterStatus:
    """Return the current status; polls without series are only counted."""
    now = clock.monotonic()
    wall = clock.now() - now  # from the monotonic to the wall clock
    if engine is None:
        return ExporterStatus(
            version=__version__,
            state="starting",
            telemetry_path=telemetry_path,
            projects=(),
            refusal=_refused(refusal, wall),
        )
    poller = engine.poller
    rows = [_poll_row(state, now) for state in poller.states]
    shown = tuple(row for row in rows if row.state != "empty")
    return ExporterStatus(
        version=__version__,
        state=_state(engine, poller),
        telemetry_path=telemetry_path,
        projects=engine.settings.google.called,
        collectors=tuple(_collector_row(c.name, poller, now) for c in poller.collectors),
        polls=tuple(sorted(shown, key=lambda row: (row.state != "failing", row.name))),
        empty=len(rows) - len(shown),
        faults=tuple(_fault_row(fault, now, wall) for fault in list(poller.faults)[:MAX_FAULTS]),
        cost=_cost(engine, telemetry),
        digest=engine.settings.digest[:12],
        now=_utc(now + wall),
        refusal=_refused(refusal, wall),
        notice=engine.settings.web.notice or "",
        service=service_view(engine.watch.service, engine.settings.service.regions),
    )


def _refused(refusal: RefusedReload | None, wall: float) -> str:
    if refusal is None:
        return ""
    return f"Reload refused at {_utc(refusal.time + wall)}: {refusal.text}; the old settings stay."


def _state(engine: Engine, poller: Poller) -> str:
    if not engine.alive():
        return "polling has stopped"
    if poller.tried() < len(poller.states):
        return "starting"
    failing = sum(1 for state in poller.states if not state.healthy())
    text = f"{failing} of {len(poller.states)} polls fail" if failing else "all polls work"
    return text if poller.ready() else f"no current data: {text}"


def _collector_row(name: str, poller: Poller, now: float) -> CollectorRow:
    states = [state for state in poller.states if state.collector == name]
    times = [state.data_time for state in states if state.data_time is not None]
    successes = [state.last_success for state in states if state.last_success is not None]
    return CollectorRow(
        name=name,
        healthy=sum(1 for state in states if state.healthy()),
        polls=len(states),
        series=sum(state.series() for state in states),
        data_age=_age(min(times, default=None), now),
        last_success=_age(max(successes, default=None), now),
    )


def _poll_row(state: PollState, now: float) -> PollRow:
    (name, text), poll = _poll_state(state), state.poll
    return PollRow(
        name=state.name,
        state=name,
        series=state.series(),
        interval=duration(round(poll.interval)) if poll.family else "",
        stretched=poll.stretched,
        data_age=_age(state.data_time, now),
        text=text,
    )


def _poll_state(state: PollState) -> tuple[str, str]:
    fault, delivery = state.fault, state.delivery  # read once: the poller goes on meanwhile
    if fault:
        return "failing", f"{fault.reason}: {fault.text}"
    if state.notes:
        return "failing", "; ".join(state.notes)
    if delivery is None:
        return "waiting", "not read yet"
    return (
        ("healthy", "")
        if any(part.samples for part in delivery.parts)
        else ("empty", "the source has no series")
    )


def _fault_row(fault: PollFault, now: float, wall: float) -> FaultRow:
    return FaultRow(
        at=_utc(fault.time + wall),
        age=_age(fault.time, now),
        poll=fault.poll,
        reason=str(fault.reason),
        text=fault.text,
    )


def _cost(engine: Engine, telemetry: Telemetry) -> CostFigures:
    return CostFigures(
        projected=engine.cost,
        budget=engine.settings.google.budget_usd_per_month,
        returned=int(telemetry.sum(own.API_SERIES)),
        calls=int(telemetry.sum(own.API_REQUESTS)),
        throttled=int(telemetry.sum(own.API_THROTTLED)),
    )


def _age(at: float | None, now: float) -> str:
    """Return how long ago `at` was: to the second, above an hour to the minute.

    A source whose newest value is from the future is ahead.
    """
    if at is None:
        return "none"
    age = round(now - at)
    length = abs(age)
    text = duration(length if length < _MINUTE * _MINUTE else length - length % _MINUTE)
    return f"{text} ahead" if age < 0 else text


def _utc(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(at))
