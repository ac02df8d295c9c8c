"""What an instance knows of Redis by its replies: what a Redis that lost something still has."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from .scripts import REMEMBERED

SEED_WAIT = 10.0  # seconds that an emptied Redis waits for an exporter that polls as by default
SEED_MARGIN = 5.0
CLOCKS_DIFFER = 300.0  # seconds at most, of two servers of one Redis


class Reply(NamedTuple):
    """The reply to a flush.

    state       ok, behind or epoch
    number      the last flush of this instance that Redis applied
    epoch       of the totals
    created     Unix time of the server when the epoch began, or nothing
    seeded      by whom the totals are complete; empty where they are not
    generation  the token of `seqs`, the hash of the numbers
    time        Unix time of the server
    interval    seconds between two polls of an exporter; 0 where unknown
    refused     fields that Redis did not take
    errors      what else failed
    """

    state: str
    number: int
    epoch: str
    created: float | None
    seeded: str
    generation: str
    time: float
    interval: float
    refused: tuple[str, ...]
    errors: tuple[str, ...]


def reply(found: Sequence[Any]) -> Reply:
    """Return what the script FLUSH returned."""
    state, number, epoch, created, seeded, generation, time, interval, refused, errors = found
    return Reply(
        state=_text(state),
        number=int(number),
        epoch=_text(epoch),
        created=_number(created),
        seeded=_text(seeded),
        generation=_text(generation),
        time=float(time),
        interval=_number(interval) or 0.0,
        refused=tuple(map(_text, refused)),
        errors=tuple(map(_text, errors)),
    )


class Standing:
    """Knows the epochs and generations in which Redis acknowledged a flush of this instance."""

    def __init__(self) -> None:
        self.epoch = ""
        self._epochs: set[str] = set()
        self._generations: set[str] = set()
        self._acknowledged = self._server_time = 0.0
        self._interval = 0.0
        self._unseeded_since: float | None = None

    def confirmed(self, reply: Reply, now: float) -> None:
        """Note that Redis has the last flush; `now` is of a monotonic clock."""
        self.epoch, self._unseeded_since = reply.epoch, None
        self._epochs.add(reply.epoch)
        self._generations.add(reply.generation)
        self._acknowledged, self._server_time = now, reply.time
        self._interval = reply.interval or self._interval

    def counted(self, reply: Reply, number: int, reached: int, now: float) -> int | None:
        """Return the number of the last flush whose rises are in Redis' totals.

        None while an exporter may still fill an emptied Redis. `number` is the last flush that is
        known to be applied, `reached` the last that may be.
        """
        if reply.state == "epoch" and not reply.seeded and not self._is_older(reply):
            return None if self._waits(now) else number
        if reply.number > 0:
            return reply.number
        # Redis has totals, and no number of this instance.
        if reply.epoch not in self._epochs and reply.seeded != "kept":
            is_born_after = True  # after the snapshot, or the reading with which Redis was filled
        else:
            is_born_after = reply.generation in self._generations
        return 0 if is_born_after and self._is_recent(reply, now) else reached

    def _is_older(self, reply: Reply) -> bool:
        """Return whether an epoch began before this instance's last flush: a snapshot of then.

        So did one whose generation the instance knows: emptying Redis begins another.
        """
        if reply.epoch in self._epochs or reply.generation in self._generations:
            return True
        return reply.created is not None and reply.created < self._server_time - CLOCKS_DIFFER

    def _is_recent(self, reply: Reply, now: float) -> bool:
        """Return whether Redis still has the number of this instance, if it ever had it."""
        # The monotonic clock may stand still with a suspended machine, the server's may step.
        elapsed = max(now - self._acknowledged, reply.time - self._server_time)
        return not self._epochs or elapsed < REMEMBERED / 2

    def _waits(self, now: float) -> bool:
        if self._unseeded_since is None:
            self._unseeded_since = now
        polls = 2 * self._interval + SEED_MARGIN if self._interval else 0.0
        return now - self._unseeded_since < max(SEED_WAIT, polls)


def _text(found: bytes | str) -> str:
    return found.decode("utf-8", "replace") if isinstance(found, bytes) else found


def _number(found: bytes | str) -> float | None:
    try:
        return float(found)
    except ValueError:
        return None
