"""From when on a period, and those that it is compared with, have data."""

from dataclasses import dataclass
from typing import Any, cast

import pytest

from exporter.prometheus.api import TimeSpan
from exporter.settings import Settings
from generators.service_report.observed import partly_observed
from generators.service_report.request import DAY, WEEK, ReportRequest

NOW = 1_800_000_000.0
REQUEST = ReportRequest(settings=Settings(), span=TimeSpan(NOW - DAY, NOW), now=NOW)
HOUR = 3600.0


@dataclass
class Since:
    """A signal that has a value each five minutes since a time; None for never."""

    began: float | None

    def step(self, _: TimeSpan) -> float:
        """Return how far apart values are."""
        return 300.0

    def first(self, span: TimeSpan, _: float) -> float | None:
        """Return the first value of a span."""
        if self.began is None or self.began > span.end:
            return None
        return max(self.began, span.start)


@pytest.mark.parametrize(
    ("began", "late"),
    [
        (NOW - 30 * HOUR, {float(DAY): NOW - 30 * HOUR}),
        (NOW - 3 * DAY, {}),
        (NOW - WEEK - 6 * HOUR, {float(WEEK): NOW - WEEK - 6 * HOUR}),
        (NOW - WEEK - DAY + 300, {}),
        (NOW - 2 * WEEK, {}),
    ],
)
def test_a_period_that_begins_before_the_data_is_named(
    began: float, late: dict[float, float]
) -> None:
    """With its first value; two steps without any are no gap, nor is no data at all."""
    sources = cast("Any", (Since(None), Since(began), Since(NOW - HOUR)))
    assert partly_observed(sources, REQUEST) == late
