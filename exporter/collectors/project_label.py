"""Adds the project's label to the samples of a poll whose family has none."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeAlias

from exporter.catalog.model import Family
from exporter.collectors.base import Delivery
from exporter.collectors.counter_poll import CounterPoll
from exporter.collectors.gauge_poll import GaugePoll
from exporter.collectors.scheduled_poll import ScheduledPoll
from exporter.exposition.samples import Part

Reveal: TypeAlias = Callable[[], Awaitable[Delivery | None]]


class LabelledPoll(ScheduledPoll):
    """A poll of one project, whose samples carry that project's label.

    Counting goes on without the label: a second project in the settings changes what is exposed,
    not what was counted.
    """

    def __init__(self, poll: CounterPoll | GaugePoll, exposed: Family) -> None:
        """Expose what `poll` reads as `exposed`, whose first label is the project's."""
        super().__init__(poll.fetch, poll.pool)
        self._poll, self._exposed = poll, exposed

    def read(self) -> Delivery:
        """Read once, in this thread. Raises PollError."""
        return self._labelled(self._poll.read())

    def reveal(self) -> Delivery | None:
        """Expose the true values of series that were seen at zero."""
        found = self._poll.reveal() if isinstance(self._poll, CounterPoll) else None
        return None if found is None else self._labelled(found)

    def _labelled(self, delivery: Delivery) -> Delivery:
        parts = tuple(self._part(part) for part in delivery.parts)
        reveal = delivery.reveal and self._revealed(delivery.reveal)
        return replace(delivery, parts=parts, reveal=reveal)

    def _part(self, part: Part) -> Part:
        samples = tuple(replace(s, labels=(self.project, *s.labels)) for s in part.samples)
        return replace(part, family=self._exposed, samples=samples)

    def _revealed(self, reveal: Reveal) -> Reveal:
        async def labelled() -> Delivery | None:
            found = await reveal()
            return None if found is None else self._labelled(found)

        return labelled
