"""History comes from a server as it has it, whatever the server refuses to answer at once."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs

import numpy as np
import pytest

from exporter.errors import IonmonError
from exporter.prometheus.api import Prometheus
from generators.tuning.chunks import POINTS
from generators.tuning.kept_answers import KeptAnswers
from generators.tuning.model import TimeGrid
from generators.tuning.prometheus_history import NEWEST, PrometheusHistory
from tests.http_server import answering
from tests.servers import blocks, free_port, prometheus

LENGTH = POINTS * 60
START = 1_700_000_000 // LENGTH * LENGTH  # a chunk begins here
DAYS = TimeGrid(start=START, step=60, count=2 * POINTS + 100)
NOW = DAYS.end + 10 * NEWEST


def load(at: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return what a series is at each time: no two minutes alike."""
    found: np.ndarray[Any, Any] = at / 60 % 100_000 + 0.1
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Blocks of eight days: one series from the second chunk on, one with a gap."""
    found = tmp_path_factory.mktemp("prometheus")
    times = DAYS.times
    with (found / "samples.om").open("w") as file:
        late = times >= START + LENGTH + 600
        gap = (times < START + LENGTH - 3600) | (times > START + LENGTH + 3600)
        rare = (times > START + LENGTH + 5000) & (times < START + LENGTH + 5400)
        for name, there in (("late", late), ("load", gap), ("rare", rare)):
            for at, value in zip(times[there], load(times[there]), strict=True):
                file.write(f'{name}{{region="us"}} {float(value)!r} {at}\n')
        file.write("# EOF\n")
    blocks(found / "samples.om", found / "data")
    return found


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """The address of a Prometheus on those blocks."""
    with prometheus(folder, "{}", "--storage.tsdb.retention.time=50y") as running:
        yield f"http://127.0.0.1:{running.port}"


def test_series_over_several_chunks(address: str) -> None:
    """Values are those of the samples; after a gap's look-back of five minutes there is none."""
    grid = TimeGrid(start=START + 6000, step=60, count=POINTS + 500)
    (one,) = PrometheusHistory(Prometheus(address), NOW).series("load", grid)
    assert dict(one.labels)["region"] == "us"
    gone = (grid.times > START + LENGTH - 3600) & (grid.times <= START + LENGTH + 3600)
    known = grid.times < START + LENGTH - 3600
    np.testing.assert_allclose(one.values[known], load(grid.times[known]))
    held = np.flatnonzero(gone & ~np.isnan(one.values))
    assert len(held) <= 5
    assert np.isnan(one.values[gone]).sum() >= 115
    after = grid.times > START + LENGTH + 3600
    np.testing.assert_allclose(one.values[after], load(grid.times[after]))


def test_before_the_first_sample_nothing_is_calm(address: str) -> None:
    """`or vector(0)` is not asked for what lies before the first sample of what it reads."""
    text = "sum(late) or vector(0)"
    (one,) = PrometheusHistory(Prometheus(address), NOW).series(text, DAYS)
    first = LENGTH // 60 + 10
    assert np.isnan(one.values[:first]).all()
    assert one.values[first] == pytest.approx(load(DAYS.times[first : first + 1])[0])
    assert not np.isnan(one.values[first:]).any()


def test_what_exists_for_minutes_is_found(address: str) -> None:
    """A series that says that something is wrong has samples for a few minutes in two weeks."""
    (one,) = PrometheusHistory(Prometheus(address), NOW).series("rare", DAYS)
    assert 6 <= np.count_nonzero(~np.isnan(one.values)) <= 12


def test_several_expressions_at_once(address: str) -> None:
    """Each has its series, also none; the share that is done rises to one."""
    seen: list[float] = []
    history = PrometheusHistory(
        Prometheus(address), NOW, progress=lambda share, _step: seen.append(share)
    )
    found = history.read(("load", "late * 2", "nothing"), DAYS)
    assert [len(found[text]) for text in ("load", "late * 2", "nothing")] == [1, 1, 0]
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)


def test_an_expression_that_is_refused(address: str) -> None:
    """Server, expression, the server's words and a fix are named."""
    history = PrometheusHistory(Prometheus(address), NOW)
    with pytest.raises(
        IonmonError,
        match=rf"^{address}: count_values\(.*invalid label name.*check the expression",
    ):
        history.series("count_values('1 2', load)", DAYS)


