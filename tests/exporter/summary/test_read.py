"""The state that is read of a real Prometheus is that of the numbers in it."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.monitoring_config import MonitoringConfig, read_config
from exporter.prometheus.api import Prometheus, server
from exporter.summary.model import ServiceState, SignalState
from exporter.summary.read import Reader, budgets, service_state
from tests.exporter.summary import past as numbers
from tests.exporter.summary.serving import Past, serving
from tests.servers import free_port

pytestmark = pytest.mark.slow

CONFIG = read_config(Path(__file__).parents[3] / "alertmanager" / "out" / "monitoring_config.json")


def client(address: str) -> Prometheus:
    """Return a client of a server."""
    return server(f"http://{address}")


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """A Prometheus with weeks of a service."""
    with serving(tmp_path_factory.mktemp("past")) as running:
        yield running


@pytest.fixture(scope="module")
def found(past: Past) -> ServiceState:
    """The state of the last day."""
    return service_state(CONFIG, Reader(client(past.address), client(past.address)), past.end)


def of_kind(found: ServiceState, kind: str) -> SignalState:
    """Return the signal of a kind."""
    (signal,) = (one for one in found.signals if one.kind == kind)
    return signal


def test_each_of_the_eight_kinds_is_there_once(found: ServiceState) -> None:
    """The signal that alerts have a limit for stands for its kind."""
    assert found.faults == ()
    assert {one.kind: one.name for one in found.signals} == {
        "availability": "availability",
        "error_rate": "error_rate",
        "response_time": "response_time_p95",
        "throughput": "throughput",
        "cache_hit_rate": "cache_hit_rate_l2",
        "db_lag": "replication_lag",
        "cpu": "cpu_utilization",
        "memory": "memory_utilization",
    }
    for one in found.signals:
        assert None not in (one.now, one.before, one.week_ago, one.worst), one.name
        assert sum(map(math.isfinite, one.line)) >= 287, one.name


def test_a_ratio_of_a_day_is_that_of_its_events(found: ServiceState, past: Past) -> None:
    """The error rate is failed by all requests: not the mean of the ratios of five minutes."""
    failed = whole = 0.0
    for at in range(int(past.end) - numbers.DAY + 300, int(past.end) + 1, 300):
        shape = numbers._shape(at)
        for region, traffic in zip(numbers.REGIONS, numbers.TRAFFIC, strict=True):
            bad = region == "europe-west1" and numbers.is_trouble(at, int(past.end))
            whole += traffic * shape
            failed += traffic * shape * (numbers.FAILING if bad else numbers.ERRORS)
    rate = of_kind(found, "error_rate")
    assert rate.now == pytest.approx(failed / whole, rel=1e-3)
    assert rate.before == pytest.approx(numbers.ERRORS, rel=1e-3)
    assert rate.week_ago == pytest.approx(numbers.ERRORS, rel=1e-3)
    assert rate.worst is not None
    assert rate.worst > 5 * numbers.ERRORS
    (worst, *_) = rate.places
    assert dict(worst.labels)["region"] == "europe-west1"
    assert [limit.text for limit in rate.limits] == ["above 1%", "above 0.5%"]


def test_rates_means_quantiles_and_levels(found: ServiceState) -> None:
    """Throughput, hit rate, the 95th percentile and the lag are as the numbers make them."""
    throughput = of_kind(found, "throughput").now
    assert throughput is not None
    assert throughput == pytest.approx(0.65 * sum(numbers.TRAFFIC), rel=0.01)
    assert of_kind(found, "cache_hit_rate").now == pytest.approx(0.823, rel=1e-3)
    p95 = of_kind(found, "response_time").now
    assert p95 == pytest.approx(0.05 + 0.05 * (0.95 - 0.94) / 0.045, rel=1e-3)
    lag = of_kind(found, "db_lag")
    assert lag.before == pytest.approx(numbers.LAG * 1.45, rel=0.01)
    assert lag.worst == numbers.BEHIND
    assert dict(lag.places[0].labels)["region"] == "asia-southeast1"


def test_the_pace_of_a_budget_is_not_known_before_its_window(past: Past) -> None:
    """Two hours after the first data, six hours hold mostly nothing: their average is too low."""
    reader = Reader(client(past.address), client(past.address))
    first = past.end - 10 * numbers.DAY
    for hours, young in ((2, True), (7, False)):
        (budget,) = budgets(CONFIG, reader, first + hours * 3600)
        assert (budget.remaining, budget.spent_in, budget.young) == (0.24, None, young)


def test_budgets_and_the_monitoring_itself(found: ServiceState) -> None:
    """Ten minutes without the exporter are 99.31 % of a day; four minutes could not be read."""
    (budget,) = found.budgets
    assert (budget.share, budget.remaining, budget.spent_in) == (0.99962, 0.24, None)
    assert dict(budget.labels) == {"gcp_project": numbers.PROJECT, "service_name": "ion"}
    assert not budget.young
    by_name = {one.name: one for one in found.monitoring}
    assert by_name["uptime"].value == pytest.approx(1 - 10 / 1440, abs=2e-3)
    assert by_name["uptime"].missed
    assert by_name["integrity"].value == pytest.approx(1 - 240 / 86_640, abs=2e-4)
    assert by_name["latency"].value == pytest.approx(0.42)
    assert not by_name["latency"].missed
    assert by_name["cost"].value == pytest.approx(3.11)
    (gap,) = found.gaps
    assert (gap.project, gap.family) == (numbers.PROJECT, "cloudrun_requests_total")
    assert gap.seconds == pytest.approx(240, rel=0.05)


def test_minutes_without_the_exporter_count_at_any_second(past: Past) -> None:
    """Ten of a day's minutes are missing, also at a whole minute, when one step more is summed."""
    query = CONFIG.monitoring["uptime"].day
    for at in (past.end, past.end - 30):
        (share,) = client(past.address).instant(query, at)
        assert share.values == pytest.approx((1 - 10 / 1440,), abs=1e-5)


