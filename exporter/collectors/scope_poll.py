"""Polls one family of every project of a metrics scope, by one call to the scoping project."""

import asyncio
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from exporter.catalog import own
from exporter.catalog.model import CloudMonitoring, MetricKind
from exporter.cloud_monitoring.descriptors import Described
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.target import DescriptorSource, FamilyTarget, Shared
from exporter.collectors.base import Delivery
from exporter.collectors.family_fetch import FamilyFetch
from exporter.collectors.family_poll import FamilyPoll, family_poll
from exporter.collectors.gauge_poll import GaugePoll
from exporter.collectors.scheduled_poll import ScheduledPoll
from exporter.collectors.scope_answer import MemberSeries, ScopeAnswer
from exporter.collectors.scope_store import ScopeStore
from exporter.errors import PollError, Reason, StateError
from exporter.exposition.samples import Part

ADOPTED = 86400  # seconds; as long as a project without points keeps its series


class ScopePoll(ScheduledPoll):
    """Reads a family of all projects of a scope, on one schedule.

    Each project is read by a poll of its own, as if it were listed, from an answer that all of them
    share. What they count is committed together.
    """

    def __init__(self, target: FamilyTarget, shared: Shared, pool: ThreadPoolExecutor) -> None:
        super().__init__(FamilyFetch(target, shared), pool)
        self._target, self._shared = target, shared
        self._counts = target.source.kind is not MetricKind.GAUGE
        self._answer = ScopeAnswer(shared.client, target, shared.margins.lookback)
        self._store = ScopeStore(shared.store, target, shared.margins.late)
        self._polls: dict[str, FamilyPoll] = {}
        self._deliveries: dict[str, Delivery] = {}

    def read(self) -> Delivery:
        """Read every project's series once. Raises PollError."""
        return self.fetch.planned(self._read)

    def _read(self) -> Delivery:
        self.fetch.describe()
        try:
            if self._counts and not self._polls:
                self._adopt()
            self._answer.begin(self._store.reached)
            failed = self._read_all()
            self._store.write()
        except StateError as error:
            self._forget()
            raise PollError(Reason.STATE, str(error)) from error
        except BaseException:
            self._forget()  # else counts that were not written would be written later
            raise
        self._account()
        if failed and not self._deliveries:
            raise failed[0]
        return self._joined(failed)

    def _read_all(self) -> list[PollError]:
        """Read each project, the scoping one first: its read makes the call. Returns failures."""
        failed: list[PollError] = []
        now = self._shared.source.monotonic()
        before, self._deliveries = self._deliveries, {}
        done: set[str] = set()
        while missing := [project for project in self._projects() if project not in done]:
            for project in missing:
                done.add(project)
                try:
                    self._deliveries[project] = self._poll(project).read()
                except PollError as error:
                    failed.append(error)
                    if project in before and before[project].expires > now:
                        self._deliveries[project] = before[project]
        if not self._counts and not failed:
            self._polls = {p: poll for p, poll in self._polls.items() if p in self._answer.owners}
        return failed

    def _projects(self) -> tuple[str, ...]:
        """Return the scoping project, those that were read before, and those in the answer."""
        others = sorted({*self._polls, *self._answer.owners, *self._store.inherited})
        return tuple(dict.fromkeys((self.project, *others)))

    def _poll(self, project: str) -> FamilyPoll:
        """Return a project's poll, made on first sight."""
        found = self._polls.get(project)
        if found is None:
            shared = replace(
                self._shared,
                client=MemberSeries(self._answer, project),
                descriptors=_ScopeDescriptors(self._shared.descriptors, self.project),
                store=self._store,
            )
            target = replace(self._target, project=project)
            found = self._polls[project] = family_poll(target, shared, self.pool)
        return found

    def _adopt(self) -> None:
        """Go on with the projects that were read lately: they may have no new points."""
        oldest = self._shared.source.moment().now - ADOPTED
        late = self._shared.margins.late + 2 * self._target.source.period
        for project, covered in self._store.covered(self.family).items():
            if covered > oldest * SECOND and project not in self._target.listed:
                self._store.reached[project] = covered - int(late * SECOND)
                self._poll(project)

    def _forget(self) -> None:
        """Drop every project's poll, so that the next round loads their ledgers."""
        self._polls.clear()
        self._store.forget()

    def _account(self) -> None:
        """Count what the call cost: at least one series, those of listed projects included."""
        self.fetch.billed = max(1, self._answer.returned)
        self._shared.telemetry.count(own.API_SERIES, self._target.key, self.fetch.billed)

    def _joined(self, failed: Iterable[PollError] = ()) -> Delivery:
        """Return the deliveries of all projects as one."""
        found = self._deliveries
        faults = [*failed, *(d.fault for d in found.values() if d.fault)]
        times = [d.data_time for d in found.values() if d.data_time is not None]
        return Delivery(
            parts=tuple(self._parts()),
            expires=max((d.expires for d in found.values()), default=0.0),
            data_time=max(times, default=None),
            notes=tuple(f"{p}: {note}" for p, d in found.items() for note in d.notes),
            fault=faults[0] if faults else None,
            reveal=self._reveal if any(d.reveal for d in found.values()) else None,
        )

    def _parts(self) -> Iterator[Part]:
        for delivery in self._deliveries.values():
            yield from (part for part in delivery.parts if part.samples)

    async def _reveal(self) -> Delivery | None:
        return await asyncio.get_running_loop().run_in_executor(self.pool, self.reveal)

    def reveal(self) -> Delivery | None:
        """Expose the true values of series that were seen at zero, once that is on disk."""
        try:
            revealed = dict(self._revealed())
            self._store.write()
        except StateError as error:
            self._forget()
            raise PollError(Reason.STATE, str(error)) from error
        if not revealed:  # what could not be written is loaded first, by the next read
            return None
        self._deliveries.update(revealed)
        return replace(self._joined(), data_time=None)

    def _revealed(self) -> Iterator[tuple[str, Delivery]]:
        for project, found in self._deliveries.items():
            poll = self._polls.get(project)
            if found.reveal and poll and not isinstance(poll, GaugePoll):
                shown = poll.reveal()
                if shown is not None:
                    yield project, shown


class _ScopeDescriptors:
    """The scoping project's descriptors, for the polls of all projects in its scope."""

    def __init__(self, descriptors: DescriptorSource, scope: str) -> None:
        self._descriptors, self._scope = descriptors, scope

    def describe(self, project: str, source: CloudMonitoring) -> Described:
        """Return a metric's description, whichever project is read."""
        del project
        return self._descriptors.describe(self._scope, source)
