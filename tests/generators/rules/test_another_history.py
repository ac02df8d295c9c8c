"""What rules make of counters whose scrape address is answered by another exporter."""

from itertools import product
from pathlib import Path

import pytest

from tests.generators.rules.playing import played

FILES = ("recording.yml", "alerts.yml", "slo.yml", "health.yml", "longterm.yml")
TARGET = 'job="ionmon",instance="exporter:9841",gcp_project="p"'
PLACE = f'{TARGET},region="r",service_name="s"'
STARTS = f'ionmon_counting_start_timestamp_seconds{{{TARGET},family="cloudrun_requests_total"}}'
MINUTES = 150


def values(*phases: tuple[int, float, float]) -> str:
    """Return values of phases: minutes, first value, step."""
    return " ".join(f"{first}+{step}x{minutes - 1}" for minutes, first, step in phases)


def alerts(folder: Path, series: dict[str, str], expected: dict[int, list[str]]) -> None:
    """Check which alerts on data are there, pending or firing, minute by minute."""
    checks = [
        (
            f"count by (alertname) (ALERTS{{{matcher}}})",
            minute,
            {f'{{alertname="{name}"}}': 1.0 for name in names},
        )
        for minute, matcher, names in (
            *((minute, 'category!="health"', []) for minute in range(MINUTES)),
            *(
                (minute, 'alertname="CountingRestarted"', names)
                for minute, names in expected.items()
            ),
        )
    ]
    assert played(folder, series, checks, files=FILES) == ""


@pytest.mark.deep
@pytest.mark.parametrize(("first", "second"), [(9, 3), (3, 9)])
def test_another_history_pages_nobody(tmp_path: Path, first: int, second: int) -> None:
    """The address moves to an exporter with other totals and back; in truth, nothing fails.

    Both histories have an old incident in them: of what the totals differ by, a tenth are errors.
    """
    series = {
        f'{PLACE},response_code_class="{code}"': values(
            (50, first * 100_000 * share, rate), (50, second * 100_000 * share, rate), (50, 0, 0)
        )
        for code, share, rate in (("2xx", 0.9, 1000), ("5xx", 0.1, 0))
    }
    back = {"2xx": (0.9, 1000), "5xx": (0.1, 0)}
    for code, (share, rate) in back.items():
        series[f'{PLACE},response_code_class="{code}"'] = values(
            (50, first * 100_000 * share, rate),
            (50, second * 100_000 * share, rate),
            (50, first * 100_000 * share + 100 * rate, rate),
        )
    found = {f"cloudrun_requests_total{{{labels}}}": text for labels, text in series.items()}
    found[STARTS] = values((50, first, 0), (50, second, 0), (50, first, 0))
    found['up{job="ionmon",instance="exporter:9841"}'] = f"1x{MINUTES}"
    alerts(tmp_path, found, {40: [], 60: ["CountingRestarted"], 99: []})


@pytest.mark.deep
def test_a_restart_goes_on_counting(tmp_path: Path) -> None:
    """An exporter that restarts with its state has the same start: what fails meanwhile counts."""
    found = {
        f'cloudrun_requests_total{{{PLACE},response_code_class="{code}"}}': (
            f"0+{rate}x30 _x3 {rate * 34}+{rate}x100"
        )
        for code, rate in product(("2xx",), (1000,))
    }
    found[STARTS] = "7x30 _x3 7x100"
    found['up{job="ionmon",instance="exporter:9841"}'] = "1x30 0x3 1x120"
    alerts(tmp_path, found, {45: [], 60: []})
