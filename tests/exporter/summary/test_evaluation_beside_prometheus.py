"""The exporter's values of signals beside those of a real Prometheus over the same samples."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.catalog.expression import Signal
from exporter.catalog.signals import SIGNALS
from exporter.catalog.walk import split
from exporter.summary.evaluation import values
from exporter.summary.totals import RisingTotals, TotalsReading
from exporter.summary.watched import watched_families
from generators.promql import View, render_signal
from generators.rules.names import spanned
from generators.rules.recording import HELD
from tests.exporter.summary.exposed import BEGAN, EU, SCRAPE, Exposed, exposed, openmetrics
from tests.servers import Prometheus, blocks, prometheus

pytestmark = pytest.mark.slow

MINUTES, WINDOW = 20, 300
COMPARED = (
    "availability",
    "error_rate",
    "response_time_average",
    "response_time_p50",
    "response_time_p95",
    "response_time_p99",
    "throughput",
    "cache_hit_rate_l2",
    "cache_misses",
    "replication_lag",
)
BY_NAME = {signal.name: signal for signal in SIGNALS}
Values = dict[str, dict[float, dict[tuple[str, ...], float]]]


@pytest.fixture(scope="module")
def pages() -> list[Exposed]:
    """Return twenty minutes, of which five fail."""
    return list(exposed(MINUTES, range(9, 14)))


@pytest.fixture(scope="module")
def own(pages: list[Exposed]) -> Values:
    """Return what the exporter makes of them, at every minute."""
    signals = [BY_NAME[name] for name in COMPARED]
    covered = 0.0
    totals = RisingTotals(watched_families(signals), lambda _project, _family: covered)
    readings: list[TotalsReading] = []
    found: Values = {name: {} for name in COMPARED}
    for page in pages:
        covered = page.covered
        totals.feed(page.snapshot)
        readings = [one for one in readings if page.at - one.at <= WINDOW]
        readings.append(totals.reading(page.at))
        for signal in signals:
            window = readings[-1].since(readings[0])
            known = values(signal, window, split(signal))
            found[signal.name][page.at] = {k: v for k, v in known.items() if v is not None}
    return found


@pytest.fixture(scope="module")
def server(pages: list[Exposed], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Run a Prometheus that has scraped them."""
    folder: Path = tmp_path_factory.mktemp("prometheus")
    (folder / "samples").write_text(openmetrics(pages))
    blocks(folder / "samples", folder / "data")
    with prometheus(folder, "{}", "--storage.tsdb.retention.time=100y") as found:
        yield found


def recorded(server: Prometheus, signal: Signal, at: float) -> dict[tuple[str, ...], float]:
    """Return a signal as its rule has it."""
    by = split(signal)
    query = render_signal(signal, View(window=spanned(WINDOW), by=by, held=HELD))
    found = server.query(query, at)
    return {tuple(dict(labels).get(n, "") for n in by): value for labels, value in found.items()}


@pytest.mark.parametrize("name", COMPARED)
def test_values_are_those_of_prometheus(server: Prometheus, own: Values, name: str) -> None:
    """Within 0.1 %, in calm, while the incident begins, goes on and ends, and after a restart.

    From the seventh minute on, when there is a whole window. Places are the same, too.
    """
    compared = 0
    for scrape in range(7 * 4, MINUTES * 4, 3):
        at = BEGAN + scrape * SCRAPE
        expected = recorded(server, BY_NAME[name], at)
        assert own[name][at] == pytest.approx(expected, rel=0.001), (name, at)
        compared += len(expected)
    assert compared >= 17


def test_the_incident_is_among_what_is_compared(own: Values) -> None:
    """The error rate of europe-west1 alone passes its limit."""
    worst = {
        key[1]: max(found[key] for found in own["error_rate"].values() if key in found)
        for key in next(iter(reversed(own["error_rate"].values())))
    }
    assert worst.pop(EU) > 0.05
    assert max(worst.values()) < 0.005


def test_both_know_nothing_where_events_are_few(server: Prometheus, own: Values) -> None:
    """After one poll there is no rise, so no event: neither has a value."""
    at = BEGAN + SCRAPE
    assert own["error_rate"][at] == recorded(server, BY_NAME["error_rate"], at) == {}
