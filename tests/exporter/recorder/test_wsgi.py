"""WSGI requests are counted by route template, whatever becomes of them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from flask import Flask, Response, abort
from prometheus_client import CollectorRegistry
from werkzeug.test import Client

from exporter.recorder import Application, Recorder, WsgiMiddleware
from exporter.recorder.changes import RegistryReader
from tests import servers

METHODS = ["GET", "POST"]
Counted = dict[tuple[str, ...], float]


def metrics() -> Application:
    """Return metrics whose recorder has no Redis."""
    return Application(Recorder("redis://127.0.0.1:1", registry=CollectorRegistry()))


def counted(of: Application) -> Counted:
    """Return requests by endpoint, method and class."""
    assert of.recorder is not None
    totals = RegistryReader(of.recorder.registry, {}, {}).read().totals
    fields = {tuple(name.split("\x1f")): value for name, value in totals.items()}
    return {f[3:]: value for f, value in fields.items() if f[0] == "app_requests_total" and value}


def str_of(number: int) -> str:
    """Answer with a number."""
    return str(number)


def flask(of: Application) -> Client:
    """Return a client of a small Flask application."""
    app = Flask("shop")
    app.add_url_rule("/users/<int:number>", "users", str_of, methods=METHODS)
    app.add_url_rule("/gone", "gone", lambda: abort(410))
    app.add_url_rule("/broken", "broken", lambda: 1 // 0)
    app.add_url_rule("/stream", "stream", lambda: Response(str(n) for n in range(3)))
    app.wsgi_app = WsgiMiddleware(app.wsgi_app, of, flush=False)  # type: ignore[method-assign]
    return Client(app)


def test_flask_requests_are_counted_by_rule() -> None:
    """The raw path is in no label; a method that is none of the known is `other`."""
    of = metrics()
    client = flask(of)
    for number in range(5):
        assert client.get(f"/users/{number}").text == str(number)
    assert client.post("/users/7").status_code == 200
    assert client.get("/no/such/path").status_code == 404
    assert client.open("/users/1", method="BREW").status_code == 405
    assert client.get("/gone").status_code == 410
    assert client.get("/broken").status_code == 500
    assert client.get("/stream").text == "012"
    assert counted(of) == {
        ("/users/<int:number>", "GET", "2xx"): 5.0,
        ("/users/<int:number>", "POST", "2xx"): 1.0,
        ("unmatched", "GET", "4xx"): 1.0,
        ("unmatched", "other", "4xx"): 1.0,
        ("/gone", "GET", "4xx"): 1.0,
        ("/broken", "GET", "5xx"): 1.0,
        ("/stream", "GET", "2xx"): 1.0,
    }


class Body:
    """A body that notes when it is closed, and may break."""

    def __init__(self, *, breaks: bool) -> None:
        self.closed, self._breaks = 0, breaks

    def __iter__(self) -> Iterator[bytes]:
        """Yield one piece."""
        yield b"x"
        if self._breaks:
            raise OSError

    def close(self) -> None:
        """Count."""
        self.closed += 1


def answer(body: Iterable[bytes], of: Application, **options: Any) -> Iterator[bytes]:
    """Ask an application that answers with a body."""

    def app(_environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("201 Created", [])
        return body

    middleware = WsgiMiddleware(app, of, endpoint=lambda _: "/x", **options)
    return middleware({"REQUEST_METHOD": "GET"}, lambda *_: None)


def test_a_stream_is_counted_when_it_ends() -> None:
    """Not before its last piece; its body is closed once."""
    of, body = metrics(), Body(breaks=False)
    pieces = answer(body, of, flush=False)
    assert next(pieces) == b"x"
    assert (counted(of), body.closed) == ({}, 0)
    assert list(pieces) == []
    assert (counted(of), body.closed) == ({("/x", "GET", "2xx"): 1.0}, 1)


def test_a_stream_that_breaks_or_is_left_is_counted() -> None:
    """The error goes on to the server, the body is closed, and the request counts."""
    of, bodies = metrics(), (Body(breaks=True), Body(breaks=False))
    with pytest.raises(OSError, match=r"^$"):
        list(answer(bodies[0], of, flush=False))
    left = answer(bodies[1], of, flush=False)
    next(left)
    left.close()  # type: ignore[attr-defined]
    assert counted(of) == {("/x", "GET", "2xx"): 2.0}
    assert [body.closed for body in bodies] == [1, 1]


def test_an_exception_is_a_500() -> None:
    """An application that raises before it begins has answered with 500, and the error goes on."""
    of = metrics()

    def app(_environ: dict[str, Any], _start: Callable[..., Any]) -> Iterable[bytes]:
        raise KeyError

    with pytest.raises(KeyError):
        list(WsgiMiddleware(app, of, flush=False)({"REQUEST_METHOD": "PUT"}, lambda *_: None))
    assert counted(of) == {("unmatched", "PUT", "5xx"): 1.0}


def test_a_request_flushes_only_when_it_is_due() -> None:
    """Of many requests within an interval the first has one tried, and a failure breaks none."""
    of = metrics()
    recorder = of.recorder
    assert recorder is not None
    for _ in range(5):
        assert list(answer([b"x"], of)) == [b"x"]
        servers.wait_until(lambda: recorder.status.failures == 1, "a flush")
    assert recorder.status.failures == 1
    assert counted(of) == {("/x", "GET", "2xx"): 5.0}
