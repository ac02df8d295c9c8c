"""An application can see whether its recorder works, and why not."""

import logging
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from redis import ConnectionError as Unreachable
from redis import ResponseError

from exporter.recorder import Recorder
from exporter.recorder.status import LONGEST, Journal
from tests import servers
from tests.exporter.recorder.reading import page, recorder

START = "ionmon_recorder_"


def own(of: Recorder) -> dict[str, float]:
    """Return the recorder's own metrics in the application's registry."""
    lines = generate_latest(of.registry).decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if line.startswith(START))
    return {name.removeprefix(START): float(value) for name, value in pairs}


def test_failures_are_metrics_of_the_application(tmp_path: Path) -> None:
    """Failures by reason, flushes, the last success; none of them is sent through Redis."""
    port = servers.free_port()
    started = Recorder(
        f"redis://127.0.0.1:{port}",
        application="shop",
        registry=CollectorRegistry(),
        interval=3600,
    ).start()
    Counter("c", "C.", registry=started.registry).inc()
    assert [started.flush(), started.flush()] == [False, False]
    before = own(started)
    assert before['failures_total{reason="ConnectionError"}'] == 2
    assert (before["flushes_total"], before["last_success_timestamp_seconds"]) == (0, 0)
    with servers.redis(tmp_path, port=port) as server:
        assert started.flush()
        after = own(started)
        assert after["flushes_total"] == 1
        assert after["last_success_timestamp_seconds"] == started.status.last_success > 0
        assert started.stop()
        assert not [name for name in page(server) if "recorder" in name]


def test_what_is_left_out_is_a_metric(tmp_path: Path) -> None:
    """Series above the limit, and metrics that cannot be read."""
    with servers.redis(tmp_path) as server:
        started = recorder(server).start()
        counted = Counter("c", "C.", ["n"], registry=started.registry)
        for number in range(2003):
            counted.labels(str(number))
        broken = [True]
        Gauge("g", "G.", registry=started.registry).set_function(lambda: 1 / (not broken[0]))
        assert started.flush()
        broken[0] = False
        found = own(started)
        assert (found["left_out_series_total"], found["unread_metrics"]) == (3, 1)
        assert started.flush()
        assert own(started)["unread_metrics"] == 0
        assert started.stop()


def test_two_recorders_may_share_a_registry(tmp_path: Path) -> None:
    """The metrics of the first are there."""
    with servers.redis(tmp_path) as server:
        first = recorder(server).start()
        second = recorder(server, registry=first.registry, application="other").start()
        assert "flushes_total" in own(first)
        assert second.stop()
        assert first.stop()


def test_each_change_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """The reason, again when another comes, the recovery, and the same reason after it."""
    journal = Journal(())
    with caplog.at_level(logging.INFO):
        for error in (Unreachable("no route"), Unreachable("no route"), ResponseError("NOPERM")):
            journal.failed(error)
        journal.worked()
        journal.worked()
        journal.failed(ResponseError("NOPERM"))
    assert [record.getMessage() for record in caplog.records] == [
        "metrics cannot be flushed, they are kept: ConnectionError: no route",
        "metrics cannot be flushed, they are kept: ResponseError: NOPERM",
        "flushing works again after 3 failures",
        "metrics cannot be flushed, they are kept: ResponseError: NOPERM",
    ]


@pytest.mark.parametrize(
    "url",
    [
        "redis://user:canary%2F1@127.0.0.1:1",
        "redis://127.0.0.1:1?password=canary%2F1",
        "redis://:canary%2F1@127.0.0.1:1",
    ],
)
def test_no_message_has_a_password(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """Nor the URL, as it stands or decoded; a message is one short line."""
    flushing = Recorder(url, registry=CollectorRegistry())
    flushing._journal.failed(ResponseError(f"{url} canary/1 canary%2F1\n{'x' * 999}"))
    assert "canary" not in caplog.text + flushing.status.last_failure
    assert "\n" not in flushing.status.last_failure
    assert len(flushing.status.last_failure) == LONGEST
