"""Posts `Acknowledged` to one Alertmanager for as long as the acknowledged incidents go on.

Start and end are set by Alertmanager's own clock, so that a wrong clock of the bridge mutes nothing
longer and nothing shorter. What is over is ended by the time at which Alertmanager received it; a
bridge that is gone leaves it to end five minutes (resolve_timeout) after its last post.
"""

import asyncio
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from datetime import UTC, datetime
from typing import Any

from exporter import logs
from exporter.bridge.acknowledgements import Acknowledgement, posted
from exporter.bridge.alertmanagers import Alertmanager, AlertmanagerFault, HeldAlert
from exporter.bridge.firing import Holding
from exporter.clock import Clock

# A restarted Alertmanager sends an old escalation as soon as Prometheus has handed it over, which
# it does once in five minutes: what mutes it has to be there before.
EVERY, AGAIN = 1.0, 0.2  # seconds between posts, and after one that failed

log = logs.logger("bridge")
_Labels = frozenset[tuple[str, str]]


class Posting:
    """What the bridge has posted to one Alertmanager, and has to end there."""

    def __init__(
        self,
        to: Alertmanager,
        source: Holding,
        open_: Callable[[], Iterable[Acknowledgement]],
        clock: Clock,
        ended: Iterable[Acknowledgement] = (),
    ) -> None:
        """Post what is open, and end what was posted for `ended` before this process began."""
        self._to, self._source, self._open, self._clock = to, source, open_, clock
        # To the monotonic time of the last post.
        self._posted = {_labels(each): clock.monotonic() for each in posted(ended)}
        self._mutex = threading.Lock()
        self._over = False

    async def keep(self, executor: Executor) -> None:
        """Post for ever."""
        loop = asyncio.get_running_loop()
        while True:
            taken = await loop.run_in_executor(executor, self.post)
            await self._clock.sleep(EVERY if taken else AGAIN)

    def end(self) -> None:
        """End all that was posted, best effort, and post no more: nobody asks this server again."""
        with self._mutex:  # after a post that is under way
            self._over = True
            found = self._source.answer or ()
            held = {frozenset(each.labels.items()): each for each in found}
            now = datetime.fromtimestamp(self._clock.now(), UTC).isoformat(timespec="milliseconds")
            ends = [
                _end(held[labels]) if labels in held else {"labels": dict(labels), "endsAt": now}
                for labels in self._posted
            ]
            try:
                if ends:
                    self._to.post(ends)
            except AlertmanagerFault as error:
                log.warning("acknowledgements end within five minutes only: %s", error)

    def post(self) -> bool:
        """Post what is acknowledged, and end what was; return whether Alertmanager took it."""
        with self._mutex:
            return self._over or self._post()

    def _post(self) -> bool:
        current = posted(self._open())
        now = self._clock.monotonic()
        ended = self._ended({_labels(each) for each in current})
        if not current and not ended:
            return True
        try:
            self._to.post((*current, *ended))
        except AlertmanagerFault as error:
            logs.once(log, f"post {self._to.address}", f"acknowledgements are not posted: {error}")
            return False
        logs.over(log, f"post {self._to.address}", f"{self._to.address} takes acknowledgements")
        self._posted |= {_labels(each): now for each in current}
        return True

    def _ended(self, current: set[_Labels]) -> list[Mapping[str, Any]]:
        """Return the ends of what was posted and goes on no more, as far as they are known."""
        over = {labels: at for labels, at in self._posted.items() if labels not in current}
        if not over or self._source.answer is None:
            return []
        held = {frozenset(each.labels.items()): each for each in self._source.answer}
        for labels, at in over.items():
            if labels not in held and self._source.queried_at > at:
                del self._posted[labels]
        return [_end(held[labels]) for labels in over if labels in held]


def _labels(body: Mapping[str, Any]) -> _Labels:
    return frozenset(body["labels"].items())


def _end(held: HeldAlert) -> Mapping[str, Any]:
    at = datetime.fromtimestamp(held.updated_at, UTC).isoformat(timespec="milliseconds")
    return {"labels": dict(held.labels), "endsAt": at}
