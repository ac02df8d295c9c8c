"""What signals are recorded as, where a part of their data stands still."""

from pathlib import Path

from tests.generators.rules.playing import played

PLACE = 'gcp_project="p",region="r",service_name="s"'
CLASS = f'{PLACE},response_code_class="2xx"'
BUCKETS = "cloudrun_request_duration_seconds_bucket"
P95 = "project_region_service:response_time_p95"
THROUGHPUT = "project_region_service:throughput:rate5m"
COVERED = 'ionmon_data_seconds_total{gcp_project="p",family="cloudrun_requests_total"}'


def test_a_histogram_that_stands_still_has_no_quantile(tmp_path: Path) -> None:
    """Requests that go on without a latency leave a gap: no NaN is recorded, nor kept for long."""
    series = {
        f"cloudrun_requests_total{{{CLASS}}}": "0+6000x60",
        f'{BUCKETS}{{{CLASS},le="0.1"}}': "0+6000x30 180000x30",
        f'{BUCKETS}{{{CLASS},le="+Inf"}}': "0+6000x30 180000x30",
    }
    checks = [
        (name, minute, {f"{name}{{{PLACE}}}": 0.095} if there else {})
        for name in (f"{P95}:quantile5m", f"{P95}:longterm_mean")
        for minute, there in ((25, True), (55, False))
    ]
    assert played(tmp_path, series, checks, files=("recording.yml", "longterm.yml")) == ""


def test_a_rate_over_no_time_has_no_value(tmp_path: Path) -> None:
    """While nothing newer is read, no time is covered: throughput is unknown, and no NaN."""
    series = {
        f"cloudrun_requests_total{{{CLASS}}}": "0+6000x30 180000x30",
        COVERED: "0+60x30 1800x30",
    }
    checks = [(THROUGHPUT, 25, {f"{THROUGHPUT}{{{PLACE}}}": 100.0}), (THROUGHPUT, 55, {})]
    assert played(tmp_path, series, checks, files=("recording.yml",)) == ""
