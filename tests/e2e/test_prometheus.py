"""What `make run` serves, scraped by a real Prometheus, checked by its own tools."""

import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from exporter.catalog.signals import SIGNALS
from generators.promql import View, render_signal
from tests.servers import Prometheus, free_port, process, prometheus, wait_until

IONMON = str(Path(sys.executable).with_name("ionmon"))
CONFIG = """
global: {{scrape_interval: 2s, scrape_timeout: 2s}}
scrape_configs:
  - job_name: ionmon
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""
SCRAPES = 15
REFUSED = re.compile(
    r"^prometheus_target_scrapes_(?:sample_\w+|exceeded_\w+|cache_flush_forced)_total (\d+)",
    re.MULTILINE,
)

FALLING_NEVER = re.compile(r"cloudrun_\w+_(?:total|bucket|count)")


def read(port: int, path: str, **headers: str) -> str:
    """Return the body of an answer."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    with urllib.request.urlopen(asked, timeout=10) as answer:
        body: str = answer.read().decode()
        return body


def is_ready(port: int) -> bool:
    """Say whether the exporter calls itself ready."""
    try:
        return read(port, "/-/ready") == "ready\n"
    except OSError:
        return False


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Run `ionmon simulate`, with an incident and faults, until it is ready; give its port."""
    folder, port = tmp_path_factory.mktemp("run"), free_port()
    faults = "late=0.2:90s,split,unavailable=0.02,malformed,repeated=0.1"
    command = [IONMON, "simulate", "--scenario", "region_outage", "--faults", faults]
    with process([*command, "--web.listen-address", f"127.0.0.1:{port}"], folder / "log") as one:
        wait_until(lambda: is_ready(port) or one.poll() is not None, "a page that is complete")
        assert one.poll() is None, (folder / "log").read_text()
        yield port


@pytest.fixture(scope="module")
def server(page: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Run Prometheus until it has scraped so many times."""
    folder = tmp_path_factory.mktemp("prometheus")
    with prometheus(folder, CONFIG.format(port=page)) as found:

        def scrapes() -> float:
            return _value(found, "count_over_time(up[1h])")

        wait_until(lambda: scrapes() >= SCRAPES, "so many scrapes", within=6.0 * SCRAPES)
        yield found


def _value(server: Prometheus, query: str) -> float:
    found = server.api("query", query=query)["result"]
    return float(found[0]["value"][1]) if found else 0.0


def test_the_page_has_no_complaint_of_promtool(page: int) -> None:
    """`promtool check metrics` finds nothing to say of names, types and help."""
    text = read(page, "/metrics")
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_openmetrics_page_is_parsed(page: int) -> None:
    """prometheus_client's own parser, which is strict, reads the OpenMetrics page."""
    text = read(page, "/metrics", Accept="application/openmetrics-text; version=1.0.0")
    names = {family.name for family in text_string_to_metric_families(text)}
    assert {"cloudrun_requests", "cloudrun_request_duration_seconds", "redis_up"} <= names


def test_no_scrape_fails(server: Prometheus) -> None:
    """Every scrape worked, and none brought a duplicate or a sample out of order."""
    assert _value(server, "min_over_time(up[1h])") == 1
    refused = REFUSED.findall(read(server.port, "/metrics"))
    assert refused
    assert set(refused) == {"0"}


def test_no_counter_falls(server: Prometheus) -> None:
    """No counter or bucket of Cloud Run goes backwards while the exporter runs."""
    names = [n for n in server.api("label/__name__/values") if FALLING_NEVER.fullmatch(n)]
    assert len(names) > 20
    fallen = {name: _value(server, f"sum(resets({name}[1h]))") for name in names}
    assert fallen == dict.fromkeys(names, 0.0)


def test_data_is_as_young_as_google_allows(server: Prometheus) -> None:
    """No family that has points is older than its delay, two periods and the lateness."""
    query = 'max(ionmon_data_age_seconds{family=~"cloudrun_request.*"})'
    assert 0 < _value(server, query) < 120 + 2 * 60 + 90


@pytest.mark.deep
def test_every_signal_has_data(server: Prometheus) -> None:
    """All 25 signals have a value within a few minutes of the start."""

    def missing() -> list[str]:
        queries = {signal.name: render_signal(signal, View(window="5m")) for signal in SIGNALS}
        return [name for name, query in queries.items() if not server.query(query, time.time())]

    with suppress(AssertionError):  # the list says more than that it took too long
        wait_until(lambda: not missing(), "data for every signal", within=300.0)
    assert missing() == []
