"""Metric descriptors, cached: delay, period, kind and labels of a metric."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from google.api.metric_pb2 import MetricDescriptor

from exporter.catalog.model import CloudMonitoring, ValueType
from exporter.clock import steady
from exporter.cloud_monitoring.client import MonitoringClient, Stopping
from exporter.cloud_monitoring.filters import descriptor_filter
from exporter.errors import PollError, Reason

REFRESH = 86400.0
RETRY = 600.0
SIMILAR = 0.8  # of difflib: a slip of one or two letters


@dataclass(frozen=True, slots=True)
class Described:
    """A metric's period and delay in seconds, how it differs from the catalog, and its labels.

    `labels` are the keys of metric labels; None where the API does not know the metric. `stated`
    says that the period is known: a descriptor may have none. `missing` is whether the project's
    metrics could be listed and this one is not among them; then `similar` is the metric type there
    that is written most like it, where there is one. `unread` says why the project's descriptors
    cannot be read, where they cannot.
    """

    period: float
    delay: float
    mismatch: str | None = None
    labels: tuple[str, ...] | None = None
    stated: bool = True
    missing: bool = False
    similar: str | None = None
    unread: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Listing:
    """The descriptors under a prefix, until when they are kept, and whether a call listed them.

    `fault` is why the last call did not.
    """

    until: float = 0.0
    by_type: Mapping[str, MetricDescriptor] = field(default_factory=dict)
    listed: bool = False
    fault: str = ""


class Descriptors:
    """The descriptors of each project's metrics, listed prefix by prefix, once a day.

    Where they cannot be listed, the catalog's documented values are used.
    """

    def __init__(self, client: MonitoringClient) -> None:
        self._client = client
        self._mutex = threading.Lock()
        self._known: dict[tuple[str, str], Listing] = {}

    def describe(self, project: str, source: CloudMonitoring) -> Described:
        """Return a metric's description, from its descriptor or else from the catalog."""
        known = self._under(project, prefix(source.metric))
        found = known.by_type.get(source.metric)
        if found is None:
            near = get_close_matches(source.metric, known.by_type, 1, SIMILAR)
            return Described(
                source.period,
                source.delay,
                missing=known.listed,
                similar=next(iter(near), None),
                unread=known.fault,
            )
        meta = found.metadata
        stated = meta.sample_period.seconds
        delay = meta.ingest_delay.seconds or source.delay
        labels = tuple(sorted(label.key for label in found.labels))
        mismatch = _mismatch(source, found)
        return Described(
            period=stated or source.period,
            delay=delay,
            mismatch=mismatch,
            labels=labels,
            stated=stated > 0,
            unread=known.fault,
        )

    def _under(self, project: str, start: str) -> Listing:
        with self._mutex:
            known = self._known.get((project, start), Listing())
            if steady() < known.until:
                return known
            try:
                listed = self._client.descriptors(project, descriptor_filter(start))
                by_type, until = {d.type: d for d in listed}, steady() + REFRESH
                known = Listing(until, by_type, listed=True)
            except Stopping:  # not a fault of the API: nothing to remember or to warn of
                return known
            except PollError as error:
                text = f"{project}: no metric descriptors, documented values are used: {error}"
                known = replace(known, until=steady() + RETRY, fault=text)
            self._known[project, start] = known
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
