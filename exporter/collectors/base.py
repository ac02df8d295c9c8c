"""The interface between the poller and every collector."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from exporter.errors import PollError
from exporter.exposition.samples import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The result of one poll; times are seconds on the monotonic clock.

    parts      exposed from now on, in place of the poll's previous parts
    expires    time after which the parts are withdrawn unless replaced
    data_time  when the newest value was true, or None without data; later than now where the
               source is ahead
    notes      sentences for the log and the landing page: faults that affect only a part
    fault      why the delivery is incomplete: the poll counts as failed, its parts are served
    reveal     to be run once every scraper has seen these parts: then series that had to be seen
               at zero show their value
    """

    parts: tuple[Part, ...]
    expires: float
    data_time: float | None
    notes: tuple[str, ...] = ()
    fault: PollError | None = None
    reveal: Callable[[], Awaitable["Delivery | None"]] | None = None


class Poll(Protocol):
    """Reads a metric of a project, or a Redis target, on its own schedule.

    project, family  where one family of one project is read; else both are empty
    """

    name: str
    project: str
    family: str

    @property
    def interval(self) -> float:
        """Current seconds between runs."""

    @property
    def stretched(self) -> bool:
        """Return whether the interval is longer than configured, to stay within the budget."""

    def due(self) -> float:
        """Return the monotonic time of the next run."""

    async def run(self) -> Delivery:
        """Read once. Raises PollError; any other exception is a defect."""


class Collector(Protocol):
    """A source of families; its name is the label `collector`."""

    name: str

    def polls(self) -> Sequence[Poll]:
        """Return the polls of this collector, each with its own schedule."""

    async def close(self) -> None:
        """Release connections and files."""
