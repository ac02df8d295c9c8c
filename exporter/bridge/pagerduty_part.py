"""Keeps PagerDuty's incidents acknowledged as ours are; else its own policy goes on.

An incident of PagerDuty may have several alerts; it is acknowledged once all that fire are.
"""

import asyncio
from collections.abc import Iterable

from exporter import logs
from exporter.bridge.acknowledgements import Acknowledgement
from exporter.bridge.acknowledging import Acknowledging
from exporter.bridge.firing import FiringAlerts
from exporter.bridge.pagerduty import PagerDutyFault, acknowledge, routes
from exporter.bridge.pagerduty_groups import PagerDutyGroup, PagerDutyGroups
from exporter.clock import Clock
from exporter.errors import IonmonError, StateError
from exporter.settings import Settings

EVERY = 5.0  # seconds
RETRY = 60.0  # seconds after a failure
# PagerDuty ignores an acknowledgement of an incident that it does not have yet, and Alertmanager
# sends to it and to us at the same time; so each is acknowledged again a while later.
AGAIN = 60.0  # seconds

log = logs.logger("bridge.pagerduty")


class PagerDutyPart:
    """Acknowledges in PagerDuty what was acknowledged here."""

    def __init__(
        self,
        settings: Settings,
        groups: PagerDutyGroups,
        firing: FiringAlerts,
        acknowledging: Acknowledging,
        clock: Clock,
    ) -> None:
        """Go on where the journal says. Raises StateError."""
        self._routes, self._groups = routes(settings), groups
        self._firing, self._acknowledging, self._clock = firing, acknowledging, clock
        self._done = set(groups.marked())  # rows
        self._due: dict[PagerDutyGroup, float] = {}  # by the monotonic clock
        self._taken: dict[PagerDutyGroup, bool] = {}  # whether it was acknowledged once

    def apply(self, settings: Settings) -> None:
        """Go on with other settings."""
        self._routes = routes(settings)

    async def run(self) -> None:
        """Work until this is cancelled; a journal that cannot be read is tried again."""
        while True:
            try:
                await asyncio.to_thread(self.review)
            except StateError as error:
                logs.once(log, "journal", f"PagerDuty is not acknowledged: {error}")
            else:
                logs.over(log, "journal", "the journal answers again")
            await self._clock.sleep(EVERY)

    def review(self) -> None:
        """Acknowledge what is due. Raises StateError."""
        if not self._routes:
            return
        open_ = self._acknowledging.open()
        self._done &= {each.row for each in open_}
        waiting: dict[PagerDutyGroup, list[Acknowledgement]] = {}
        for given in open_:
            if given.row not in self._done:
                for group in self._groups.of(given, self._routes):
                    waiting.setdefault(group, []).append(given)
        self._due = {group: at for group, at in self._due.items() if group in waiting}
        self._taken = {group: is_ for group, is_ in self._taken.items() if group in waiting}
        for group, given_ in waiting.items():
            if self._is_due(group) and self._is_whole(group, open_):
                self._acknowledge(group, given_)

    def _is_due(self, group: PagerDutyGroup) -> bool:
        return self._due.get(group, 0.0) <= self._clock.monotonic()

    def _is_whole(self, group: PagerDutyGroup, open_: Iterable[Acknowledgement]) -> bool:
        """Return whether every alert of a group that fires is acknowledged."""
        firing = {each.alert.fingerprint for each in self._firing.now().incidents}
        acknowledged = {each.fingerprint for each in open_}
        return not (self._groups.members(group) & firing) - acknowledged

    def _acknowledge(self, group: PagerDutyGroup, given: Iterable[Acknowledgement]) -> None:
        route = self._routes.get(group.receiver)
        if route is None:
            return
        now = self._clock.monotonic()
        try:
            acknowledge(route, group.key)
        except IonmonError as error:
            logs.once(log, group.receiver, f"{group.receiver}: not acknowledged: {error}")
            self._due[group] = now + RETRY
            if not (isinstance(error, PagerDutyFault) and error.final):
                return
        else:
            logs.over(log, group.receiver, f"{group.receiver}: PagerDuty takes acknowledgements")
            if not self._taken.get(group):
                self._taken[group], self._due[group] = True, now + AGAIN
                return
        rows = frozenset(each.row for each in given)
        self._groups.mark(rows, self._clock.now())
        self._done |= rows
