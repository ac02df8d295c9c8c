"""What the panels on incidents say of alerts that overlap, by promtool."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.generators.dashboards.made import panel, reference

MINUTES = 60
FIRST, SECOND, LATER = range(5, 20), range(15, 30), range(40, 45)
ALERTS = (("SLABreach", "", FIRST), ("ErrorRateCritical", "eu", SECOND), ("SLABreach", "us", LATER))
INCIDENTS, LASTED, RESOLVED = 77, 78, 80


def series(alert: str, region: str, minutes: range, severity: str) -> dict[str, str]:
    """Return the input series of an alert that fires in some minutes."""
    labels = f'alertname="{alert}",region="{region}",alertstate="firing",severity="{severity}"'
    values = ["1" if minute in minutes else "stale" for minute in range(MINUTES + 1)]
    return {"series": f"ALERTS{{{labels}}}", "values": " ".join(values)}


@pytest.mark.parametrize(
    ("number", "severity", "wanted"),
    [
        (INCIDENTS, "critical", 2),
        (LASTED, "critical", 30 * 60),
        (RESOLVED, "critical", 15 * 60),
        (INCIDENTS, "low", 0),
    ],
)
def test_alerts_that_overlap_are_one_incident(
    tmp_path: Path, number: int, severity: str, wanted: float
) -> None:
    """Two alerts that overlap and one that comes later are two incidents; low ones are none."""
    (target,) = panel(reference()["reliability"], number)["targets"]
    asked = re.sub(r"\$[a-z]+", ".*", target["expr"].replace("$__range", f"{MINUTES}m"))
    samples = [{"labels": "{}", "value": wanted}]
    test = {
        "interval": "1m",
        "input_series": [series(*alert, severity) for alert in ALERTS],
        "promql_expr_test": [
            {"expr": asked, "eval_time": f"{MINUTES}m", "exp_samples": samples},
        ],
    }
    path = tmp_path / "incidents.yml"
    path.write_text(yaml.safe_dump({"evaluation_interval": "1m", "tests": [test]}))
    done = subprocess.run(
        ["promtool", "test", "rules", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
