"""Metric descriptors, cached: delay, period, kind and labels of a metric."""

import logging
import threading
import time
from dataclasses import dataclass

from google.api.metric_pb2 import MetricDescriptor

from exporter.catalog.model import CloudMonitoring, ValueType
from exporter.cloud_monitoring.client import MonitoringClient, Stopping
from exporter.cloud_monitoring.filters import descriptor_filter
from exporter.errors import PollError, Reason

log = logging.getLogger("ionmon.cloud_monitoring")

REFRESH = 86400.0
RETRY = 600.0


@dataclass(frozen=True, slots=True)
class Described:
    """A metric's period and delay in seconds, how it differs from the catalog, and its labels.

    `labels` are the keys of metric labels; None where the API does not know the metric. `stated`
    says that the period is known: a descriptor may have none.
    """

    period: float
    delay: float
    mismatch: str | None = None
    labels: tuple[str, ...] | None = None
    stated: bool = True


class Descriptors:
    """The descriptors of each project's metrics, listed prefix by prefix, once a day.

    Where they cannot be listed, the catalog's documented values are used.
    """

    def __init__(self, client: MonitoringClient) -> None:
        self._client = client
        self._mutex = threading.Lock()
        self._known: dict[tuple[str, str], tuple[float, dict[str, MetricDescriptor]]] = {}

    def describe(self, project: str, source: CloudMonitoring) -> Described:
        """Return a metric's description, from its descriptor or else from the catalog."""
        found = self._under(project, prefix(source.metric)).get(source.metric)
        if found is None:
            return Described(source.period, source.delay)
        meta = found.metadata
        stated = meta.sample_period.seconds
        delay = meta.ingest_delay.seconds or source.delay
        labels = tuple(sorted(label.key for label in found.labels))
        mismatch = _mismatch(source, found)
        return Described(stated or source.period, delay, mismatch, labels, stated > 0)

    def _under(self, project: str, start: str) -> dict[str, MetricDescriptor]:
        with self._mutex:
            until, known = self._known.get((project, start), (0.0, {}))
            if time.monotonic() < until:
                return known
            try:
                listed = self._client.descriptors(project, descriptor_filter(start))
                known, ttl = {d.type: d for d in listed}, REFRESH
            except Stopping:  # not a fault of the API: nothing to remember or to warn of
                return known
            except PollError as error:
                ttl = RETRY
                log.warning(
                    "%s: no descriptors of %s*, documented values are used: %s",
                    project,
                    start,
                    error,
                )
            self._known[project, start] = (time.monotonic() + ttl, known)
            return known


def prefix(metric: str) -> str:
    """Return the prefix of a metric type that one call lists."""
    return metric.split("/", 1)[0] + "/"


def _mismatch(source: CloudMonitoring, found: MetricDescriptor) -> str | None:
    kind = MetricDescriptor.MetricKind.Name(found.metric_kind)
    value = MetricDescriptor.ValueType.Name(found.value_type)
    if value in (ValueType.STRING, ValueType.MONEY):
        return f"{Reason.MISMATCH}: {value} values are not numbers"
    if (kind, value) == (source.kind, source.value):
        return None
    return f"the API has {kind} {value}, the catalog {source.kind} {source.value}"
