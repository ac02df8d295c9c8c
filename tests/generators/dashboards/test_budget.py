"""What the panel says of the time until the error budget is spent."""

from pathlib import Path

import pytest

from generators.rules import slo
from tests.generators.dashboards.asked import MINUTES, agree, expression, series

SPENT_IN = 63
DAYS = 30 * 86400.0


@pytest.mark.parametrize(
    ("left", "hour", "six", "wanted"),
    [
        (0.5, 10.0, 2.0, {"{}": 0.5 * DAYS / 10}),
        (0.5, 1.5, 2.0, {"{}": 0.5 * DAYS / 2}),
        (0.5, 0.9, 1.0, {}),
        (-0.1, 0.2, 0.2, {"{}": 0.0}),
        (-0.1, 20.0, 5.0, {"{}": 0.0}),
    ],
)
def test_the_worse_of_two_windows_spends_it(
    tmp_path: Path, left: float, hour: float, six: float, wanted: dict[str, float]
) -> None:
    """At the faster pace; nothing where the budget lasts, 0 where nothing of it is left."""
    labels = {"gcp_project": "ion", "service_name": "ion"}
    values = {slo.REMAINING: left, slo.burn(3600): hour, slo.burn(6 * 3600): six}
    given = [series(name, labels, [value] * (MINUTES + 1)) for name, value in values.items()]
    assert agree(tmp_path, expression("reliability", SPENT_IN), given, {MINUTES: wanted}) == ""
