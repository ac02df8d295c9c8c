"""Names in google.metrics: what clashes is refused where it is written."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter.errors import SettingsError
from exporter.settings import load

GAUGE = {"kind": "GAUGE", "value": "INT64"}
COUNTER = {"kind": "CUMULATIVE", "value": "INT64"}
HISTOGRAM = {"kind": "DELTA", "value": "DISTRIBUTION"}


def loaded(home: Path, **metrics: dict[str, Any]) -> None:
    """Load settings that add metrics."""
    more = {"type": "custom.googleapis.com/x", "resource": "global", "help": "Something."}
    google = {
        "projects": ["ion-demo"],
        "metrics": {name: {**more, **metric} for name, metric in metrics.items()},
    }
    path = home / "monitoring.yaml"
    path.write_text(yaml.safe_dump({"google": google}, sort_keys=False))
    load(path)


@pytest.mark.parametrize(
    ("metrics", "name", "other"),
    [
        ({"jobs": GAUGE, "jobs_total": COUNTER}, "jobs_total", "jobs"),
        ({"jobs_total": COUNTER, "jobs": GAUGE}, "jobs", "jobs_total"),
        ({"jobs": HISTOGRAM, "jobs_total": COUNTER}, "jobs_total", "jobs"),
        ({"cloudrun_requests": GAUGE}, "cloudrun_requests", "cloudrun_requests_total"),
    ],
)
def test_a_name_that_clashes_is_refused(
    tmp_path: Path, metrics: dict[str, dict[str, str]], name: str, other: str
) -> None:
    """The later of two names that OpenMetrics makes one is refused, with the first one's name."""
    expected = rf"google.metrics.{name}: clashes with {other}: OpenMetrics .*; choose another"
    with pytest.raises(SettingsError, match=expected):
        loaded(tmp_path, **metrics)


def test_names_that_only_look_alike_are_accepted(tmp_path: Path) -> None:
    """A counter jobs_total and a histogram jobs_sizes have no name in common."""
    loaded(tmp_path, jobs_total=COUNTER, jobs_sizes=HISTOGRAM, jobstotal=GAUGE)


@pytest.mark.parametrize("label", ["alertname", "severity", "signal", "category"])
def test_a_label_that_alerts_set_is_refused_beside_an_alert(tmp_path: Path, label: str) -> None:
    """Prometheus refuses alerts of series that differ only there; without an alert it is free."""
    metric = {**GAUGE, "labels": {label: "metric.kind"}}
    loaded(tmp_path, jobs=metric)
    with pytest.raises(SettingsError, match=f"metrics.jobs.alert: every alert sets .* {label};"):
        loaded(tmp_path, jobs={**metric, "alert": {"above": 1}})


@pytest.mark.parametrize("shown", [{"panel": True}, {"alert": {"above": 1}}])
def test_the_name_of_a_signal_is_refused_where_one_is_made(
    tmp_path: Path, shown: dict[str, Any]
) -> None:
    """Rules, panels and runbooks are found by the signal's name."""
    loaded(tmp_path, availability=GAUGE)
    with pytest.raises(SettingsError, match="is a signal's name"):
        loaded(tmp_path, availability={**GAUGE, **shown})
