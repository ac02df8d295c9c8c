"""Keeps PagerDuty's incidents acknowledged as ours are; else its own policy goes on.

An incident of PagerDuty may have several alerts; it is acknowledged once all that fire are. An
alert fires until it is known to be over: no answer of a server is no end.
"""

import asyncio
from collections.abc import Iterable

from exporter import logs
from exporter.bridge.acknowledgements import Acknowledgement
from exporter.bridge.acknowledging import Acknowledging
from exporter.bridge.firing import FiringAlerts
from exporter.bridge.pagerduty import PagerDutyFault, acknowledge, routes
from exporter.bridge.pagerduty_groups import PagerDutyGroup, PagerDutyGroups
from exporter.bridge.webhook import Texts
from exporter.clock import Clock
from exporter.errors import IonmonError, StateError
from exporter.settings import Settings

EVERY = 5.0  # seconds
RETRY = 60.0  # seconds after a failure
# PagerDuty ignores an acknowledgement of an incident that it does not have yet, and Alertmanager
# sends to it and to us at the same time; so each is acknowledged again a while later.
AGAIN = 60.0  # seconds
# What one incident is about by default; the receiver's name has the team.
_PLACE = ("gcp_project", "region", "service_name")

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
        self.apply(settings)
        self._groups = groups
        self._firing, self._acknowledging, self._clock = firing, acknowledging, clock
        self._done = set(groups.marked())  # rows
        self._sent, self._began_at = set(self._done), clock.now()
        self._due: dict[PagerDutyGroup, float] = {}  # by the monotonic clock
        self._taken: dict[PagerDutyGroup, bool] = {}  # whether it was acknowledged once

    def apply(self, settings: Settings) -> None:
        """Go on with other settings."""
        self._routes = routes(settings)
        self._group_by = settings.notifications.group_by.pagerduty or _PLACE

    def may_have(self, given: Acknowledgement) -> bool:
        """Return whether PagerDuty may have got an acknowledgement. Raises StateError.

        Of a former process only what was taken twice is known: what it sent once may be there.
        """
        is_former = given.at < self._began_at
        return given.row in self._sent or (is_former and bool(self._groups.of(given, self._routes)))

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
            if self._is_due(group) and self._is_whole(group, given_[0], open_):
                self._acknowledge(group, given_)

    def _is_due(self, group: PagerDutyGroup) -> bool:
        return self._due.get(group, 0.0) <= self._clock.monotonic()

    def _is_whole(
        self, group: PagerDutyGroup, given: Acknowledgement, open_: Iterable[Acknowledgement]
    ) -> bool:
        """Return whether every alert of a group that may fire is acknowledged."""
        if not self._acknowledging.knows_held():
            return False
        members = self._groups.members(group)
        acknowledged = {each.fingerprint for each in open_}
        left = {one: labels for one, labels in members.items() if one not in acknowledged}
        if not all(self._is_over(one, labels) for one, labels in left.items()):
            return False
        return not set(self._unjournaled(group, given)) - acknowledged

    def _is_over(self, fingerprint: str, labels: Texts) -> bool:
        firing = self._firing.now()
        held = any(each.alert.fingerprint == fingerprint for each in firing.incidents)
        return self._acknowledging.knows_ends() and not held and not firing.beginnings.of(labels)

    def _unjournaled(self, group: PagerDutyGroup, given: Acknowledgement) -> Iterable[str]:
        """Yield what PagerDuty may have in the group, and the journal has not got yet."""
        notified = self._groups.notified(group.receiver)
        for alert in (each.alert for each in self._firing.now().incidents):
            muted = alert.silenced_by or alert.inhibited_by
            if group.receiver not in alert.receivers or muted or alert.fingerprint in notified:
                continue
            names = alert.labels if "..." in self._group_by else self._group_by
            if all(alert.labels.get(name) == given.labels.get(name) for name in names):
                yield alert.fingerprint

    def _acknowledge(self, group: PagerDutyGroup, given: Iterable[Acknowledgement]) -> None:
        route = self._routes.get(group.receiver)
        if route is None:
            return
        now = self._clock.monotonic()
        rows = frozenset(each.row for each in given)
        try:
            acknowledge(route, group.key)
        except IonmonError as error:
            logs.once(log, group.receiver, f"{group.receiver}: not acknowledged: {error}")
            self._due[group] = now + RETRY
            if not (isinstance(error, PagerDutyFault) and error.final):
                return
        else:
            logs.over(log, group.receiver, f"{group.receiver}: PagerDuty takes acknowledgements")
            self._sent |= rows
            if not self._taken.get(group):
                self._taken[group], self._due[group] = True, now + AGAIN
                return
        self._groups.mark(rows, self._clock.now())
        self._done |= rows
