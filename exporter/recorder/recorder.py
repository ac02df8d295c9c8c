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
ATTEMPTS = 5  # one that is behind, one that takes up, one with what is new, and to spare
PATIENCE = 5.0  # seconds that the end of a process waits for a flush under way


class Reply(NamedTuple):
    """What Redis says of a flush: ok, behind or epoch; its epoch; the number it has; seeded."""

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
    gauges       how gauges of several instances are joined, by the metric's name: sum (unless
                 said), max, min, mean, latest
    timeout      seconds that one attempt may take
    clock        returns the Unix time by which active users are counted

    Counting costs nothing but prometheus_client's own: nothing is hooked in. While Redis is away,
    the registry itself is the buffer. A fork counts its own from then on.
    """

    def __init__(  # noqa: PLR0913 - named settings of one thing
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
        """Connect to nothing before start. Raises ValueError where an argument is wrong."""
        for name, rule in (gauges or {}).items():
            if rule not in RULES:
                raise ValueError(f"gauges: {name}: unknown rule {rule!r}; use {', '.join(RULES)}")
        if interval <= 0:
            raise ValueError("interval: must be more than 0 seconds")
        self.registry, self.failures, self.flushes = registry, 0, 0
        self._target, self._timeout, self._interval = redis_url, timeout, interval
        self._keys = keys(application)
        self._reader = RegistryReader(registry, {"region": region}, dict(gauges or {}))
        self._running = False
        self.users = Users(self._keys, region, clock)
        self._be_born(SendLog())

    def _be_born(self, ledger: SendLog) -> None:
        """Become an instance of its own."""
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
        """Return how many flushes Redis lost that could not be sent again."""
        return self._ledger.lost

    def start(self) -> "Recorder":
        """Begin to flush in the background; at the end of the process what is left, too."""
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
        """End the background thread and flush. Returns whether all that was counted is in Redis."""
        if not self._running:
            return True
        self._running = False
        self._stop.set()
        done = self.flush(wait=PATIENCE)
        if done:
            try:
                self._leave()
            except (redis.RedisError, OSError):
                log.debug("the instance could not say that it leaves")
        return done

    def _leave(self) -> None:
        named = [self.instance, REMEMBERED // 2, *map(_bytes, self._ledger.fields)]
        self._leave_script(keys=[self._keys.gauges, self._keys.seen], args=named)

    def is_due(self) -> bool:
        """Say whether the last flush, or the last attempt at one, is an interval ago."""
        return time.monotonic() - self._tried_at >= self._interval

    def flush_if_due(self) -> None:
        """Flush where it is due: for CPU that is there in requests only."""
        if self.is_due():
            self.flush(wait=0.0)

    def flush(self, wait: float = -1) -> bool:
        """Send what changed. Returns whether all of it is in Redis; never raises.

        `wait` is how long to wait for a flush under way; below 0, for as long as it takes.
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
        """Send until Redis and this instance agree."""
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
                self._agreed(reply)
            elif not self._take_up(reply):
                return False
        return False

    def _agreed(self, reply: Reply) -> None:
        self._ledger.applied()
        self._epoch, self._unseeded_since = reply.epoch, 0.0
        self._beat_at, self._acknowledged = time.monotonic(), time.time()
        self.flushes += 1
        if self.failures:
            log.info("flushing works again after %d failures", self.failures)
            self.failures = 0

    def _take_up(self, reply: Reply) -> bool:
        """Go on from what Redis has; not before the exporter had time to fill an emptied one."""
        counted = reply.number
        if reply.state == "epoch" and not reply.seeded:
            self._unseeded_since = self._unseeded_since or time.monotonic()
            if time.monotonic() - self._unseeded_since < SEED_WAIT:
                return False
            counted = self._ledger.number
        elif time.time() - self._acknowledged > REMEMBERED / 2:
            counted = self._ledger.number  # Redis has forgotten the instance, not what it counted
        self._ledger.rewind(reply.number, counted)
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
        """Hold the registry still while the process forks."""
        self._reading.acquire()

    def after_fork_in_parent(self) -> None:
        """Let it go on."""
        self._reading.release()

    def after_fork_in_child(self) -> None:
        """Become another instance: what was counted until now is the parent's to send."""
        self.users.forget()
        self._be_born(SendLog(self._reader.read().totals))
        if self._running:
            process.stop_with_child(self)
            self._run()


def _pairs(values: Mapping[str, str]) -> Iterator[object]:
    yield len(values)
    for name, value in values.items():
        yield _bytes(name)
        yield _bytes(value)


def _bytes(text: str) -> bytes:
    """Return it as UTF-8; a label value may hold what is no character."""
    return text.encode("utf-8", "replace")


def _text(reply: bytes | str) -> str:
    return reply.decode() if isinstance(reply, bytes) else reply
