"""While versions, buckets, Redis and the exporter change, every event counts once."""

from pathlib import Path

import pytest

from tests.e2e.change_storm import ROUNDS, SHORT, weathered

pytestmark = pytest.mark.slow


def test_every_event_counts_once_while_everything_changes(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Labels, buckets and versions change, Redis goes back, the exporter reloads and is killed.

    No scrape fails, nothing that was exposed falls, and in the end each count is what the instances
    themselves wrote down: by kind, of all latencies, and within the one bound that all share.
    """
    found, truth, watch = weathered(tmp_path, ROUNDS if request.config.getoption("deep") else SHORT)
    assert watch.failures == []
    assert watch.falls == []
    assert found == truth
    assert sum(truth.values()) > 1000
