"""Sends what an application's own prometheus_client metrics count to Redis, in the background."""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import redis
from prometheus_client import REGISTRY, CollectorRegistry
from redis.backoff import NoBackoff
from redis.retry import Retry

from . import process
from .changes import RegistryReader
from .layout import RULES, keys
from .scripts import FLUSH, LEAVE, REMEMBERED
from .sending import Flush, SendLog
from .users import Users

log = logging.getLogger("ionmon.recorder")

BEAT = 30.0
SEED_WAIT = 10.0
ATTEMPTS = 5  # behind, rewound, the rises since then, and two more
PATIENCE = 5.0  # seconds that the end of a process waits for a flush under way


class Reply(NamedTuple):
    """The reply to a flush: ok, behind or epoch; Redis' epoch; its last number; seeded."""

    state: str
    epoch: str
    number: int
    seeded: bool


class Recorder:
    """Flushes what changed in a registry, every `interval` seconds, from a thread of its own.

    redis_url    redis://…, rediss://… or unix://…; or a client of redis-py, for a cluster
    application  the name under which the exporter reads it; the same in all instances
    region       where this instance runs, the label `region` of all its series
    registry     what is read
    interval     seconds between two flushes
    gauges       how gauges of several instances are joined, by the metric's name: sum (the
                 default), max, min, mean, latest
    timeout      seconds that one attempt may take
    clock        returns the Unix time by which active users are counted

    Counting costs what prometheus_client costs: the registry is read, not wrapped. While Redis is
    away, the registry itself is the buffer. After a fork, the child is an instance of its own.
    """

    def __init__(  # noqa: PLR0913 - named settings of one recorder
        self,
        redis_url: Any,  # noqa: ANN401 - a URL, or one of redis-py's clients, which share no type
        *,
        application: str = "default",
        region: str = "",
        registry: CollectorRegistry = REGISTRY,
        interval: float = 1.0,
        gauges: Mapping[str, str] | None = None,
        timeout: float = 1.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Connect at the first flush. Raises ValueError where an argument is wrong."""
        for name, rule in (gauges or {}).items():
            if rule not in RULES:
                raise ValueError(f"gauges: {name}: unknown rule {rule!r}; use {', '.join(RULES)}")
        if interval <= 0:
            raise ValueError("interval: must be more than 0 seconds")
        self.registry, self.failures = registry, 0
        self._target, self._timeout, self._interval = redis_url, timeout, interval
        self._keys = keys(application)
        self._reader = RegistryReader(registry, {"region": region}, dict(gauges or {}))
        self._running = False
        self.users = Users(self._keys, region, clock)
        self._new_instance(SendLog())

    def _new_instance(self, ledger: SendLog) -> None:
        """Become a new instance, with an id, a log and a connection of its own."""
        self.instance = secrets.token_hex(8)
        self._ledger = ledger
        self._epoch, self._unseeded_since = "", 0.0
        self._beat_at = self._tried_at = self._acknowledged = 0.0
        self._flushing, self._reading = threading.Lock(), threading.Lock()
        self._client = self._connect()
        self._flush_script = self._client.register_script(FLUSH)
        self._leave_script = self._client.register_script(LEAVE)

    def _connect(self) -> Any:  # noqa: ANN401 - redis-py's clients share no type
        if not isinstance(self._target, str):
            return self._target
        return redis.Redis.from_url(
            self._target,
            socket_timeout=self._timeout,
            socket_connect_timeout=self._timeout,
            retry=Retry(NoBackoff(), 0),
        )

    @property
    def lost(self) -> int:
        """The number of flushes that Redis lost and that could not be sent again."""
        return self._ledger.lost

    def start(self) -> "Recorder":
        """Start to flush in the background, and once more at the end of the process."""
        if not self._running:
            self._running = True
            process.join(self)
            self._run()
        return self

    def _run(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="ionmon-recorder", daemon=True)
        self._thread.start()

    def _loop(self) -> None:
        stop = self._stop
        while not stop.wait(self._interval):
            self.flush()

    def stop(self) -> bool:
        """End the background thread and flush. Returns whether Redis has all counts."""
        if not self._running:
            return True
        self._running = False
        self._stop.set()
        done = self.flush(wait=PATIENCE)
        if done:
            try:
                self._leave()
            except (redis.RedisError, OSError):
                log.debug("the instance could not remove its gauges")
        return done

    def _leave(self) -> None:
        named = [self.instance, REMEMBERED // 2, *map(_bytes, self._ledger.fields)]
        self._leave_script(keys=[self._keys.gauges, self._keys.seen], args=named)

    def is_due(self) -> bool:
        """Return whether the last flush, or attempt at one, is at least an interval ago."""
        return time.monotonic() - self._tried_at >= self._interval

    def flush_if_due(self) -> None:
        """Flush when a flush is due: for instances that have CPU during requests only."""
        if self.is_due():
            self.flush(wait=0.0)

    def flush(self, wait: float = -1) -> bool:
        """Send what changed. Returns whether all of it is in Redis; never raises.

        `wait` limits the seconds to wait for a flush under way; below 0, there is no limit.
        """
        if not self._flushing.acquire(timeout=wait):
            return False
        try:
            return self._send()
        except Exception as error:  # noqa: BLE001 - no collector may break the application
            self.failures += 1
            if self.failures == 1:
                log.warning("metrics cannot be flushed, they are kept: %s", type(error).__name__)
            return False
        finally:
            self._flushing.release()

    def _send(self) -> bool:
        """Send until Redis has all that the registry had at the start."""
        self._tried_at = time.monotonic()
        self.users.send(self._client)
        with self._reading:
            reading = self._reader.read()
        for _ in range(ATTEMPTS):
            beat = time.monotonic() - self._beat_at >= BEAT
            flush = self._ledger.next(reading, beat=beat)
            if flush is None:
                return True
            reply = self._apply(flush)
            if reply.state == "ok":
                self._confirmed(reply)
            elif not self._catch_up(reply):
                return False
        return False

    def _confirmed(self, reply: Reply) -> None:
        self._ledger.applied()
        self._epoch, self._unseeded_since = reply.epoch, 0.0
        self._beat_at, self._acknowledged = time.monotonic(), time.time()
        if self.failures:
            log.info("flushing works again after %d failures", self.failures)
            self.failures = 0

    def _catch_up(self, reply: Reply) -> bool:
        """Continue from what Redis has; the exporter gets time to seed an empty one first."""
        counted = reply.number
        if reply.state == "epoch" and not reply.seeded:
            self._unseeded_since = self._unseeded_since or time.monotonic()
            if time.monotonic() - self._unseeded_since < SEED_WAIT:
                return False
            counted = self._ledger.number
        elif time.time() - self._acknowledged > REMEMBERED / 2:
            counted = self._ledger.number  # Redis forgot the instance's number, not its counts
        lost = self.lost
        self._ledger.rewind(reply.number, counted)
        if self.lost > lost:
            log.warning("Redis lost %d flushes that are no longer kept", self.lost - lost)
        self._epoch = reply.epoch
        return True

    def _apply(self, flush: Flush) -> Reply:
        names = self._keys
        state, epoch, number, seeded = self._flush_script(
            keys=[
                names.totals,
                names.gauges,
                names.families,
                names.seqs,
                names.seen,
                names.meta,
            ],
            args=[
                self.instance,
                flush.number,
                flush.before,
                self._epoch,
                secrets.token_hex(8),
                flush.dropped,
                *_pairs({name: repr(value) for name, value in flush.totals.items()}),
                *_pairs({name: repr(value) for name, value in flush.levels.items()}),
                *_pairs({name: shape.written() for name, shape in flush.shapes.items()}),
            ],
        )
        return Reply(_text(state), _text(epoch), int(number), bool(seeded))

    def before_fork(self) -> None:
        """Let no reading of the registry run while the process forks."""
        self._reading.acquire()

    def after_fork_in_parent(self) -> None:
        """Allow readings again."""
        self._reading.release()

    def after_fork_in_child(self) -> None:
        """Become a new instance: the parent sends what was counted until now."""
        self.users.forget()
        self._new_instance(SendLog(self._reader.read().totals))
        if self._running:
            process.stop_with_child(self)
            self._run()


def _pairs(values: Mapping[str, str]) -> Iterator[object]:
    yield len(values)
    for name, value in values.items():
        yield _bytes(name)
        yield _bytes(value)


def _bytes(text: str) -> bytes:
    """Return the text as UTF-8; a label value may contain lone surrogates."""
    return text.encode("utf-8", "replace")


def _text(reply: bytes | str) -> str:
    return reply.decode() if isinstance(reply, bytes) else reply
