"""Logs the faults of polls: one line where a fault begins, one where it is over.

What makes one call fail makes all calls of its project fail, such as a missing permission: then the
first poll is logged, and the others join it silently.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass, field

from exporter.errors import Reason

log = logging.getLogger("ionmon.poller")

# Reasons that lie in the project, the server or the network, whatever was requested of it.
SHARED = frozenset(
    (
        Reason.PERMISSION,
        Reason.CREDENTIALS,
        Reason.QUOTA,
        Reason.UNAVAILABLE,
        Reason.DEADLINE,
    )
)
MOST_NOTES = 10_000
Key = tuple[str, str, str]


@dataclass(slots=True)
class SharedFault:
    """The polls that have one fault in common: all that had it, and those that still do."""

    joined: set[str] = field(default_factory=set)
    failing: set[str] = field(default_factory=set)


class FaultLog:
    """Knows which polls fail for the same reason."""

    def __init__(self) -> None:
        self._faults: dict[Key, SharedFault] = {}
        self._keys: dict[str, Key] = {}
        self._noted: set[tuple[str, str]] = set()

    def failed(self, poll: str, reason: Reason, text: str) -> None:
        """Log a fault that begins; one that goes on, or that others share, is not logged again."""
        key = _key(poll, reason)
        if self._keys.get(poll) == key:
            return
        self._leave(poll)
        self._keys[poll] = key
        fault = self._faults.setdefault(key, SharedFault())
        level = logging.DEBUG if fault.failing else logging.WARNING
        log.log(level, "%s: %s", poll, text)
        fault.joined.add(poll)
        fault.failing.add(poll)

    def worked(self, poll: str) -> None:
        """Log the end of a fault, once the last poll that had it works again."""
        ended = self._leave(poll)
        if ended is None:
            return
        if len(ended.joined) == 1:
            log.info("%s: works again", poll)
        else:
            log.info("%s: works again, %d polls", _scope(poll), len(ended.joined))

    def noted(self, poll: str, notes: Collection[str]) -> None:
        """Log each note the first time that a poll has it: one that comes and goes is one line."""
        for note in notes:
            if (poll, note) not in self._noted:
                log.warning("%s: %s", poll, note)
        if len(self._noted) > MOST_NOTES:
            self._noted.clear()
        self._noted.update((poll, note) for note in notes)

    def _leave(self, poll: str) -> SharedFault | None:
        """Take a poll out of its fault; return the fault where no other poll has it."""
        key = self._keys.pop(poll, None)
        if key is None:
            return None
        fault = self._faults[key]
        fault.failing.discard(poll)
        return None if fault.failing else self._faults.pop(key)


def _scope(poll: str) -> str:
    """Return the project of a poll that is named PROJECT/FAMILY; else its whole name."""
    return poll.partition("/")[0]


def _key(poll: str, reason: Reason) -> Key:
    shared = reason in SHARED
    return (_scope(poll), "" if shared else poll, reason)
