"""What docs/architecture.md says of adding works: each recipe is followed on a copy."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
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


@dataclass(frozen=True)
class Source:
    """A copy of the source, which recipes edit and whose `ionmon` is run."""

    root: Path

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a text of a file, which has to be there once."""
        file = self.root / path
        text = file.read_text()
        assert text.count(old) == 1, (path, old)
        file.write_text(text.replace(old, new))

    def ionmon(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the copy: with -c, modules of the working directory come first."""
        program = "from exporter.cli import main; main()"
        return subprocess.run(
            [sys.executable, "-c", program, *arguments],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )

    def configs(self) -> subprocess.CompletedProcess[str]:
        """Write everything that is generated."""
        return self.ionmon("configs", "--config", "examples/reference.yaml")

    def refused(self, *names: str) -> None:
        """Hold that nothing is written, with one line that names what lacks, and no defect."""
        done = self.configs()
        assert done.returncode == 1, done.stderr
        assert done.stderr.startswith("ionmon: ")
        assert [name for name in names if name not in done.stderr] == []

    def whole(self) -> None:
        """Write all, and hold that the checks find nothing wrong."""
        done = self.configs()
        assert done.returncode == 0, done.stderr
        done = self.ionmon("check", "--offline", "--config", "examples/reference.yaml")
        assert done.returncode == 0, done.stdout + done.stderr

    def text(self, path: str) -> str:
        """Return a file."""
        return (self.root / path).read_text()

    def effective(self) -> Mapping[str, object]:
        """Return what is in force, by section."""
        found: Mapping[str, object] = json.loads(
            self.text("alertmanager/out/monitoring_config.json")
        )
        return found


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """Copy what is needed to generate: both packages, the examples, what is written already."""
    ignored = shutil.ignore_patterns("__pycache__", "*.png")
    for name in ("exporter", "generators", "examples", "alertmanager", "grafana", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    return Source(tmp_path)


def test_a_metric_is_one_edit(source: Source) -> None:
    """A row of the catalog is documented; the exporter, the simulator and the checks know it."""
    source.edit(f"{CATALOG}/cloud_run.py", "_PROBES = (\n", METRIC)
    source.whole()
    assert "`cloudrun_gpu_utilization_ratio`" in source.text("docs/metrics.md")


def test_a_product_is_one_file_and_its_row(source: Source) -> None:
    """A module of families, and its row in the list, are a chapter of the reference."""
    (source.root / CATALOG / "firestore.py").write_text(PRODUCT)
    list_ = f"{CATALOG}/__init__.py"
    source.edit(list_, "    load_balancer,\n", "    firestore,\n    load_balancer,\n")
    source.edit(
        list_,
        '    ("Memorystore", ',
        '    ("Firestore", firestore.FAMILIES),\n    ("Memorystore", ',
    )
    source.whole()
    assert "## Firestore\n" in source.text("docs/metrics.md")


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


def test_an_alert_on_a_threshold_is_four_edits(source: Source) -> None:
    """A row, its key, its runbook: rule, test and table follow; the fourth is a test's example."""
    source.edit("generators/alert_table.py", "THRESHOLDS = (\n", ALERT)
    source.refused("alert QueryTimeHigh has no key", "exporter/settings/alerting.py")
    key = '    QueryTimeHigh: DurationAlert = part(DurationAlert, "The mean time of queries.")\n\n'
    source.edit("exporter/settings/alerting.py", KEY, f"{key}{KEY}")
    source.refused("alert QueryTimeHigh has no runbook", f"{TEXTS}/QueryTimeHigh.md")
    runbook = source.text(f"{TEXTS}/CPUHigh.md").replace("# CPUHigh", "# QueryTimeHigh")
    (source.root / TEXTS / "QueryTimeHigh.md").write_text(runbook)
    source.whole()
    assert "alert: QueryTimeHigh" in source.text(f"{RULES}/alerts.yml")
    assert "just-over" in source.text("alertmanager/out/tests/QueryTimeHigh.yml")
    page = source.text("docs/runbooks/QueryTimeHigh.md")
    assert "the mean query time of a database instance in a region is above 100ms" in page
    assert "(runbooks/QueryTimeHigh.md)" in source.text("docs/alerts.md")
    alerts = source.effective()["alerts"]
    assert isinstance(alerts, dict)
    assert alerts["QueryTimeHigh"]["threshold"] == "above 100ms"
