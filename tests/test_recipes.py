"""What docs/architecture.md says of adding to the catalog and to the alerts works on a copy."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.recipes import FULL, FULL_TEST, Source, copied

pytestmark = pytest.mark.slow
CATALOG = "exporter/catalog"
RULES = "alertmanager/out/rules"
PRODUCT = '''"""Firestore: what a database serves."""

from exporter.catalog import labels
from exporter.catalog.build import INT, D, Reads, Resource

_DATABASE = Resource(
    prefix="firestore.googleapis.com/",
    type="firestore.googleapis.com/Database",
    labels=((labels.PROJECT, "project_id"), (labels.REGION, "location")),
    summed=("database_id",),
)
FAMILIES = (
    _DATABASE.metric(
        "firestore_reads_total", "document/read_count", Reads(kind=D, value=INT), "Documents read."
    ),
)
'''
METRIC = """_PROBES = (
    _REVISION.metric(
        "cloudrun_gpu_utilization_ratio",
        "container/gpu/utilizations",
        Reads(kind=G, value=DIST, unit=Unit.RATIO),
        "GPU in use, mean of the instances.",
    ),
"""
SIGNAL = """INFRASTRUCTURE = (
    Signal(
        name="cpu_peak",
        noun="99th percentile of the CPU utilization",
        kind=None,
        unit=Unit.RATIO,
        direction=Direction.UP,
        help="CPU utilization that 99 of 100 values stay below.",
        expression=Quantile(0.99, cloud_run.CPU_UTILIZATION),
        by=_BY_SERVICE,
    ),
"""
ALERT = """THRESHOLDS = (
    ThresholdAlert(
        name="QueryTimeHigh",
        signal=_SIGNALS["query_time"],
        threshold=0.1,
        for_=5 * _MINUTE,
        severity="medium",
        why="ten times the usual query time",
        summary="Database queries are too slow.",
        check="Check the slowest queries.",
    ),
"""
KEY = """    others: Named[str, OtherAlert] = key("""
TEXTS = "generators/runbooks/texts"
FIELD = """    InfoField("mem_aof_buffer_bytes", "mem_aof_buffer", "Memory of the log's buffer."),
"""
READ_FIELD = """import sys
from exporter.catalog import CATALOG
from exporter.redis.info import parse, samples
info = parse("# Memory\\r\\nmem_aof_buffer:1536\\r\\n")
print(*(s.value for s in samples(CATALOG[sys.argv[1]], ("cache", "host:6379"), info, None)))
"""
HEALTH_ROW = """    HealthAlert(
        alert="TooManySeries",
        severity="low",
        expr="sum by (job) (ionmon_series) > 100000",
        for_=10 * MINUTE,
        by=("job",),
        text=health_text(
            "The exporter {has} too many series.",
            "{{ $labels.job }} exposes {{ $value | humanize }} series.",
            "Check which label has so many values.",
        ),
    ),
"""
FAULT = """    "TooManySeries": _gauge("ionmon_series", 100001, 99999, ("job", EXPORTER_JOB)),
"""


@pytest.fixture
def source() -> Iterator[Source]:
    """Return a copy of the source."""
    with copied() as found:
        yield found


def test_a_metric_is_one_edit(source: Source) -> None:
    """A row of the catalog is documented; the exporter, the simulator and the checks know it."""
    source.edit(f"{CATALOG}/cloud_run.py", "_PROBES = (\n", METRIC)
    source.whole()
    assert "`cloudrun_gpu_utilization_ratio`" in source.text("docs/metrics.md")


@pytest.mark.deep
def test_a_product_is_one_file_and_its_row(source: Source) -> None:
    """A module of families, and its row in the list, are a chapter of the reference."""
    source.add(f"{CATALOG}/firestore.py", PRODUCT)
    list_ = f"{CATALOG}/__init__.py"
    source.edit(list_, "    load_balancer,\n", "    firestore,\n    load_balancer,\n")
    source.edit(
        list_,
        '    ("Memorystore", ',
        '    ("Firestore", firestore.FAMILIES),\n    ("Memorystore", ',
    )
    source.whole()
    assert "## Firestore\n" in source.text("docs/metrics.md")


@pytest.mark.deep
def test_a_signal_is_two_edits(source: Source) -> None:
    """A row of the catalog and its panel: it is recorded, kept, documented; no panel is refused."""
    rows = f"{CATALOG}/service_signals.py"
    source.edit(rows, "INFRASTRUCTURE = (\n", SIGNAL)
    source.refused("signal cpu_peak", "SIGNAL_PANELS", "generators/boards.py")
    panel = "PanelAddress(Board.INFRASTRUCTURE, 118)"
    line = f'    "instances": {panel},\n'
    source.edit("generators/boards.py", line, f'{line}    "cpu_peak": {panel},\n')
    source.whole()
    assert "project_region_service:cpu_peak:quantile5m" in source.text(f"{RULES}/recording.yml")
    assert ":cpu_peak:longterm_mean" in source.text(f"{RULES}/longterm.yml")
    assert ". cpu_peak\n" in source.text("docs/signals.md")
    signals = source.effective()["signals"]
    assert isinstance(signals, dict)
    assert signals["cpu_peak"]["panel"]["dashboard"] == "ion-infrastructure"
    assert signals["cpu_peak"]["panel"]["number"] == 118


@pytest.mark.deep
def test_an_alert_on_a_threshold_is_four_edits(source: Source) -> None:
    """A row, its key, its runbook: rule, test and table follow; the fourth is the full example."""
    source.edit("generators/alert_table.py", "THRESHOLDS = (\n", ALERT)
    source.refused("alert QueryTimeHigh has no key", "exporter/settings/alerting.py")
    key = '    QueryTimeHigh: DurationAlert = part(DurationAlert, "The mean time of queries.")\n\n'
    source.edit("exporter/settings/alerting.py", KEY, f"{key}{KEY}")
    source.refused("alert QueryTimeHigh has no runbook", f"{TEXTS}/QueryTimeHigh.md")
    runbook = source.text(f"{TEXTS}/CPUHigh.md").replace("# CPUHigh", "# QueryTimeHigh")
    source.add(f"{TEXTS}/QueryTimeHigh.md", runbook)
    source.whole()
    assert "alert: QueryTimeHigh" in source.text(f"{RULES}/alerts.yml")
    assert "just-over" in source.text("alertmanager/out/tests/QueryTimeHigh.yml")
    page = source.text("docs/runbooks/QueryTimeHigh.md")
    assert "the mean query time of a database instance in a region is above 100ms" in page
    assert "(runbooks/QueryTimeHigh.md)" in source.text("docs/alerts.md")
    alerts = source.effective()["alerts"]
    assert isinstance(alerts, list)
    added = [alert for alert in alerts if alert["name"] == "QueryTimeHigh"]
    assert [alert["threshold"] for alert in added] == ["above 100ms"]
    done = source.tested(FULL_TEST)
    assert done.returncode == 1
    assert "('alerts', 'QueryTimeHigh')" in done.stdout
    source.append(FULL, "\nalerts:\n", "  QueryTimeHigh: {threshold: 200ms, enabled: false}\n")
    done = source.tested(FULL_TEST)
    assert done.returncode == 0, done.stdout


@pytest.mark.deep
def test_a_redis_field_is_one_edit(source: Source) -> None:
    """A row is read from what INFO replies, documented, and known to the checks."""
    source.append(f"{CATALOG}/redis_fields.py", "MEMORY = (\n", FIELD)
    source.whole()
    name = "redis_mem_aof_buffer_bytes"
    assert f"| `{name}` | gauge | bytes |" in source.text("docs/metrics.md")
    done = source.python("-c", READ_FIELD, name)
    assert (done.stdout, done.stderr) == ("1536.0\n", "")


@pytest.mark.deep
def test_an_alert_on_the_monitoring_itself_is_three_edits(source: Source) -> None:
    """A row, what makes it fire, its runbook: where one is missing, its file is named."""
    source.append("generators/rules/health_rows.py", "ROWS = (\n", HEALTH_ROW)
    source.refused("alert TooManySeries has no", "FAULTS", "generators/rule_tests/health.py")
    faults = "FAULTS: Mapping[str, Fault] = {\n"
    source.append("generators/rule_tests/health.py", faults, FAULT)
    source.refused("alert TooManySeries has no runbook", f"{TEXTS}/TooManySeries.md")
    runbook = source.text(f"{TEXTS}/SeriesDropped.md").replace("# SeriesDropped", "# TooManySeries")
    source.add(f"{TEXTS}/TooManySeries.md", runbook)
    source.whole()
    assert "alert: TooManySeries" in source.text(f"{RULES}/health.yml")
    done = subprocess.run(
        ["promtool", "test", "rules", "alertmanager/out/tests/TooManySeries.yml"],
        cwd=source.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "(runbooks/TooManySeries.md)" in source.text("docs/alerts.md")