def test_answers_about_the_past_are_kept(folder: Path, tmp_path: Path) -> None:
    """Whole chunks come from the disk the second time; the newest hour is asked for again."""
    with prometheus(folder, "{}", "--storage.tsdb.retention.time=50y") as running:
        address = f"http://127.0.0.1:{running.port}"
        kept = KeptAnswers(tmp_path)
        first = PrometheusHistory(Prometheus(address), DAYS.end, kept).series("load", DAYS)
        again = KeptAnswers(tmp_path)
        second = PrometheusHistory(Prometheus(address), DAYS.end, again).series("load", DAYS)
    assert (kept.reused, again.reused) == (0, 2)
    np.testing.assert_array_equal(first[0].values, second[0].values)


def test_no_server() -> None:
    """A server that is not there is named, with the fix."""
    address = f"http://127.0.0.1:{free_port()}"
    history = PrometheusHistory(Prometheus(address), NOW)
    with pytest.raises(IonmonError, match=rf"^{address}: load: .*; check the address"):
        history.series("load", DAYS)


class Refusing(BaseHTTPRequestHandler):
    """Answers range queries of few points; of more it refuses, or says nothing."""

    most: ClassVar[int] = 1000
    status: ClassVar[int] = 422
    asked: ClassVar[list[int]] = []
    ended = threading.Event()

    def do_POST(self) -> None:
        """Answer a query, or refuse it."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        given = {name: values[0] for name, values in parse_qs(body).items()}
        start, end, step = (int(given[name]) for name in ("start", "end", "step"))
        times = np.arange(start, end + 1, step)
        if "__name__" not in given["query"]:
            self.asked.append(len(times))
            if len(times) > self.most:
                self._refuse()
                return
        values = [
            [int(at), repr(float(value))] for at, value in zip(times, load(times), strict=True)
        ]
        name = {"__name__": "load"}
        self._send(
            200, {"status": "success", "data": {"result": [{"metric": name, "values": values}]}}
        )

    def _refuse(self) -> None:
        if self.status:
            text = "query processing would load too many samples into memory"
            self._send(self.status, {"status": "error", "error": text})
        else:
            self.ended.wait(30)

    def do_GET(self) -> None:
        """Know nothing of itself, as other servers with this API."""
        self._send(404, {})

    def _send(self, status: int, body: object) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def refusing(most: int, status: int) -> Iterator[Prometheus]:
    """Serve a history of which few points are given at once; without a status nothing is said."""
    Refusing.most, Refusing.status, Refusing.asked = most, status, []
    Refusing.ended.clear()
    with answering(Refusing) as running:
        yield Prometheus(f"http://127.0.0.1:{running.server_port}", 0.5 if not status else 60)
        Refusing.ended.set()


@pytest.mark.parametrize("status", [422, 503, 504, 0])
def test_what_is_too_much_is_asked_in_halves(status: int) -> None:
    """Refused or not answered in time: the parts have all values, and no part is asked twice."""
    grid = TimeGrid(start=START, step=60, count=POINTS)
    with refusing(1500, status) as server:
        (one,) = PrometheusHistory(server, NOW).series("load", grid)
    np.testing.assert_allclose(one.values, load(grid.times))
    assert Refusing.asked == [5760, 2880, 1440, 1440, 1440, 1440]


def test_what_is_too_much_even_in_parts() -> None:
    """Where half an hour is too much, the fix is named."""
    with refusing(10, 422) as server:
        history = PrometheusHistory(server, NOW)
        with pytest.raises(IonmonError, match=r"too many samples .*raise --query\.max-samples"):
            history.series("load", TimeGrid(start=START, step=60, count=1000))
    assert min(Refusing.asked) >= 30


def test_memory_of_a_read_is_limited(address: str) -> None:
    """A read of more values than there is room for names the expression."""
    history = PrometheusHistory(Prometheus(address), NOW)
    with pytest.raises(IonmonError, match=rf"^{address}: load: more than .* values"):
        history.read(("load",), DAYS, most_values=100)
