"""The bridge explains alerts soon, or not at all: it never waits for a Prometheus that is away."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from exporter.bridge.alert_rows import AlertRow
from exporter.bridge.explain import Explainer, Explanation
from exporter.bridge.explaining import Explaining, unexplained
from exporter.bridge.incident_page import Surroundings, incident
from exporter.monitoring_config import read_config
from exporter.prometheus.api import Prometheus
from tests.clocks import HandClock
from tests.exporter.bridge.digest.conftest import CONFIG, settings
from tests.http_server import answering
from tests.servers import free_port

pytestmark = pytest.mark.slow

LABELS = {
    "alertname": "ErrorRateCritical",
    "gcp_project": "shop",
    "region": "europe-west1",
    "service_name": "checkout",
}
SINCE = 1_000.0
ROW = AlertRow(
    id="0a",
    alert="ErrorRateCritical",
    severity="critical",
    summary="Too many requests fail",
    description="",
    check="",
    value="12%",
    limit="1%",
    place="checkout",
    since=SINCE,
    acknowledged=None,
    next_escalation=None,
    escalated=False,
    silenced=False,
    muted=False,
    labels=(),
    links=(),
)


@contextmanager
def counting(body: bytes, refused: str = "") -> Iterator[tuple[str, list[str]]]:
    """Serve the same answer to every query but a refused one; yield address and what was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Answer."""
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            asked.append(form["query"][0])
            refuses = asked[-1] == refused
            text = REFUSAL if refuses else body
            self.send_response(422 if refuses else 200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    with answering(Handler) as server:
        yield f"127.0.0.1:{server.server_port}", asked


REFUSAL = b'{"status":"error","errorType":"execution","error":"too many samples"}'
EMPTY = b'{"status":"success","data":{"resultType":"vector","result":[]}}'


def test_what_several_alerts_ask_is_asked_once_a_minute() -> None:
    """200 alerts of one signal cost no more queries than one; a minute later it is asked anew."""
    clock = HandClock(10_000.0)
    with counting(EMPTY) as (address, asked):
        explaining = Explaining(settings(address), clock)
        found = explaining.of(LABELS, SINCE)
        once = len(asked)
        for at in range(200):
            assert explaining.of({**LABELS, "region": f"r{at}"}, SINCE) is not None
        assert len(asked) == once
        clock.time += 61
        explaining.of(LABELS, SINCE)
        assert len(asked) > once
    assert found is not None
    assert "no data now" in found.value


def test_a_refused_query_costs_itself() -> None:
    """Of its alert the rest is known, and why not all; any other alert is explained whole."""
    refused = read_config(CONFIG).signals["response_time_p95"].query
    with counting(EMPTY, refused) as (address, asked):
        explaining = Explaining(settings(address), HandClock(10_000.0))
        slow = {**LABELS, "alertname": "ResponseTimeCritical"}
        found = [explaining.of(slow, SINCE) for _ in range(3)]
        other = explaining.of(LABELS, SINCE)
    assert other is not None
    assert other.faults == ()
    assert found[0] is not None
    assert found[0].value.startswith(
        "95th percentile of the response time: not known, limit 200 ms; "
    )
    assert found[0].faults == ("too many samples",)
    assert found[0].logs.startswith("https://console.cloud.google.com/logs/query;")
    assert found == [found[0]] * 3
    assert asked.count(refused) == 1


def test_a_server_that_fails_is_left_alone_for_a_minute() -> None:
    """Nothing is explained meanwhile, and nobody waits; after that it is asked again."""
    clock = HandClock(10_000.0)
    with counting(b"no Prometheus") as (address, asked):
        explaining = Explaining(settings(address), clock)
        assert [explaining.of(LABELS, SINCE) for _ in range(50)] == [None] * 50
        once = len(asked)
        clock.time += 61
        explaining.of(LABELS, SINCE)
        assert len(asked) == 2 * once


def test_a_server_that_does_not_answer_is_asked_one_query() -> None:
    """No connection: the other queries are not tried, since each could take as long."""
    gone = Prometheus(f"http://127.0.0.1:{free_port()}", 2.0)
    found = Explainer(read_config(CONFIG), gone, 2_000.0).explain(LABELS, SINCE)
    assert len(found.faults) == 1


def test_the_page_has_what_is_known() -> None:
    """The facts and the log lines stand on the incident's page, as text, whatever is in them."""
    known = Explanation(
        value="Error rate: 12%",
        worst=("Worst endpoint: <script>alert(1)</script>, 40%.",),
        change="",
        logs="https://console.cloud.google.com/logs/query;query=a%22b?project=shop",
        asked_at=1_950.0,
    )
    around = Surroundings(user="", faults=(), now=2_000.0, as_of=1_880.0)
    page = incident(ROW, None, around, known=known).decode()
    assert "<li>Error rate: 12%</li>" in page
    assert "Prometheus was asked at 1 Jan 1970 00:32 UTC, 50s ago." in page
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert 'href="https://console.cloud.google.com/logs/query;query=a%22b?project=shop"' in page
    assert "What is known" not in incident(ROW, None, around).decode()
    assert "Not known" not in page
    assert "The servers were asked what fires at 1 Jan 1970 00:31 UTC, 2m ago." in page
    refused = replace(known, faults=("too many <samples>",))
    page = incident(ROW, None, around, known=refused).decode()
    assert "<li>Not known: too many &lt;samples&gt;</li>" in page


def test_without_the_queries_nothing_is_explained(tmp_path: Path) -> None:
    """A bridge without monitoring_config.json delivers and shows alerts all the same."""
    given = settings(f"127.0.0.1:{free_port()}")
    storage = given.storage.model_copy(update={"monitoring_config": tmp_path / "none.json"})
    explaining = Explaining(given.model_copy(update={"storage": storage}), HandClock(10.0))
    assert explaining.of(LABELS, SINCE) is None
    assert unexplained(LABELS, SINCE) is None
