"""ASGI requests are counted by route template, and the end of the application flushes."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from prometheus_client import Counter

from exporter.recorder import Application, AsgiMiddleware
from tests import servers
from tests.exporter.recorder.reading import page, recorder
from tests.exporter.recorder.test_wsgi import counted, metrics


def fastapi(of: Application) -> FastAPI:
    """Return a small application."""
    app = FastAPI()
    app.add_middleware(AsgiMiddleware, metrics=of, flush=False)

    @app.get("/users/{number}")
    async def user(number: int) -> int:
        return number

    @app.get("/broken")
    def broken() -> float:
        return 1 / 0

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        return StreamingResponse(iter(["a", "b"]))

    return app


async def ask(app: Any, path: str, method: str = "GET") -> list[dict[str, Any]]:
    """Ask an ASGI application; return its messages."""
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
        "http_version": "1.1",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(dict(message))

    await app(scope, receive, send)
    return sent


def test_fastapi_requests_are_counted_by_template() -> None:
    """The raw path is in no label; an exception is a 500; a stream is one request."""
    of = metrics()
    app = fastapi(of)
    for number in range(3):
        assert asyncio.run(ask(app, f"/users/{number}"))[0]["status"] == 200
    assert asyncio.run(ask(app, "/users/one"))[0]["status"] == 422
    assert asyncio.run(ask(app, "/no/such"))[0]["status"] == 404
    with pytest.raises(ZeroDivisionError):
        asyncio.run(ask(app, "/broken"))
    body = asyncio.run(ask(app, "/stream"))[1:]
    assert b"".join(message["body"] for message in body) == b"ab"
    assert counted(of) == {
        ("/users/{number}", "GET", "2xx"): 3.0,
        ("/users/{number}", "GET", "4xx"): 1.0,
        ("unmatched", "GET", "4xx"): 1.0,
        ("/broken", "GET", "5xx"): 1.0,
        ("/stream", "GET", "2xx"): 1.0,
    }


async def plain(scope: Any, _receive: Any, send: Any) -> None:
    """Answer every request."""
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b""})


def test_a_request_flushes_only_when_it_is_due() -> None:
    """Of many requests within an interval the first has one tried, and a failure breaks none."""
    of = metrics()
    flushing = of.recorder
    assert flushing is not None
    app = AsgiMiddleware(plain, of, endpoint=lambda _: "/x")
    for method in ("GET", "GET", "BREW"):
        assert len(asyncio.run(ask(app, "/1", method))) == 2
        servers.wait_until(lambda: flushing.status.failures == 1, "a flush")
    assert flushing.status.failures == 1
    assert counted(of) == {("/x", "GET", "2xx"): 2.0, ("/x", "other", "2xx"): 1.0}


async def lives(scope: Any, _receive: Any, send: Any) -> None:
    """End at once, as a lifespan; be a web socket otherwise."""
    if scope["type"] == "lifespan":
        await send({"type": "lifespan.shutdown.complete"})
    else:
        await send({"type": "websocket.close"})


def test_the_end_of_the_application_flushes(tmp_path: Path) -> None:
    """When the server hears that the lifespan ended, all is in Redis; a web socket counts not."""
    heard: list[tuple[str, Any]] = []
    with servers.redis(tmp_path) as server:
        started = recorder(server).start()
        Counter("c", "C.", registry=started.registry).inc(3)
        app = AsgiMiddleware(lives, Application(started))

        async def send(message: Any) -> None:
            found = await asyncio.to_thread(page, server)
            heard.append((message["type"], found.get("app_c_total")))
            assert found.get("app_requests_total", {}) == {}

        for kind in ("websocket", "lifespan"):
            asyncio.run(app({"type": kind}, asyncio.Event().wait, send))  # type: ignore[arg-type]
    assert heard == [("websocket.close", None), ("lifespan.shutdown.complete", {("",): 3})]
