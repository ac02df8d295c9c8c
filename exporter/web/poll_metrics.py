"""The state of polls and collectors as the exporter's own metrics, at the time of a scrape."""

from collections.abc import Iterator

from exporter.catalog import own
from exporter.poller import Poller, PollState
from exporter.web.own_metrics import Computed


def poll_metrics(poller: Poller, now: float, wall: float) -> Iterator[Computed]:
    """Yield the state of polls and collectors at the time of the scrape.

    Ages may be negative: a source that is ahead must be seen.
    """
    yield own.SNAPSHOT_AGE, (), now - poller.changed
    for state in poller.states:
        yield own.POLL_SUCCESS, (state.collector, state.name), float(state.healthy())
        poll = state.poll
        if state.data_time is not None and poll.family:
            yield own.DATA_AGE, (poll.project, poll.family), now - state.data_time
    for collector in poller.collectors:
        states = [s for s in poller.states if s.collector == collector.name]
        yield from _collector_metrics(collector.name, states, now, wall)


def _collector_metrics(
    name: str, states: list[PollState], now: float, wall: float
) -> Iterator[Computed]:
    key = (name,)
    yield own.UP, key, float(any(s.delivery and not s.fault for s in states))
    yield own.COLLECTOR_SUCCESS, key, float(all(s.healthy() for s in states))
    yield own.COLLECTOR_DURATION, key, max(s.duration for s in states)
    successes = [s.last_success for s in states if s.last_success is not None]
    if successes:
        yield own.COLLECTOR_LAST_SUCCESS, key, max(successes) + wall
    times = [s.data_time for s in states if s.data_time is not None]
    if times:
        yield own.COLLECTOR_DATA_AGE, key, now - min(times)
    yield own.SERIES, key, sum(s.series() for s in states)
