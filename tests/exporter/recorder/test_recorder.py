"""A recorder and a real Redis: what is counted is there once, and Redis may come and go."""

import logging
import socket
import threading
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.registry import Collector
from redis import Redis

from exporter.recorder import Recorder, standing
from exporter.recorder import recorder as module
from exporter.recorder.layout import keys, parts
from tests import servers
from tests.exporter.recorder.proxy import proxy
from tests.exporter.recorder.reading import Exporter, page, recorder

NAME = "app_c_total"


def counter(of: Recorder) -> Counter:
    """Return a counter in a recorder's registry."""
    return Counter("c", "Counted.", registry=of.registry)


def test_what_is_counted_is_flushed_in_the_background(tmp_path: Path) -> None:
    """Once started, a recorder flushes each interval by itself; stopped, once more."""
    with servers.redis(tmp_path) as server:
        started = recorder(server, interval=0.05, region="us").start()
        counted = counter(started)
        counted.inc(3)
        servers.wait_until(lambda: page(server).get(NAME) == {("us",): 3}, "a flush")
        counted.inc()
        assert started.stop()
        assert page(server)[NAME] == {("us",): 4}


def test_a_recorder_may_be_started_again(tmp_path: Path) -> None:
    """After stop, start flushes in the background again."""
    with servers.redis(tmp_path) as server:
        started = recorder(server, interval=0.05).start()
        assert started.stop()
        started.start()
        counter(started).inc()
        servers.wait_until(lambda: NAME in page(server), "a flush")
        assert started.stop()


def test_a_stop_that_failed_is_tried_again(tmp_path: Path) -> None:
    """While Redis is away each stop says so; the first one that reaches it brings all counts."""
    port = servers.free_port()
    registry = CollectorRegistry()
    flushing = Recorder(f"redis://127.0.0.1:{port}", application="shop", registry=registry).start()
    counter(flushing).inc(7)
    assert [flushing.stop(), flushing.stop()] == [False, False]
    with servers.redis(tmp_path, port=port) as server:
        assert flushing.stop()
        assert page(server)[NAME] == {("",): 7}
        assert flushing.stop()


def test_a_flush_whose_reply_is_lost_counts_once(tmp_path: Path) -> None:
    """Redis applied it, the recorder does not know, and sends it again: the total is right."""
    with servers.redis(tmp_path) as server, proxy(server) as between:
        flushing = Recorder(
            f"redis://127.0.0.1:{between.port}", application="shop", registry=CollectorRegistry()
        )
        counted = counter(flushing)
        counted.inc(5)
        assert flushing.flush()
        counted.inc(7)
        between.swallow = True
        assert not flushing.flush()
        assert between.swallowed == 1
        assert page(server)[NAME] == {("",): 12}
        counted.inc(20)
        between.swallow = False
        assert flushing.flush()
        assert page(server)[NAME] == {("",): 32}


