"""An estimate is what the API then bills for the polls it speaks of."""

import time
from typing import Any

import grpc
import pytest

from exporter.catalog import CATALOG
from exporter.cloud_monitoring.client import CallLimits, MonitoringClient, SeriesQuery
from exporter.cloud_monitoring.cost import dollars
from exporter.cloud_monitoring.estimate import LOOKBACK, Estimate, FamilyCost, estimate
from exporter.cloud_monitoring.filters import metric_filter
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.target import FamilyTarget
from exporter.errors import IonmonError
from exporter.polling_targets import family_targets
from exporter.settings import Settings
from exporter.simulator.projects import Projects
from exporter.simulator.server import Simulator
from exporter.telemetry import Telemetry
from tests.exporter.running import INSTANCES, REQUESTS, UP, address, simulator, tree

MONTHLY = 43_200  # a call a minute, for 30 days
NAMES = (REQUESTS, INSTANCES, UP)


def wanted(found: Simulator, **google: Any) -> tuple[FamilyTarget, ...]:
    """Return three families of the simulated project as targets."""
    return family_targets(Settings.model_validate(tree(address(found), *NAMES, **google)))


def estimated(found: Simulator, budget: float | None = None, **google: Any) -> Estimate:
    """Estimate them; progress is told family by family."""
    steps: list[int] = []
    with grpc.insecure_channel(address(found)) as channel:
        client = MonitoringClient(channel, CallLimits(10.0), Telemetry(0.0))
        result = estimate(wanted(found, **google), client, budget, steps.append)
    assert steps == [1, 2, 3]
    return result


def polled(found: Simulator) -> dict[str, int]:
    """Return what the simulator bills for one poll of each family, by family."""
    bills: dict[str, int] = {}
    with grpc.insecure_channel(address(found)) as channel:
        client = MonitoringClient(channel, CallLimits(10.0), Telemetry(0.0))
        for target in wanted(found):
            before, end = found.billed, int(time.time() * SECOND)
            text = metric_filter(target.source, target.selection)
            list(
                client.pages(
                    SeriesQuery(
                        project=target.project, filter=text, start=end - LOOKBACK * SECOND, end=end
                    )
                )
            )
            bills[target.family.name] = found.billed - before
    return bills


def test_it_is_what_the_polls_are_billed() -> None:
    """Each row's series are those that one poll is billed for; sums are a month of them."""
    with simulator(*NAMES) as found:
        result, bills = estimated(found), polled(found)
    assert {row.family: row.series for row in result.rows} == bills
    assert result.billed == MONTHLY * sum(bills.values())
    assert result.calls == MONTHLY * 3
    assert result.total == dollars(result.billed)
    assert [r.billed for r in result.rows] == sorted((r.billed for r in result.rows), reverse=True)


def test_asking_costs_one_round_without_points() -> None:
    """The estimate makes one call a family, which returns names only."""
    with simulator(*NAMES) as found:
        result = estimated(found)
        assert found.calls == 3
        assert found.billed == sum(row.series for row in result.rows)


def test_what_is_not_polled_is_in_the_total_to_compare_with_only() -> None:
    """Families beside the polled ones change nothing but their number and the sum of everything."""
    with simulator(*NAMES) as found:
        alone = estimated(found)
        first, *rest = wanted(found)
        with grpc.insecure_channel(address(found)) as channel:
            client = MonitoringClient(channel, CallLimits(10.0), Telemetry(0.0))
            compared = estimate([first], client, None, lambda _: None, rest)
    assert [row.family for row in compared.rows] == [first.family.name]
    assert compared.billed == sum(r.billed for r in alone.rows if r.family == first.family.name)
    assert (compared.unread, compared.total_with_unread) == (2, dollars(alone.billed))


def test_an_interval_of_its_own_counts() -> None:
    """A family that is read more seldom makes fewer calls and costs less."""
    with simulator(*NAMES) as found:
        usual = {row.family: row for row in estimated(found).rows}
        own = {"*": {"enabled": False}, UP: {"enabled": True, "interval": "10m"}}
        families = own | {name: {"enabled": True} for name in (REQUESTS, INSTANCES)}
        rows = {row.family: row for row in estimated(found, families=families).rows}
    row = usual[UP]
    assert row.dollars == pytest.approx(row.billed * 0.5e-6)
    assert rows[UP] == FamilyCost(
        project="ion-demo",
        family=UP,
        series=row.series,
        interval=600.0,
        calls=MONTHLY // 10,
        billed=row.billed // 10,
        dollars=pytest.approx(row.dollars / 10),  # type: ignore[arg-type]
    )
    assert rows[REQUESTS] == usual[REQUESTS]


def test_a_family_without_series_is_no_fault_and_one_that_fails_is() -> None:
    """An empty call is billed as one series, ten minutes apart; an error is told in its row."""
    metric = "cloudsql.googleapis.com/database/up"
    with simulator(REQUESTS, UP, faults=f"fail={metric}:INTERNAL") as found:
        rows = {row.family: row for row in estimated(found).rows}
    assert (rows[INSTANCES].series, rows[INSTANCES].fault) == (0, None)
    assert rows[INSTANCES].billed == MONTHLY // 10
    assert rows[UP].series == 0
    assert "on purpose" in (rows[UP].fault or "")
    assert rows[REQUESTS].series > 0


def test_a_budget_names_what_would_be_stretched() -> None:
    """What no alert needs is stretched first; without a budget nothing is."""
    with simulator(*NAMES) as found:
        whole = estimated(found, poll_interval="10s")
        within = estimated(found, whole.total * 0.9, poll_interval="10s")
    assert (whole.budget, whole.stretched) == (None, ())
    assert within.budget == whole.total * 0.9
    assert {name for name, _ in within.stretched} <= {f"ion-demo/{n}" for n in (UP, INSTANCES)}
    assert [factor for _, factor in within.stretched if factor > 1]
    assert within.rows == whole.rows


def test_where_nobody_answers_it_stops_at_once() -> None:
    """One call is made, and its error points to the doctor."""
    faults = "".join(f"fail={CATALOG[n].source.metric}:PERMISSION_DENIED," for n in NAMES)  # type: ignore[union-attr]
    with (
        simulator(*NAMES, faults=faults.rstrip(",")) as found,
        pytest.raises(IonmonError, match="ionmon doctor --project ion-demo"),
    ):
        estimated(found)
    assert found.calls == 1


def test_a_scope_is_one_call_a_family() -> None:
    """A scope's row has the series of all its projects, without those of a listed one."""
    projects = Projects(members=("member-a", "member-b"), empty=("empty-c",))
    scope = {"projects": ["member-b"], "scope": "ion-demo"}
    with simulator(REQUESTS, projects=projects) as found:
        alone = estimated_rows(found)[0]
        rows = {row.project: row for row in estimated_rows(found, **scope)}
    assert rows["ion-demo"].series == 2 * alone.series
    assert rows["ion-demo"].scoped == ("ion-demo", "member-a")
    assert rows["ion-demo"].calls == MONTHLY
    assert rows["member-b"].series == alone.series
    assert rows["member-b"].scoped == ()


def estimated_rows(found: Simulator, **google: Any) -> tuple[FamilyCost, ...]:
    """Return the rows of an estimate of one family."""
    settings = Settings.model_validate(tree(address(found), REQUESTS, **google))
    with grpc.insecure_channel(address(found)) as channel:
        client = MonitoringClient(channel, CallLimits(10.0), Telemetry(0.0))
        return estimate(family_targets(settings), client, None, lambda _: None).rows
