"""What the panel shows of the time until the error budget is spent."""

from pathlib import Path

import pytest

from generators.rules.budgets import AVAILABILITY
from tests.generators.dashboards.evaluated import MINUTES, agree, expression, series

SPENT_IN = 63
DAYS = 30 * 86400.0
LEFT = AVAILABILITY.remaining
BURN_1H, BURN_6H = AVAILABILITY.burn(3600), AVAILABILITY.burn(6 * 3600)


@pytest.mark.parametrize(
    ("left", "hour", "six", "expected"),
    [
        (0.5, 10.0, 2.0, {"{}": 0.5 * DAYS / 10}),
        (0.5, 1.5, 2.0, {"{}": 0.5 * DAYS / 2}),
        (0.5, 0.9, 1.0, {"{}": -1.0}),
        (-0.1, 0.2, 0.2, {"{}": 0.0}),
        (-0.1, 20.0, 5.0, {"{}": 0.0}),
    ],
)
def test_the_worse_of_two_windows_spends_it(
    tmp_path: Path, left: float, hour: float, six: float, expected: dict[str, float]
) -> None:
    """At the faster pace; -1 where the budget lasts, 0 where nothing of it is left."""
    labels = {"gcp_project": "ion", "service_name": "ion"}
    values = {LEFT: left, BURN_1H: hour, BURN_6H: six}
    recorded = [series(name, labels, [value] * (MINUTES + 1)) for name, value in values.items()]
    assert agree(tmp_path, expression("reliability", SPENT_IN), recorded, {MINUTES: expected}) == ""


def test_the_service_that_has_least_is_said(tmp_path: Path) -> None:
    """Each service's own pace spends its own budget; one that is spent is first."""
    recorded = []
    for service, left, pace in (("a", 0.5, 1.5), ("b", 0.9, 20.0)):
        labels = {"gcp_project": "ion", "service_name": service}
        values = {LEFT: left, BURN_1H: pace, BURN_6H: 1.2}
        recorded += [series(name, labels, [v] * (MINUTES + 1)) for name, v in values.items()]
    query = expression("reliability", SPENT_IN)
    assert agree(tmp_path, query, recorded, {MINUTES: {"{}": 0.9 * DAYS / 20}}) == ""
    spent = {"gcp_project": "ion", "service_name": "c"}
    recorded.append(series(LEFT, spent, [-0.2] * (MINUTES + 1)))
    assert agree(tmp_path, query, recorded, {MINUTES: {"{}": 0.0}}) == ""
