"""The baseline: prometheus_client's own server, with the same families and samples."""

import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.metrics_core import CounterMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families

Row = tuple[list[str], float]


class Same:
    """A custom collector that builds its families at each collect, as the library asks."""

    def __init__(self, page: str) -> None:
        """Read the counters of a page."""
        self._families = [
            (family.name, family.documentation, _names(family), _rows(family))
            for family in text_string_to_metric_families(page)
            if family.type == "counter" and family.samples
        ]

    def collect(self) -> Iterator[Metric]:
        """Yield every family, with all its samples."""
        for name, text, labels, rows in self._families:
            made = CounterMetricFamily(name, text, labels=labels)
            for values, value in rows:
                made.add_metric(values, value)
            yield made


def _names(family: Metric) -> list[str]:
    return list(family.samples[0].labels)


def _rows(family: Metric) -> list[Row]:
    return [(list(sample.labels.values()), sample.value) for sample in family.samples]


def registry(page: str) -> CollectorRegistry:
    """Return a registry that collects the counters of a page."""
    made = CollectorRegistry()
    made.register(Same(page))
    return made


def main(arguments: Iterable[str]) -> None:
    """Serve the counters of a page's file on a port until killed."""
    path, port = arguments
    start_http_server(int(port), "127.0.0.1", registry(Path(path).read_text()))
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1:])
