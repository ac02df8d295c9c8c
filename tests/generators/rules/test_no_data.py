"""An alert that is kept while its data is away says since when there is none."""

import subprocess
from pathlib import Path

import pytest
import yaml

from exporter.settings import Settings
from generators.rule_tests.rendering import rendered
from generators.rules.build import build, texts
from generators.rules.model import alerts

pytestmark = pytest.mark.slow

LABELS = {"gcp_project": "shop", "region": "us-central1", "database_id": "shop:main"}
RULES = build(Settings())
LAG = next(rule for rule in alerts(RULES.all) if rule.alert == "DatabaseLag")


def _fired(minute: int, no_data: str) -> dict[str, object]:
    notes = {name: rendered(text, LABELS, 2) for name, text in LAG.annotations}
    alert = {
        "exp_labels": {**LABELS, **dict(LAG.labels)},
        "exp_annotations": {**notes, "no_data": no_data},
    }
    return {"eval_time": f"{minute}m", "alertname": LAG.alert, "exp_alerts": [alert]}


@pytest.mark.parametrize(
    ("gone", "expected"),
    [
        # No exporter answers: its last scrape was in minute 20.
        ({"lag": "2x20 _x40 2x20", "age": "60x20 _x40 60x20", "up": "1x20 0x40 1x20"}, "00:20"),
        # The exporter answers, and what it has grows old.
        ({"lag": "2x20 _x40 2x20", "age": "60x20 120+60x39 60x20", "up": "1x81"}, "00:19"),
    ],
    ids=["exporter down", "data stale"],
)
def test_a_kept_alert_says_since_when_there_is_no_data(
    tmp_path: Path, gone: dict[str, str], expected: str
) -> None:
    """While data is away the alert fires on and says so; with data it says nothing of it."""
    for name, text in texts(RULES).items():
        (tmp_path / Path(name).name).write_text(text)
    pairs = ",".join(f'{name}="{value}"' for name, value in LABELS.items())
    series = {
        f"cloudsql_replica_lag_seconds{{{pairs}}}": gone["lag"],
        'ionmon_data_age_seconds{gcp_project="shop",family="cloudsql_replica_lag_seconds"}': gone[
            "age"
        ],
        'up{job="ionmon",instance="exporter:9841"}': gone["up"],
    }
    checks = (_fired(15, ""), _fired(45, f"no data since {expected} UTC"), _fired(70, ""))
    case = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": list(checks),
    }
    groups = ["ion_recording", "ion_alerts"]
    body = {"rule_files": ["recording.yml", "alerts.yml"], "evaluation_interval": "1m"}
    body |= {"group_eval_order": groups, "tests": [case]}
    (tmp_path / "tests.yml").write_text(yaml.safe_dump(body))
    done = subprocess.run(
        ["promtool", "test", "rules", str(tmp_path / "tests.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
