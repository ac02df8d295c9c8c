"""Keeps what scrapers last requested encoded, in a thread of its own, off the scrapers' path.

A scrape that comes right after a change gets the body of a moment before; none waits for encoding,
but for the first in its format. Own metrics are encoded each second, off that path as well.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from exporter.catalog import own
from exporter.catalog.model import Family
from exporter.clock import steady
from exporter.exposition.exposition import (
    Body,
    Encoded,
    Exposition,
    Families,
    Format,
    body,
    merged,
)
from exporter.exposition.piece import Failure
from exporter.exposition.snapshot import Snapshot
from exporter.interpreter import give_back
from exporter.logs import once, over
from exporter.telemetry import Telemetry

log = logging.getLogger("ionmon.web")

REQUESTED_FOR = 300.0  # seconds for which a format is encoded ahead after a request
FIRST = ((Format.OPENMETRICS, True), (Format.TEXT, True))
MOST_LAG = 10.0  # seconds of encoding for which the body before is served
MANY = 1 << 25  # bytes of lines; what a change of fewer frees is used again soon
MOST_OWN_AGE = 3.0  # seconds; `ahead` is called each second, and may wait for its turn

Kind = tuple[Format, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A body that can be served, and the snapshot and the second of own metrics that it shows."""

    body: Body
    generation: int
    encoded: Encoded
    second: int


class Encoder:
    """Encodes the current snapshot together with the exporter's own metrics."""

    def __init__(self, own_families: Callable[[float], Families], telemetry: Telemetry) -> None:
        """Take own metrics of a Unix time from `own_families`; nothing runs yet."""
        self._own_families, self._telemetry = own_families, telemetry
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="encoder")
        self._polled, self._own = Exposition(self._count), Exposition(self._count)
        self._polled_lock, self._own_lock = threading.Lock(), threading.Lock()
        self._own_encoded: dict[Format, tuple[tuple[int, int], Encoded]] = {}
        self._ready: dict[Kind, Ready] = {}
        # Nobody has requested anything yet; Prometheus will request one of these.
        self._requested = dict.fromkeys(FIRST, steady())
        self._failing: dict[Format, frozenset[str]] = {}
        self._waiting = False
        self._given_back = 0  # the generation after which memory was given back
        self._busy_since: float | None = None
        self.failure = ""

    @property
    def executor(self) -> ThreadPoolExecutor:
        """The thread that encodes."""
        return self._executor

    def left_out(self) -> tuple[str, ...]:
        """Return the families of which samples could not be encoded last."""
        return tuple(sorted(frozenset().union(*self._failing.values())))

    def current(self, kind: Kind, shown: Snapshot, now: float) -> Ready | None:
        """Return what can be served without waiting; None where it has to be encoded first."""
        self._requested[kind] = steady()
        found = self._ready.get(kind)
        if found is None or self.failure:
            return None
        if found.generation != shown.generation and not self._under_way():
            return None
        young = 0 <= now - found.second < MOST_OWN_AGE
        return found if young else self._refreshed(kind, found, now)

    def encode(self, kind: Kind, shown: Snapshot, now: float) -> Ready:
        """Return the body of a snapshot; a failure is remembered until one succeeds."""
        self._requested.setdefault(kind, steady())
        try:
            with self._polled_lock:
                ready = self._encode(kind, shown, now)
        except Exception as error:
            self.failure = f"{type(error).__name__}: {error}"
            raise
        self.failure = ""
        return ready

    def ahead(self, shown: Callable[[], tuple[Snapshot, float]]) -> None:
        """Encode what `shown` returns in the encoder's thread; calls meanwhile are one."""
        if self._waiting or not self._requested:
            return
        self._waiting = True
        self._busy_since = self._busy_since or steady()
        self._executor.submit(self._ahead, shown)

    def renew(self) -> None:
        """Let the next scrape have own metrics of now, though it comes within the same second."""
        with self._own_lock:
            self._own_encoded.clear()
        with self._polled_lock:
            self._ready = {k: replace(ready, second=-1) for k, ready in self._ready.items()}

    def close(self) -> None:
        """End the thread."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _ahead(self, shown: Callable[[], tuple[Snapshot, float]]) -> None:
        self._waiting = False
        oldest = steady() - REQUESTED_FOR
        for kind, at in tuple(self._requested.items()):
            try:
                if at > oldest or self.failure:
                    self.encode(kind, *shown())
                else:
                    self._forget(kind)
            except Exception:  # the process boundary: the next change is encoded anew
                log.exception("the exposition cannot be encoded")
        if not self._waiting:
            self._busy_since = None
        self._give_back()

    def _give_back(self) -> None:
        """Give memory back once after each change of very many lines."""
        newest = max(self._ready.values(), key=lambda ready: ready.generation, default=None)
        if newest is None or newest.generation == self._given_back:
            return
        self._given_back = newest.generation
        if sum(piece.size for piece in newest.encoded.pieces) > MANY:
            give_back()

    def _under_way(self) -> bool:
        """Return whether the newest snapshot is being encoded, and not for too long."""
        since = self._busy_since
        return since is not None and steady() - since < MOST_LAG

    def _forget(self, kind: Kind) -> None:
        """Drop a body that nobody requests; its memory is needed elsewhere."""
        self._ready.pop(kind, None)
        self._requested.pop(kind, None)

    def _encode(self, kind: Kind, shown: Snapshot, now: float) -> Ready:
        found, (fmt, _) = self._ready.get(kind), kind
        if found and found.generation == shown.generation:
            return found if found.second == int(now) else self._refreshed(kind, found, now)
        encoded = self._polled.encode(shown.families, fmt)
        self._report(fmt, encoded)
        return self._made(kind, shown.generation, encoded, now)

    def _refreshed(self, kind: Kind, found: Ready, now: float) -> Ready:
        """Return a body with own metrics of this second."""
        return self._made(kind, found.generation, found.encoded, now)

    def _made(self, kind: Kind, generation: int, encoded: Encoded, now: float) -> Ready:
        (fmt, gzip), before = kind, self._ready.get(kind)
        made = Ready(
            body=body((encoded, self._own_of(fmt, now, generation)), fmt, gzip=gzip),
            generation=generation,
            encoded=encoded,
            second=int(now),
        )
        # A scrape may refresh an older body while the encoder makes the newer one.
        if before is None or before.generation <= generation:
            self._ready[kind] = made
        return made

    def _own_of(self, fmt: Format, now: float, generation: int) -> Encoded:
        """Return the exporter's own metrics, encoded once a second and after each change."""
        stamp = (generation, int(now))
        with self._own_lock:
            before, encoded = self._own_encoded.get(fmt, (None, Encoded()))
            if before != stamp:
                # One piece: to compress each of many small ones costs several times as much.
                encoded = merged(self._own.encode(self._own_families(now), fmt))
                self._own_encoded[fmt] = (stamp, encoded)
            return encoded

    def _count(self, family: Family, failure: Failure) -> None:
        self._telemetry.count(own.EXPOSITION_FAILURES, (family.name, failure.reason))

    def _report(self, fmt: Format, encoded: Encoded) -> None:
        """Log which families cannot be encoded, once, and again when they can."""
        for name, failure in encoded.failures.items():
            text = f"{name}: samples cannot be encoded and are left out: {failure.text}"
            once(log, f"encoding {name}", text)
        for name in self._failing.get(fmt, frozenset()) - encoded.failures.keys():
            over(log, f"encoding {name}", f"{name}: all samples are exposed again")
        self._failing[fmt] = frozenset(encoded.failures)
