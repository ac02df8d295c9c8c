"""What signals are recorded as, where a part of their data stands still."""

import subprocess
from pathlib import Path

import yaml

from exporter.settings import Settings
from generators.rules.build import build, texts

PLACE = 'gcp_project="p",region="r",service_name="s",response_code_class="2xx"'
BUCKETS = "cloudrun_request_duration_seconds_bucket"
P95 = "project_region_service:response_time_p95"


def test_a_histogram_that_stands_still_has_no_quantile(tmp_path: Path) -> None:
    """Requests that go on without a latency leave a gap: no NaN is recorded, nor kept for long."""
    for name, text in texts(build(Settings())).items():
        (tmp_path / Path(name).name).write_text(text)
    series = {
        f"cloudrun_requests_total{{{PLACE}}}": "0+6000x60",
        f'{BUCKETS}{{{PLACE},le="0.1"}}': "0+6000x30 180000x30",
        f'{BUCKETS}{{{PLACE},le="+Inf"}}': "0+6000x30 180000x30",
    }
    labels = 'gcp_project="p",region="r",service_name="s"'
    names = (f"{P95}:quantile5m", f"{P95}:longterm_mean")
    found = [{"labels": f"{name}{{{labels}}}", "value": 0.095} for name in names]
    checks = [
        {"expr": name, "eval_time": minute, "exp_samples": samples}
        for name, sample in zip(names, found, strict=True)
        for minute, samples in (("25m", [sample]), ("55m", []))
    ]
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": checks,
    }
    body = {"rule_files": ["recording.yml", "longterm.yml"], "tests": [test]}
    path = tmp_path / "tests.yml"
    path.write_text(yaml.safe_dump({**body, "evaluation_interval": "1m"}))
    command = ["promtool", "test", "rules", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