def test_a_week_is_compared_with_the_week_before(past: Past, found: ServiceState) -> None:
    """Its queries are those of a week, its line has as many points, its worst is a day's."""
    day = of_kind(found, "error_rate")
    reader = Reader(client(past.address), client(past.address))
    found = service_state(CONFIG, reader, past.end, weekly=True)
    assert found.span.seconds == 7 * numbers.DAY
    rate = of_kind(found, "error_rate")
    assert rate.now is not None
    assert rate.before == pytest.approx(numbers.ERRORS, rel=1e-3)
    assert len(rate.line) == 289
    assert rate.worst == pytest.approx(day.worst, rel=1e-6), "its line passes over most minutes"


def test_the_worst_is_never_better_than_the_mean(past: Past) -> None:
    """A value of the whole day counts, too, where no five minutes of it are known."""
    rate = CONFIG.signals["error_rate"].model_copy(update={"overall": "vector(0.0001)"})
    config = CONFIG.model_copy(update={"signals": {**CONFIG.signals, "error_rate": rate}})
    reader = Reader(client(past.address), client(past.address))
    signal = of_kind(service_state(config, reader, past.end), "error_rate")
    assert signal.now is not None
    assert signal.now > numbers.ERRORS
    assert signal.worst == signal.now


def test_a_server_that_is_down_costs_what_it_has(past: Past) -> None:
    """The long term is there without the other server, which is named once."""
    gone = client(f"127.0.0.1:{free_port()}")
    found = service_state(CONFIG, Reader(gone, client(past.address)), past.end)
    assert of_kind(found, "error_rate").now is not None
    assert {one.value for one in found.monitoring} == {None}
    (fault,) = found.faults
    assert gone.url in fault


def test_a_query_that_fails_costs_itself(past: Past) -> None:
    """A broken query is named by what it asks; all others are answered."""
    broken = CONFIG.signals["throughput"].model_copy(update={"day": None, "query": "sum("})
    day = CONFIG.signals["throughput"].day
    assert day is not None
    broken = broken.model_copy(update={"day": day.model_copy(update={"overall": "sum("})})
    signals = {**CONFIG.signals, "throughput": broken}
    config: MonitoringConfig = CONFIG.model_copy(update={"signals": signals})
    found = service_state(config, Reader(client(past.address), client(past.address)), past.end)
    assert of_kind(found, "throughput").now is None
    assert of_kind(found, "error_rate").now is not None
    (fault,) = found.faults
    assert fault.startswith("throughput: ")


def test_nothing_is_known_of_an_empty_server(past: Past) -> None:
    """A year ago there was nothing: no value, no chart, no budget, and no zero."""
    reader = Reader(client(past.address), client(past.address))
    found = service_state(CONFIG, reader, past.end - 365 * numbers.DAY)
    assert {one.now for one in found.signals} == {None}
    assert found.budgets == ()
    assert {one.value for one in found.monitoring} == {None}
