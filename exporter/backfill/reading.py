"""Reads a window of a family: its points by the step in which they end."""

import logging
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from exporter.backfill.plan import STEP, Chunk, FamilyCut
from exporter.catalog.model import MetricKind, ValueType
from exporter.cloud_monitoring.client import PAGE_SIZE, SeriesQuery
from exporter.cloud_monitoring.filters import metric_filter
from exporter.cloud_monitoring.point_values import PointValues
from exporter.cloud_monitoring.points import (
    FIELDS,
    Identities,
    Raw,
    mean,
    refusal,
    unix_nanoseconds,
    wire_key,
)
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.target import SeriesSource
from exporter.cloud_monitoring.totals import Amount, Unsound
from exporter.errors import IonmonError, PollError, Reason
from exporter.logs import once

log = logging.getLogger("ionmon.backfill")

DISTRIBUTIONS = 25_000  # points of a page: each has up to 200 buckets
TRIES = 5
_FIRST_WAIT = 1.0  # seconds
HELD_PERIODS = 2  # a gauge's value stands for so long


@dataclass(frozen=True, slots=True)
class ReadPoint:
    """A point: its series, the labels that are exported, start and end in nanoseconds, value."""

    key: str
    labels: tuple[str, ...]
    start: int
    end: int
    amount: Amount


@dataclass(slots=True)
class WindowPoints:
    """The points of a window by step, in order of their ends."""

    by_step: dict[int, list[ReadPoint]] = field(default_factory=lambda: defaultdict(list))

    def step(self, at: int) -> list[ReadPoint]:
        """Return the points that end in the step that ends at `at`, the oldest first."""
        return sorted(self.by_step.pop(at, ()), key=lambda point: point.end)


class FamilyReader:
    """Reads one family; what is known of its series is kept from window to window."""

    def __init__(self, cut: FamilyCut, client: SeriesSource) -> None:
        self._cut, self._client = cut, client
        target = cut.target
        self._identities = Identities(target.family, target.source, target.project)
        self._values = PointValues(target.family, target.source)
        self._distributions = target.source.value is ValueType.DISTRIBUTION
        self._gauge = target.source.kind is MetricKind.GAUGE

    def read(self, window: Chunk) -> WindowPoints:
        """Return a window's points. Raises IonmonError where they cannot be read in full."""
        wait = _FIRST_WAIT
        for tried in range(1, TRIES + 1):
            try:
                return self._read(window)
            except PollError as error:
                if error.reason is Reason.NOT_FOUND:  # a product that the project did not use
                    return WindowPoints()
                if error.reason is not Reason.PARTIAL or tried == TRIES:
                    raise IonmonError(
                        f"{self._cut.target.name}: {error}; nothing of what was read is lost: type "
                        "the command again"
                    ) from error
            time.sleep(wait)
            wait *= 2
        raise AssertionError("the last try returns or raises")

    def _read(self, window: Chunk) -> WindowPoints:
        found = WindowPoints()
        start, end = self._span(window)
        if start < end:
            for series in self._series(start * SECOND, end * SECOND):
                self._take(series, found)
        return found

    def _span(self, window: Chunk) -> tuple[int, int]:
        """Return the (start, end] of a window's points; of gauges also those that still stand."""
        back = HELD_PERIODS * int(self._cut.described.period) if self._gauge else STEP
        return window.start - back, min(window.end - STEP, self._cut.until)

    def _series(self, start: int, end: int) -> Iterator[Raw]:
        target = self._cut.target
        query = SeriesQuery(
            project=target.project,
            filter=metric_filter(target.source, target.selection),
            start=start,
            end=end,
            page_size=DISTRIBUTIONS if self._distributions else PAGE_SIZE,
        )
        for page in self._client.pages(query):
            yield from page.time_series
            for error in page.execution_errors:
                raise PollError(Reason.PARTIAL, f"part of the answer is missing: {error.message}")

    def _take(self, series: Raw, found: WindowPoints) -> None:
        if refusal(self._cut.target.source, series):
            return
        identity = self._identities.identity(wire_key(series), series)
        for point in series.points:
            begun, end = (
                unix_nanoseconds(at) for at in (point.interval.start_time, point.interval.end_time)
            )
            if end > self._cut.cut * SECOND <= begun:
                continue  # the exporter counts all of this series itself
            try:
                amount = self._amount(point)
            except Unsound:
                name = self._cut.target.name
                once(log, name, f"{name}: points without a value that can be counted are left out")
                continue
            at = -(-end // (STEP * SECOND)) * STEP
            found.by_step[at].append(
                ReadPoint(
                    key=identity.key, labels=identity.labels, start=begun, end=end, amount=amount
                )
            )

    def _amount(self, point: Raw) -> Amount:
        if not self._gauge:
            return self._values.amount(point)
        source = self._cut.target.source
        value = getattr(point.value, FIELDS[source.value])
        return Amount(
            value=mean(value) if self._distributions else float(value), scale=source.scale
        )
