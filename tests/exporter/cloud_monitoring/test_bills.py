"""Three ways to watch the same are priced by the series or points that each is billed for."""

from dataclasses import replace

import pytest

from exporter.catalog import CATALOG
from exporter.catalog.model import CloudMonitoring
from exporter.cloud_monitoring.bills import (
    MINUTES,
    VIEWED,
    AlertPrices,
    Bill,
    QueryReads,
    Watching,
    bills,
)
from exporter.cloud_monitoring.estimate import Estimate, FamilyCost


def row(family: str, series: int) -> FamilyCost:
    """Return a family that is polled each minute."""
    return FamilyCost(
        project="p",
        family=family,
        series=series,
        interval=60.0,
        calls=43_200,
        billed=series * 43_200,
        dollars=0.0,
    )


ESTIMATE = Estimate(
    rows=(row("a", 100), row("b", 10)), billed=4_752_000, calls=86_400, total=1.876, budget=None
)
READS = QueryReads(
    rules_per_minute=3, rules={"a": 2.0, "b": 1.0, "gone": 1.0}, board={"a": 4.0}, source="a test"
)
ALONE = Watching(reads=READS, viewers=0)


def promql(watching: Watching) -> Bill:
    """Return the second bill."""
    return bills(ESTIMATE, watching)[1]


def test_the_exporter_is_billed_as_estimated() -> None:
    """Its bill is one number: rules, viewers and replicas do not change it."""
    for watching in (ALONE, replace(ALONE, viewers=50, rules=500)):
        own = bills(ESTIMATE, watching)[0]
        assert (own.billed_least, own.billed_most) == (4_752_000, 4_752_000)
        assert own.least == own.most == 1.876


def test_rules_are_billed_by_the_series_that_they_read() -> None:
    """From one series an evaluation to all that it reads; a metric without series counts one."""
    found = promql(ALONE)
    assert found.billed_least == 3 * MINUTES
    assert found.billed_most == (2 * 100 + 10 + 1) * MINUTES
    assert found.least == 0.0  # within the free million
    assert found.most == pytest.approx((211 * MINUTES - 1e6) * 0.5e-6)


def test_more_rules_cost_in_proportion() -> None:
    """The number of rules is a flag; the families of the counted ones are theirs."""
    found = promql(replace(ALONE, rules=6))
    assert (found.billed_least, found.billed_most) == (6 * MINUTES, 2 * 211 * MINUTES)
    assert promql(replace(ALONE, rules=0)).billed_most == 0


def test_each_viewer_costs() -> None:
    """A viewer's dashboard is refreshed every five minutes, for eight hours on 22 days."""
    without, with_two = promql(ALONE), promql(replace(ALONE, viewers=2))
    refreshes = 2 * VIEWED / 300
    assert with_two.billed_most - without.billed_most == refreshes * 4 * 100
    assert with_two.billed_least - without.billed_least == refreshes * 4


def test_policies_have_a_price_where_one_is_configured() -> None:
    """No price of Google's is built in; one of the two is enough."""
    nothing = bills(ESTIMATE, replace(ALONE, alerts=AlertPrices(conditions=9)))[2]
    assert (nothing.least, nothing.most, nothing.billed_least) == (None, None, 9 * MINUTES)
    priced = AlertPrices(conditions=9, condition_month=2.0)
    found = bills(ESTIMATE, replace(ALONE, alerts=priced))[2]
    assert (found.least, found.most) == (18.0, 18.0)
    by_points = replace(priced, million_points=1.0)
    found = bills(ESTIMATE, replace(ALONE, alerts=by_points))[2]
    assert found.least == pytest.approx(18 + 9 * MINUTES / 1e6)
    assert found.most == pytest.approx(18 + 9 * MINUTES * 211 / 4 / 1e6)


def test_without_a_file_each_signal_has_a_rule() -> None:
    """The least that anybody would write: signals that Cloud Monitoring alone can answer."""
    reads = QueryReads.of_signals()
    assert reads.rules_per_minute >= 10
    assert all(isinstance(CATALOG[name].source, CloudMonitoring) for name in reads.rules)
    assert promql(Watching(reads=reads)).billed_least > 0
