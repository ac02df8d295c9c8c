"""What the service costs is what it uses at its prices, as a real Prometheus adds it up."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter import cli
from exporter.monitoring_config import CostConfig, MonitoringConfig
from exporter.prometheus.api import server
from exporter.settings import Settings
from exporter.summary.costs import service_costs, summed
from exporter.summary.read import Reader
from generators.service_costs import costs
from tests.docs.json_keys import unlike_page
from tests.exporter.running import INSTANCES, address, simulator, tree, written
from tests.servers import blocks, prometheus

DAY, STEP = 86_400, 300
PRICES = {
    "cloud_run_vcpu_second": 0.5,
    "cloud_run_million_requests": 2.0,
    "cloud_sql_vcpu_hour": 0.25,
    "cloud_sql_disk_gib_month": 0.5,
    "others": {"cdn": 20.0},
}
# Two regions of 100 requests a second each, for six hours; two databases of 4 cores and 10 GiB.
COUNTED, YOUNG = 100.0, 6 * 3600
_WHERE = 'gcp_project="p",region="{}"'


def body(prices: object) -> dict[str, object]:
    """Return the content of a file that has prices, and nothing else."""
    settings = Settings.model_validate({"google": {"projects": ["p"]}, "prices": prices})
    empty: dict[str, object] = {"alerts": [], "signals": {}, "rules": {}, "files": {}}
    fixed = {"schema_version": 3, "content_hash": "", "settings": {}}
    objective = {"availability": "99.9%", "window": "30d"}
    return {**empty, **fixed, "objective": objective, "costs": costs(settings)}


def config(prices: object) -> MonitoringConfig:
    """Return that file as it is read."""
    return MonitoringConfig.model_validate(body(prices))


def samples(end: int) -> Iterator[str]:
    """Yield OpenMetrics of a monitoring that is six hours old."""
    times = range(end - YOUNG, end + 1, STEP)
    for region in ("a", "b"):
        where = _WHERE.format(region)
        yield from (
            f"cloudrun_requests_total{{{where}}} {(at - times[0]) * COUNTED} {at}" for at in times
        )
    data = 'ionmon_data_seconds_total{gcp_project="p",family="cloudrun_requests_total"}'
    yield from (f"{data} {at - times[0]} {at}" for at in times)
    for name, value in (("cpu_reserved_cores", 4), ("disk_quota_bytes", 10 * 2**30)):
        for base in ("one", "two"):
            labels = f'{{gcp_project="p",database_id="{base}"}}'
            yield from (f"cloudsql_{name}{labels} {value} {at}" for at in times)
    yield "# EOF\n"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a Prometheus with these samples."""
    folder, end = tmp_path_factory.mktemp("costs"), int(time.time()) // STEP * STEP
    (folder / "samples.om").write_text("\n".join(samples(end)))
    blocks(folder / "samples.om", folder / "data")
    with prometheus(folder, "{}", "--storage.tsdb.retention.time=50y") as found:
        yield f"http://127.0.0.1:{found.port}"


def test_a_young_monitoring_projects_a_whole_month(url: str) -> None:
    """Six hours are enough: a rate divides by the time that was read, and gauges are means."""
    reader = Reader(server(url), server(url))
    found = service_costs(config(PRICES), reader, time.time())
    assert found is not None
    assert reader.faults == []
    amounts = {(line.product, line.noun): line.amount for line in found.lines}
    assert amounts == {
        ("Cloud Run", "CPU"): None,  # not read by default
        ("Cloud Run", "requests"): pytest.approx(2 * COUNTED * 30 * DAY / 1e6, rel=1e-3),
        ("Cloud SQL", "CPU"): pytest.approx(8 * 720),
        ("Cloud SQL", "disk"): pytest.approx(20),
        ("Other", "cdn"): 1.0,
    }
    assert found.unknown == ("cloudrun_cpu_allocation_seconds_total",)
    assert found.total == pytest.approx(1036.8 + 1440 + 10 + 20, rel=1e-3)


def test_products_add_up() -> None:
    """Lines of a product are summed, and shares are of what is known: 49, 32 and 19 percent."""
    run, sql, cache = (
        CostConfig(product=name, noun="all", unit="month", price=price, family=None, query=None)
        for name, price in (("Cloud Run", 14_400), ("Cloud SQL", 9_600), ("Cache", 5_520))
    )
    found = summed([(run, 0.5), (sql, 1.0), (cache, 1.0), (run, 0.5)])
    assert found.total == 29_520
    shares = [(one.product, round(one.share * 100)) for one in found.products]
    assert shares == [("Cloud Run", 49), ("Cloud SQL", 33), ("Cache", 19)]
    assert summed([(run, None)]).products == ()
    assert summed([(run, 0.0)]).products[0].share == 0.0


def test_without_prices_nothing_is_said(url: str) -> None:
    """No price is built in."""
    reader = Reader(server(url), server(url))
    assert service_costs(config({}), reader, time.time()) is None


def test_the_command_prints_them(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`ionmon estimate --prometheus` has the service's costs beside the bills."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "alertmanager" / "out"
    folder.mkdir(parents=True)
    (folder / "monitoring_config.json").write_text(json.dumps(body(PRICES)))
    with simulator(INSTANCES) as project:
        path = str(written(tmp_path / "m.yaml", tree(address(project), INSTANCES)))
        assert cli.run(["estimate", "--config", path, "--prometheus", url]) == 0
        printed = capsys.readouterr().out
        assert cli.run(["estimate", "--config", path, "--prometheus", url, "--json"]) == 0
        whole = json.loads(capsys.readouterr().out)
        assert unlike_page("estimate", whole) == []
        found = whole["service"]
        (folder / "monitoring_config.json").unlink()
        assert cli.run(["estimate", "--config", path, "--prometheus", url]) == 3
    assert f"The service itself costs {found['total']:,.2f} dollars a month" in printed
    assert "not in the sum: cloudrun_cpu_allocation_seconds_total." in printed
    assert "ionmon configs --config monitoring.yaml" in capsys.readouterr().err