def test_redis_may_be_away(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing raises, what is counted waits in the registry, and one warning says so."""
    port = servers.free_port()
    flushing = Recorder(
        f"redis://127.0.0.1:{port}", application="shop", registry=CollectorRegistry()
    )
    counted = counter(flushing)
    for _ in range(50):
        counted.inc()
        assert not flushing.flush()
    assert (flushing.status.failures, len(flushing._send_log._kept)) == (50, 0)
    with servers.redis(tmp_path, port=port) as server, caplog.at_level(logging.INFO):
        assert flushing.flush()
        assert page(server)[NAME] == {("",): 50}
    refused = f"Error 111 connecting to 127.0.0.1:{port}. Connection refused."
    assert [record.getMessage() for record in caplog.records] == [
        f"metrics cannot be flushed, they are kept: ConnectionError: {refused}",
        "flushing works again after 50 failures",
    ]


def test_a_silent_redis_does_not_hold_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """An attempt runs in the background and ends at the timeout; the next is an interval later."""
    now, threads = [1000.0], set[int]()
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        flushing = Recorder(url, registry=CollectorRegistry(), timeout=0.05, interval=10)
        Gauge("g", "G.", registry=flushing.registry).set_function(
            lambda: threads.add(threading.get_ident()) or 1.0
        )
        for failures in (1, 2):
            for _ in range(5):
                flushing.flush_if_due()
            servers.wait_until(lambda n=failures: flushing.status.failures == n, "an attempt")
            now[0] += 10
        assert threads
        assert threading.get_ident() not in threads


def test_a_request_wakes_the_thread_of_a_started_recorder(tmp_path: Path) -> None:
    """No other thread is started, and what is due is in Redis before the thread's own pace."""
    with servers.redis(tmp_path) as server:
        started = recorder(server, interval=3600).start()
        counter(started).inc(3)
        started._tried_at = float("-inf")
        started.flush_if_due()
        servers.wait_until(lambda: page(server).get(NAME) == {("",): 3}, "a flush")
        assert started.stop()


def test_a_wrong_password_is_a_failure_like_another(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is noted by its kind, and the password is not."""
    with servers.redis(tmp_path, "--requirepass", "right", login=("-a", "right")) as server:
        url = f"redis://:canary@127.0.0.1:{server.port}"
        flushing = Recorder(url, registry=CollectorRegistry())
        assert not flushing.flush()
    assert "AuthenticationError" in caplog.text
    assert "canary" not in caplog.text


class Broken(Collector):
    """A collector of the application that fails."""

    def collect(self) -> list[object]:  # type: ignore[override]
        """Fail."""
        raise ZeroDivisionError


def test_a_collector_that_fails_breaks_nothing(tmp_path: Path) -> None:
    """All others are flushed, and the application can see what is not."""
    with servers.redis(tmp_path) as server:
        flushing, broken = recorder(server), Broken()
        flushing.registry.register(broken)
        counter(flushing).inc()
        assert flushing.flush()
        assert page(server)[NAME] == {("",): 1}
        assert flushing.status.faults == ("Broken: ZeroDivisionError: ",)
        flushing.registry.unregister(broken)
        assert flushing.flush()
        assert flushing.status.faults == ()


def test_a_label_value_may_be_no_text(tmp_path: Path) -> None:
    """Half of a surrogate pair, a separator: each arrives as what it is, beside its like."""
    values = ("a\ud800", "a?", "a\x1fb", "a b", "a\x1a001fb", "")
    with servers.redis(tmp_path) as server:
        flushing = recorder(server)
        named = Counter("c", "C.", ["name"], registry=flushing.registry)
        for number, value in enumerate(values, 1):
            named.labels(value).inc(number)
        assert flushing.flush()
        found = Redis(port=server.port).hgetall(keys("shop").totals)
        counted = {parts(name.decode()).values[1]: int(n) for name, n in found.items()}
    assert counted == {value: number for number, value in enumerate(values, 1)}


def test_an_instance_that_leaves_takes_its_gauges(tmp_path: Path) -> None:
    """After stop its gauges are gone, its counts stay."""
    with servers.redis(tmp_path) as server:
        staying, leaving = recorder(server), recorder(server)
        for number, each in enumerate((staying, leaving), 1):
            counter(each).inc(number)
            Gauge("g", "G.", registry=each.registry).set(number)
            assert each.flush()
        assert page(server)["app_g"] == {("",): 3.0}
        leaving.start()
        assert leaving.stop()
        assert (page(server)["app_g"], page(server)[NAME]) == ({("",): 1.0}, {("",): 3})


def test_an_emptied_redis_without_an_exporter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Instances wait for an exporter to fill it, then go on with what is new, doubling nothing."""
    with servers.redis(tmp_path) as server:
        flushing = recorder(server)
        counted = counter(flushing)
        counted.inc(5)
        assert flushing.flush()
        server.cli("FLUSHALL")
        counted.inc(2)
        assert not flushing.flush()
        assert NAME not in page(server)
        monkeypatch.setattr(standing, "SEED_WAIT", 0.0)
        assert flushing.flush()
        assert page(server)[NAME] == {("",): 2}
        counted.inc()
        assert flushing.flush()
        assert page(server)[NAME] == {("",): 3}


def test_a_failover_that_takes_flushes_back(tmp_path: Path) -> None:
    """An older file is loaded: instances send again what it lacks, and the page never falls."""
    with servers.redis(tmp_path, "--dbfilename", "dump.rdb") as server:
        flushing = recorder(server)
        counted = counter(flushing)
        counted.inc(5)
        assert flushing.flush()
        server.cli("SAVE")
        for _ in range(3):
            counted.inc(2)
            assert flushing.flush()
        exporter = Exporter(server.port)
        shown = [exporter.total(NAME)]
        server.kill()
    with servers.redis(tmp_path, "--dbfilename", "dump.rdb", port=server.port):
        shown.append(exporter.total(NAME))
        assert page(server)[NAME] == {("",): 5}
        counted.inc()
        assert flushing.flush()
        shown.append(exporter.total(NAME))
        assert page(server)[NAME] == {("",): 12}
        exporter.close()
    assert (shown, flushing.status.lost) == ([11, 11, 12], 0)


@pytest.mark.parametrize(
    ("options", "text"),
    [({"interval": 0}, "interval"), ({"gauges": {"g": "average"}}, "unknown rule 'average'")],
)
def test_wrong_arguments_are_refused(options: dict[str, object], text: str) -> None:
    """A rule that there is not, or no interval, is a ValueError."""
    with pytest.raises(ValueError, match=text):
        Recorder("redis://127.0.0.1", registry=CollectorRegistry(), **options)  # type: ignore[arg-type]
