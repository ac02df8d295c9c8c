"""A bench whose service has ten requests a minute."""

from pathlib import Path
from typing import Any

from exporter.cloud_monitoring.target import Margins
from tests.exporter.cloud_monitoring.bench import Bench
from tests.exporter.cloud_monitoring.messages import OK, SERVICE
from tests.exporter.cloud_monitoring.paper import PaperApi, PaperPoint

START, DELAY = 1_800_000_000, 120
KEY = ("p", "cloudrun_requests_total")
CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
ERRORS = {**OK, "response_code_class": "5xx", "response_code": "500"}


def named(code_class: str, service: str = "s") -> tuple[str, ...]:
    """Return the labels of a service's total."""
    return ("p", "us-central1", service, code_class)


class Minutes(Bench):
    """A bench whose service has ten requests a minute, for an hour so far."""

    def __init__(self, path: Path, margins: Margins = Margins(600.0, 7200.0)) -> None:  # noqa: B008
        labels = [(OK, SERVICE), (ERRORS, SERVICE), (OK, {**SERVICE, "service_name": "t"})]
        super().__init__("cloudrun_requests_total", PaperApi(labels), path, margins, START)
        self.end = START - 3600
        self.minutes(60, 10)

    def minutes(self, number: int, *values: int) -> None:
        """Let so many minutes pass with these requests of the first series."""
        for _ in range(number):
            self.end += 60
            for series, value in enumerate(values):
                self.api.points.append(PaperPoint(series, self.end, value, self.end + DELAY))
        self.at(self.end)

    def told(self, family: Any, *labels: str) -> float:
        """Return one of the exporter's own values."""
        return self.telemetry.value(family, labels or KEY)


def shown(delivery: Any) -> dict[tuple[str, ...], Any]:
    """Return the samples of a delivery by labels, without zeros."""
    (part,) = delivery.parts
    return {sample.labels: sample.value for sample in part.samples if sample.value}
