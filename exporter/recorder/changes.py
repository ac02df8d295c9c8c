"""Finds what changed in a prometheus_client registry since it was last read."""

from collections.abc import Mapping
from typing import Any, Protocol

from prometheus_client import GC_COLLECTOR, PLATFORM_COLLECTOR, PROCESS_COLLECTOR, CollectorRegistry
from prometheus_client.metrics_core import InfoMetricFamily, Metric

from .children import Children, is_read
from .collected import Collected
from .naming import Naming, RegistryReading, fault
from .status import RecorderMetrics

# What prometheus_client registers by itself: each process, not the application.
_DEFAULTS = (PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR)


class CollectorSource(Protocol):
    """What one collector has, and had."""

    above: int

    def read(self, found: RegistryReading) -> None:
        """Add what changed."""

    def end(self, found: RegistryReading) -> None:
        """Add what the end of the collector changes."""


class RegistryReader:
    """Reads a registry; `constant` labels and `rules` as in Naming."""

    def __init__(
        self, registry: CollectorRegistry, constant: Mapping[str, str], rules: Mapping[str, str]
    ) -> None:
        """Read nothing yet."""
        self._registry, self._naming = registry, Naming(constant, rules)
        self._sources: dict[Any, CollectorSource] = {}
        self._target = _TargetInfo(registry)
        self._announced: dict[str, object] = {}
        self._above = 0

    def read(self) -> RegistryReading:
        """Return what changed since the last reading. A collector that fails costs only itself."""
        found = RegistryReading()
        collectors = self._collectors()
        for collector in self._sources.keys() - collectors.keys():
            self._sources.pop(collector).end(found)
        for collector in collectors:
            if collector not in self._sources:
                self._sources[collector] = self._source(collector)
            try:
                self._sources[collector].read(found)
            except Exception as error:  # noqa: BLE001 - one bad collector must not stop the others
                found.faults.append(fault(type(collector).__name__, error))
        found.shapes = {n: s for n, s in found.shapes.items() if self._announced.get(n) != s}
        self._announced.update(found.shapes)
        above = sum(source.above for source in self._sources.values())
        found.dropped += max(0, above - self._above)
        self._above = above
        return found

    def _source(self, collector: Any) -> CollectorSource:  # noqa: ANN401 - has collect(), perhaps more
        if is_read(collector):
            return Children(collector, self._naming)
        return Collected(collector, self._naming)

    def _collectors(self) -> dict[Any, None]:
        """Return the collectors in order, without those of every process and of the recorder."""
        with self._registry._lock:
            found = dict.fromkeys(self._registry._collector_to_names)
        for collector in found.copy():
            is_default = any(collector is default for default in _DEFAULTS)
            if is_default or isinstance(collector, RecorderMetrics):
                del found[collector]
        return found | {self._target: None}


class _TargetInfo:
    """The labels that an application gave to its registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> list[Metric]:
        """Return them as one metric."""
        labels = self._registry.get_target_info()
        return [InfoMetricFamily("target", "Target metadata", labels)] if labels else []
