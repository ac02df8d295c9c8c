"""A server's keyspace hits and misses without what recorders and exporters read themselves.

The server that has the application's keys may be the cache that is watched, too. The reads of the
monitoring must not look like the cache's. They are taken off at one moment, in Redis itself.
"""

from collections.abc import Mapping

from exporter.application.state import text_of
from exporter.redis.client import Reply
from exporter.redis.info import Info, Row

HITS, MISSES = "keyspace_hits", "keyspace_misses"


class CacheReads:
    """What was last read of each server; shared by the application's poll and the Redis polls.

    target   name of the Redis target that has the application's keys; None where there is none
    """

    def __init__(self, target: str | None) -> None:
        self.target = target
        self._tried = False
        self._by_run: dict[str, tuple[int, int]] = {}
        self._last = ""

    def take(self, reply: Reply) -> None:
        """Take the reply to the script CACHE."""
        self._tried = True
        if isinstance(reply, list) and reply:
            run, hits, misses = reply
            self._last = text_of(run)
            self._by_run[self._last] = int(hits), int(misses)

    def is_of_last(self, field: str) -> bool:
        """Return whether a field of meta is about the server that was read last."""
        return not self._last or self._last in field

    def failed(self) -> None:
        """Note that the application cannot be read: nothing is known, and nothing withheld."""
        self._tried = True

    def adjust(self, target: str, info: Info) -> Info:
        """Return a server's INFO with the cache's own hits and misses.

        Before the first reading of the application they are left out: they would fall afterwards.
        """
        stats = info.get("stats")
        if self.target is None or not stats:
            return info
        [server] = info.get("server", ()) or ({},)
        found = self._by_run.get(server.get("run_id", ""))
        if found is not None:
            exact = {HITS: str(found[0]), MISSES: str(found[1])}
            return {**info, "stats": ({**stats[0], **exact},)}
        if target == self.target and not self._tried:
            return {**info, "stats": (_without(stats[0]),)}
        return info


def _without(row: Row) -> Mapping[str, str]:
    return {name: value for name, value in row.items() if name not in (HITS, MISSES)}
