"""What Alertmanager's counters say was lost, read from a real Prometheus."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.bridge.alertmanager_losses import NOT_SCRAPED, AlertmanagerLosses, losses
from exporter.prometheus.api import TimeSpan, server
from exporter.summary.read import Reader
from tests.servers import blocks, free_port, prometheus

pytestmark = pytest.mark.slow

END = 1_795_939_200  # 2026-11-29 08:00 UTC
FAILED = "alertmanager_notifications_failed_total"
RATE_LIMITED = f'{FAILED}{{integration="slack",reason="rateLimited",instance="%s"}}'


def samples() -> Iterator[str]:
    """Yield three hours, each minute, of two Alertmanagers, one of which restarts."""
    for minute in range(180, -1, -1):
        if not 60 < minute < 80:
            yield 'alertmanager_build_info{instance="a"} 1', minute
    for minute in range(180, -1, -1):
        yield f"{RATE_LIMITED % 'a'} {2 if minute > 130 else 5 if minute > 100 else 1}", minute
        yield f"{RATE_LIMITED % 'b'} {0 if minute > 128 else 1}", minute
        yield f'{FAILED}{{integration="email",instance="a"}} 0', minute
        drops = 12 if minute < 30 else 0
        yield f'alertmanager_event_output_drops_total{{output="webhook:x"}} {drops}', minute


def written() -> str:
    """Return the samples as OpenMetrics, each series by itself."""
    found = sorted(samples(), key=lambda one: (one[0].rsplit(" ", 1)[0], -one[1]))
    return "\n".join([f"{text} {END - 60 * minute}" for text, minute in found] + ["# EOF", ""])


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> AlertmanagerLosses:
    """Return what was lost in three hours."""
    folder = tmp_path_factory.mktemp("losses")
    (folder / "samples.om").write_text(written())
    blocks(folder / "samples.om", folder / "data")
    with prometheus(folder, "{}", "--storage.tsdb.retention.time=50y") as running:
        client = server(f"http://127.0.0.1:{running.port}")
        return losses((client,), Reader(client, client), TimeSpan(END - 10_800.0, float(END)))


def test_failures_are_counted_with_their_reason_and_time(found: AlertmanagerLosses) -> None:
    """Both Alertmanagers' are one; what was there before is not counted, a restart begins at 0."""
    first, second = found.failed
    assert first.text == "slack: 4 notifications failed (rateLimited)"
    assert (END - first.began, END - first.until) == (131 * 60, 128 * 60)
    assert second.text == "slack: 1 notification failed (rateLimited)"
    assert END - second.until == 100 * 60


def test_what_is_not_known_is_a_hole(found: AlertmanagerLosses) -> None:
    """Minutes in which nobody scraped Alertmanager, and events that it dropped."""
    (unscraped,), (dropped,) = found.unscraped, found.dropped
    assert unscraped.source == "failed notifications"
    assert (END - unscraped.began) // 60 in range(74, 81)
    assert END - unscraped.until == 60 * 60
    assert dropped.source == "12 events that Alertmanager dropped"
    assert END - dropped.until == 29 * 60


def test_a_prometheus_that_does_not_scrape_it_says_so(tmp_path: Path) -> None:
    """No series is no calm; of a server that does not answer, that is said elsewhere."""
    with prometheus(tmp_path, "{}") as running:
        client = server(f"http://127.0.0.1:{running.port}")
        nothing = losses((client,), Reader(client, client), TimeSpan(0.0, 3_600.0))
        gone = server(f"http://127.0.0.1:{free_port()}")
        unknown = losses((gone, client), Reader(gone, client), TimeSpan(0.0, 3_600.0))
    assert nothing == AlertmanagerLosses(faults=(NOT_SCRAPED,))
    assert unknown == AlertmanagerLosses(), "the one that is away may scrape it"
    away = server(f"http://127.0.0.1:{free_port()}")
    reader = Reader(away, away)
    assert losses((away,), reader, TimeSpan(0.0, 3_600.0)) == AlertmanagerLosses()
    assert len(reader.faults) == 1
