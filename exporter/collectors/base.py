"""What the poller asks of every collector."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from exporter.errors import PollError
from exporter.exposition.snapshot import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What one poll brought.

    parts      what is exposed from now on in place of the poll's last parts
    expires    Unix time after which the parts are withdrawn unless replaced
    data_time  Unix time of the newest value, or None where nothing was there
    notes      sentences for the log and the landing page: faults that cost only a part
    fault      what makes the delivery incomplete: the poll counts as failed, its parts are served
    reveal     what to run once every scraper has seen these parts: series that had to be seen at
               zero show their value then
    """

    parts: tuple[Part, ...]
    expires: float
    data_time: float | None
    notes: tuple[str, ...] = ()
    fault: PollError | None = None
    reveal: Callable[[], Awaitable["Delivery | None"]] | None = None


class Poll(Protocol):
    """One thing that is read on its own schedule: a metric of a project, a Redis target.

    project, family  what is read, where that is one family of one project; else both are empty
    """

    name: str
    project: str
    family: str

    @property
    def interval(self) -> float:
        """Seconds between runs at present."""

    @property
    def stretched(self) -> bool:
        """Say whether that is longer than configured, to keep a budget."""

    def due(self) -> float:
        """Return the Unix time of the next run."""

    async def run(self) -> Delivery:
        """Read once. Raises PollError; whatever else escapes is a defect."""


class Collector(Protocol):
    """A source of families; its name is the label `collector`."""

    name: str

    def polls(self) -> Sequence[Poll]:
        """Return everything that this collector reads, each on its own schedule."""

    async def close(self) -> None:
        """Release connections and files."""
