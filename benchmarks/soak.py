"""Ten minutes of a real Prometheus on `ionmon simulate`: no scrape may fail, no sample be refused.

Too long for every run: make bench ARGS=soak.
"""

import re
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from benchmarks.row import Row
from tests.servers import Prometheus, free_port, process, prometheus, wait_until

SCRAPES, EVERY = 120, 5
CONFIG = """
global: {{scrape_interval: {every}s, scrape_timeout: {every}s}}
scrape_configs:
  - job_name: ionmon
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""
REFUSED = re.compile(r"^(prometheus_target_scrapes_\w+_total) (\d+)", re.MULTILINE)


def rows() -> Iterator[Row]:
    """Yield the row of this file."""
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        command = [sys.executable, "-c", "from exporter.cli import main; main()", "simulate"]
        command += ["--scenario", "error_burst", "--web.listen-address", f"127.0.0.1:{port}"]
        config = CONFIG.format(port=port, every=EVERY)
        with process(command, folder / "log"):
            wait_until(lambda: _is_ready(f"http://127.0.0.1:{port}/-/ready"), "the exporter")
            with prometheus(folder, config) as server:
                worked, tried, refused = _scraped(server)
    what = f"scrapes by Prometheus over {SCRAPES * EVERY // 60} minutes that worked"
    yield Row(
        what=what,
        figure=f"{worked:.0f} of {tried:.0f}",
        baseline="",
        reach="all",
        met=worked == tried >= SCRAPES,
    )
    yield Row(
        what="of their samples, refused",
        figure=f"{refused}",
        baseline="",
        reach="0",
        met=refused == 0,
    )


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _scraped(server: Prometheus) -> tuple[float, float, int]:
    """Return, after so many scrapes, how many worked and were tried, and samples refused."""
    wait_until(
        lambda: _value(server, "count_over_time(up[1h])") >= SCRAPES,
        "so many scrapes",
        within=60.0 + 2.0 * SCRAPES * EVERY,
    )
    worked = _value(server, "sum_over_time(up[1h])")
    return worked, _value(server, "count_over_time(up[1h])"), _refused(server)


def _value(server: Prometheus, query: str) -> float:
    found = server.api("query", query=query)["result"]
    return float(found[0]["value"][1]) if found else 0.0


def _refused(server: Prometheus) -> int:
    """Return samples that were duplicates, out of order or out of bounds."""
    url = f"http://127.0.0.1:{server.port}/metrics"
    with urllib.request.urlopen(url, timeout=10) as answer:
        found = REFUSED.findall(answer.read().decode())
    assert found
    return sum(int(number) for _, number in found)
