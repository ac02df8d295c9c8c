"""Sends what an application's own prometheus_client metrics count to Redis, in the background."""

import secrets
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import redis
from prometheus_client import REGISTRY, CollectorRegistry

from . import process
from .arguments import arguments
from .changes import RegistryReader
from .layout import MOST_FIELDS, RULES, keys
from .redis_url import client_of, secrets_of
from .scripts import FLUSH, LEAVE, REMEMBERED
from .sending import Flush, SendLog
from .standing import Reply, Standing, reply
from .status import Journal, RecorderMetrics, Status
from .users import Users

BEAT = 30.0  # seconds between two flushes that carry all gauges and shapes
IDLE_FLUSH = 5.0  # seconds between two flushes of an instance that counts nothing
ATTEMPTS = 5  # behind, rewound, the rises since then, and two more
PATIENCE = 5.0  # seconds that the end of a process waits for a flush under way


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

    Counting costs what prometheus_client costs: the registry is read, not wrapped. While Redis is
    away, rises wait here. After a fork, the child is an instance of its own.
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
    ) -> None:
        """Connect at the first flush. Raises ValueError where an argument is wrong."""
        for name, rule in (gauges or {}).items():
            if rule not in RULES:
                raise ValueError(f"gauges: {name}: unknown rule {rule!r}; use {', '.join(RULES)}")
        if interval <= 0:
            raise ValueError("interval: must be more than 0 seconds")
        self.registry = registry
        self._target, self._timeout, self._interval = redis_url, timeout, interval
        self._keys = keys(application)
        self._reader = RegistryReader(registry, {"region": region}, dict(gauges or {}))
        self._running, self._ended = False, True
        self._journal = Journal(secrets_of(redis_url))
        self._own_metrics = RecorderMetrics(self._journal.status)
        self.users = Users(self._keys, region, self._journal.status)
        self._new_instance(SendLog())

    def _new_instance(self, send_log: SendLog) -> None:
        """Become a new instance, with an id, a log and a connection of its own."""
        self.instance = secrets.token_hex(8)
        self._send_log, self._standing = send_log, Standing()
        self._refused: set[str] = set()
        self._beat_at = self._tried_at = self._confirmed_at = float("-inf")
        self._flushing, self._reading = threading.Lock(), threading.Lock()
        self._client = client_of(self._target, self._timeout)
        self._flush_script = self._client.register_script(FLUSH)
        self._leave_script = self._client.register_script(LEAVE)

    @property
    def status(self) -> Status:
        """Whether flushes work, what the last failure was, and what is left out."""
        return replace(self._journal.status, failed=dict(self._journal.status.failed))

    def start(self) -> "Recorder":
        """Start to flush in the background, and once more at the end of the process."""
        if not self._running:
            self._running, self._ended = True, False
            with suppress(ValueError):  # another recorder of this registry has its metrics there
                self.registry.register(self._own_metrics)
            process.join(self)
            self._run()
        return self

    def _run(self) -> None:
        self._due, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._loop, name="ionmon-recorder", daemon=True)
        self._thread.start()

    def _loop(self) -> None:
        due, over = self._due, self._over
        while True:
            due.wait(self._interval)
            due.clear()
            if over.is_set():
                return
            self._flush(wait=-1, always=time.monotonic() - self._confirmed_at >= IDLE_FLUSH)

    def stop(self) -> bool:
        """End the background thread and flush. Returns whether Redis has all counts.

        After a flush that failed, the next call flushes again.
        """
        if self._running:
            self._running = False
            self._over.set()
            self._due.set()
        elif self._ended:
            return True
        self._ended = done = self._flush(wait=PATIENCE, always=True, is_last=True)
        if done:
            with suppress(redis.RedisError, OSError):  # the exporter forgets them in any case
                self._leave()
        with suppress(KeyError):
            self.registry.unregister(self._own_metrics)
        return done

    def _leave(self) -> None:
        self._beat_at = float("-inf")  # if it starts again, its gauges are written again
        named = [self.instance, REMEMBERED // 2, *map(str.encode, self._send_log.fields)]
        self._leave_script(keys=[self._keys.gauges, self._keys.seen], args=named)

    def is_due(self) -> bool:
        """Return whether the last flush, or attempt at one, is at least an interval ago."""
        return time.monotonic() - self._tried_at >= self._interval

    def flush_if_due(self) -> None:
        """Have a flush that is due run in the background, now; this returns at once.

        For instances that have CPU during requests only, where the thread's own pace stands still.
        """
        if not self.is_due():
            return
        self._tried_at = time.monotonic()
        if self._running:
            self._due.set()
        else:
            with suppress(RuntimeError):  # at the end of the process no thread starts any more
                threading.Thread(target=self.flush, args=(0.0,), daemon=True).start()

    def flush(self, wait: float = -1) -> bool:
        """Send what changed. Returns whether Redis has all that was counted; never raises.

        `wait` limits the seconds to wait for a flush under way; below 0, there is no limit.
        """
        return self._flush(wait=wait, always=True)

    def _flush(self, *, wait: float, always: bool, is_last: bool = False) -> bool:
        if not self._flushing.acquire(timeout=wait):
            return False
        try:
            self._tried_at = time.monotonic()
            with self._reading:
                reading = self._reader.read()
                self._send_log.add(reading, time.monotonic())
            self._journal.read(reading.faults, reading.dropped)
            return self._send(always=always, is_last=is_last)
        except Exception as error:  # noqa: BLE001 - a recorder never breaks the application
            self._journal.failed(error)
            return False
        finally:
            self._flushing.release()

    def _send(self, *, always: bool, is_last: bool) -> bool:
        """Send counts and users; users that Redis refuses do not keep counts back, nor these them.

        Raises what failed first.
        """
        try:
            done = self._send_counts(always=always, is_last=is_last)
        except redis.ResponseError:
            self.users.send(self._client)
            raise
        try:
            self.users.send(self._client)
        except redis.RedisError as error:
            self._journal.failed(error)
        return done

    def _send_counts(self, *, always: bool, is_last: bool) -> bool:
        """Send until Redis has all that was read."""
        beat = is_last or time.monotonic() - self._beat_at >= BEAT
        for _ in range(ATTEMPTS):
            flush = self._send_log.next(beat=beat, always=always)
            if flush is None:
                return True
            reply = self._apply(flush)
            if reply.state == "ok":
                self._confirmed(flush, reply)
                always = False
                beat = beat and not flush.is_whole
            elif not self._catch_up(reply, is_last=is_last):
                return False
        return False

    def _confirmed(self, flush: Flush, reply: Reply) -> None:
        now = time.monotonic()
        self._send_log.applied()
        self._standing.confirmed(reply, now)
        self._confirmed_at = now
        if flush.is_whole:
            self._beat_at = now
        refused = set(reply.refused) - self._refused
        self._refused |= refused
        self._send_log.drop(len(refused))
        reason = f"Redis has {MOST_FIELDS} fields" if not reply.errors else reply.errors[0]
        self._journal.left_out(len(refused), reason)
        if reply.errors and not refused:
            self._journal.failed(redis.ResponseError(reply.errors[0]))
        else:
            self._journal.worked()

    def _catch_up(self, reply: Reply, *, is_last: bool) -> bool:
        """Continue from what Redis has; the exporter gets time to fill an empty one first."""
        send_log, now = self._send_log, time.monotonic()
        counted = self._standing.counted(reply, send_log.number, send_log.reached, now)
        if counted is None:
            if not is_last:
                return False
            counted = send_log.number
        before = send_log.lost
        send_log.rewind(reply.number, counted)
        self._journal.lost(send_log.lost - before)
        self._standing.epoch = reply.epoch
        return True

    def _apply(self, flush: Flush) -> Reply:
        try:
            args = arguments(flush, self.instance, self._standing.epoch, time.monotonic())
            return reply(self._flush_script(keys=self._keys.of_flush(), args=args))
        except redis.ResponseError:
            raise
        except Exception:
            self._send_log.unanswered()
            raise

    def before_fork(self) -> None:
        """Let no reading of the registry run while the process forks."""
        self._reading.acquire()

    def after_fork_in_parent(self) -> None:
        """Allow readings again."""
        self._reading.release()

    def after_fork_in_child(self) -> None:
        """Become a new instance: the parent sends what was counted until now."""
        self.users.forget()
        reading, send_log = self._reader.read(), self._send_log.child()
        send_log.add(replace(reading, totals={}, dropped=0), time.monotonic())
        self._new_instance(send_log)
        self._ended = not self._running
        if self._running:
            process.stop_with_child(self)
            self._run()
