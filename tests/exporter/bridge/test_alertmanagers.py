"""What fires, as one or several Alertmanagers say."""

from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from exporter.bridge.alertmanagers import Alertmanager, AlertmanagerFault, merged
from tests import servers
from tests.exporter.bridge.fleet import BEGAN, held

CONFIG = """
route: {receiver: first, routes: [{receiver: second, continue: true}]}
receivers: [{name: first}, {name: second}]
"""


@pytest.mark.slow
def test_what_fires_is_read_and_what_is_over_is_not(tmp_path: Path) -> None:
    """Labels, texts, start, receivers and silences are those that Alertmanager has."""
    (tmp_path / "alertmanager.yml").write_text(CONFIG)
    labels = {"alertname": "CPUHigh", "region": "a\u202e<b>\n"}
    with servers.alertmanager(tmp_path, tmp_path / "alertmanager.yml") as running:
        found = Alertmanager(f"127.0.0.1:{running.port}")
        body = {"labels": labels, "annotations": {"value": "81%"}}
        body |= {"startsAt": "2026-11-29T12:00:00.123456789Z", "generatorURL": "http://vm:9090/g"}
        over = {"labels": {"alertname": "Over"}, "endsAt": "2026-11-29T12:00:00Z"}
        found.post([body, over])
        silence = {"matchers": [{"name": "alertname", "value": "CPUHigh", "isRegex": False}]}
        silence |= {"startsAt": "2026-11-29T12:00:00Z", "endsAt": "2099-01-01T00:00:00Z"}
        running.post({**silence, "createdBy": "ada", "comment": "a deploy"}, "silences")
        servers.wait_until(lambda: bool(found.held()[0].silenced_by), "the silence")
        (alert,) = found.held()
    assert (alert.labels, alert.annotations) == (labels, {"value": "81%"})
    assert alert.starts_at == pytest.approx(1_795_953_600.123)
    assert set(alert.receivers) == {"second"}
    assert alert.generator_url == "http://vm:9090/g"
    assert len(alert.fingerprint) == 16


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"{}",
        b"[1]",
        b'[{"fingerprint": "a"}]',
        (
            b'[{"fingerprint": "a", "labels": [], "startsAt": "2026-11-29T12:00:00Z", '
            b'"updatedAt": "2026-11-29T12:00:00Z", "status": {}}]'
        ),
        b'[{"fingerprint": "a", "labels": {}, "startsAt": "soon", "updatedAt": "", "status": {}}]',
        b"[" * 100_000,
    ],
)
@pytest.mark.slow
def test_another_answer_is_a_fault_that_names_the_server(answer: bytes) -> None:
    """Whatever answers at that address, it costs itself and nothing more."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        address = f"127.0.0.1:{server.server_port}"
        if answer == b"{}":
            assert Alertmanager(address).held() == ()
        else:
            with pytest.raises(AlertmanagerFault, match=f"^{address} does not answer as"):
                Alertmanager(address).held()
        server.shutdown()


def test_a_server_that_is_away_is_named_with_the_fix() -> None:
    """The text has the address, why, and which setting to correct."""
    port = servers.free_port()
    with pytest.raises(AlertmanagerFault) as raised:
        Alertmanager(f"127.0.0.1:{port}").held()
    fault = f"127.0.0.1:{port} does not answer: Connection refused"
    assert str(raised.value) == f"{fault}; start it, or correct prometheus.alertmanagers"


def test_several_alertmanagers_are_one(tmp_path: Path) -> None:
    """An alert that two hold is one: begun at the earliest, muted where either mutes it."""
    del tmp_path
    one = replace(held(), receivers=("slack",), updated_at=BEGAN + 10)
    other = replace(
        one,
        starts_at=BEGAN - 30,
        updated_at=BEGAN + 5,
        annotations={"value": "3%"},
        silenced_by=("id",),
        receivers=("slack", "mail"),
    )
    alone = held(region="asia-southeast1")
    (first, second) = merged([[one], [other, alone]])
    assert (first.starts_at, first.annotations["value"]) == (BEGAN - 30, "4.2%")
    assert (first.silenced_by, first.receivers) == (("id",), ("slack", "mail"))
    assert second == alone
