"""What an application can see of its recorder: whether it flushes, and what it leaves out."""

import logging
import re
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

log = logging.getLogger("ionmon.recorder")

LONGEST = 200
_UNSAFE = re.compile(r"[^\x20-\x7e\xa0-\U0010ffff]|[\ud800-\udfff]")


@dataclass(slots=True)
class Status:
    """The state of a recorder.

    failures       flushes that failed since the last one that worked
    failed         flushes that ever failed, by the class of the error
    flushes        flushes that Redis acknowledged
    last_success   Unix time of the last of them; 0 before the first
    last_failure   why the last flush failed; empty after one that worked
    lost           flushes that Redis lost and that could not be sent again
    left_out       series that a limit left out, and numbers that Redis cannot add
    users_left_out active users that a limit left out
    faults         what the last reading could not read, and why
    """

    failures: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    flushes: int = 0
    last_success: float = 0.0
    last_failure: str = ""
    lost: int = 0
    left_out: int = 0
    users_left_out: int = 0
    faults: tuple[str, ...] = ()


class Journal:
    """Keeps the status, and logs each change of it once."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Remove `secrets` from all messages."""
        self.status = Status()
        self._secrets = tuple(secret for secret in secrets if secret)
        self._lock = threading.Lock()

    def failed(self, error: Exception) -> None:
        """Note that a flush failed; a reason that is new is logged."""
        kind = type(error).__name__
        text = self.cleaned(f"{kind}: {error}" if str(error) else kind)
        with self._lock:
            is_new = not self.status.last_failure.startswith(kind)
            self.status.failures += 1
            self.status.failed[kind] = self.status.failed.get(kind, 0) + 1
            self.status.last_failure = text
        if is_new:
            log.warning("metrics cannot be flushed, they are kept: %s", text)

    def worked(self) -> None:
        """Note that Redis acknowledged a flush."""
        with self._lock:
            failures, self.status.failures = self.status.failures, 0
            self.status.last_failure = ""
            self.status.flushes += 1
            self.status.last_success = time.time()
        if failures:
            log.info("flushing works again after %d failures", failures)

    def read(self, faults: Iterable[str], left_out: int) -> None:
        """Note what a reading could not read, and how many series a limit left out."""
        texts = tuple(dict.fromkeys(map(self.cleaned, faults)))
        new = [text for text in texts if text not in self.status.faults]
        self.status.faults = texts
        self.left_out(left_out, "the limits of series in docs/application.md")
        if new:
            others = f", and {len(new) - 1} more" if len(new) > 1 else ""
            log.warning("metrics cannot be read: %s%s", new[0], others)

    def left_out(self, number: int, reason: str) -> None:
        """Count series that were left out; the first time it is logged."""
        if number and not self.status.left_out:
            log.warning("%d series are left out: %s", number, self.cleaned(reason))
        self.status.left_out += number

    def lost(self, number: int) -> None:
        """Count flushes that Redis lost and that are no longer kept one by one."""
        if number:
            self.status.lost += number
            log.warning("Redis lost %d flushes that are no longer kept", number)

    def cleaned(self, text: str) -> str:
        """Return a text as one short line without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return _UNSAFE.sub(" ", text)[:LONGEST]


class RecorderMetrics(Collector):
    """The status as metrics in the application's registry; they are not sent through Redis."""

    def __init__(self, status: Status) -> None:
        self._status = status

    def describe(self) -> Iterator[Metric]:
        """Yield the metrics, by whose names a registry refuses a second recorder's."""
        return self.collect()

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics."""
        status, start = self._status, "ionmon_recorder_"
        failed = CounterMetricFamily(start + "failures", "Flushes that failed.", labels=["reason"])
        for reason, number in status.failed.copy().items():
            failed.add_metric([reason], number)
        yield failed
        for name, text, count in (
            ("flushes", "Flushes that Redis acknowledged.", status.flushes),
            ("lost_flushes", "Flushes that Redis lost for good.", status.lost),
            ("left_out_series", "Series that a limit left out.", status.left_out),
            ("left_out_users", "Active users that a limit left out.", status.users_left_out),
        ):
            yield CounterMetricFamily(start + name, text, value=count)
        for name, text, level in (
            ("last_success_timestamp_seconds", "Last flush that worked.", status.last_success),
            ("unread_metrics", "Metrics that could not be read.", len(status.faults)),
        ):
            yield GaugeMetricFamily(start + name, text, value=level)
