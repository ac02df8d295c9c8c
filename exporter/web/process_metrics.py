"""The process's own metrics, which prometheus_client reads from /proc."""

from prometheus_client import CollectorRegistry, ProcessCollector

from exporter.catalog.model import Family
from exporter.catalog.own import PROCESS

Computed = tuple[Family, tuple[str, ...], float]
_FAMILIES = {family.name: family for family in PROCESS}


class Process:
    """Reads memory, CPU time and file descriptors at each scrape."""

    def __init__(self) -> None:
        self._source = ProcessCollector(registry=CollectorRegistry())

    def read(self) -> list[Computed]:
        """Return the current values of the process_* families."""
        samples = (sample for metric in self._source.collect() for sample in metric.samples)
        return [(_FAMILIES[s.name], (), s.value) for s in samples if s.name in _FAMILIES]
