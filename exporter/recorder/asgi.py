"""Counts the requests of an ASGI application, and flushes while the instance has CPU.

The end of the application's lifespan stops the recorder: uvicorn ends by the signal that it caught,
and then no exit handler runs.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from .application import Application
from .wsgi import FAILED, UNMATCHED

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
AsgiApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


def starlette_path(scope: Scope) -> str | None:
    """Return the route template that FastAPI or Starlette matched, such as /users/{id}."""
    path = getattr(scope.get("route"), "path", None)
    return str(path) if path is not None else None


class AsgiMiddleware:
    """Wraps an ASGI application; `endpoint` and `flush` as for WSGI."""

    def __init__(
        self,
        app: AsgiApp,
        metrics: Application,
        *,
        endpoint: Callable[[Scope], str | None] = starlette_path,
        flush: bool = True,
    ) -> None:
        self._app, self._metrics, self._endpoint = app, metrics, endpoint
        self._recorder = metrics.recorder if flush else None

    def _send_and_stop(self, send: Send) -> Send:
        """Return a `send` that stops the recorder before it reports the end of the application."""

        async def stop(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown.") and self._metrics.recorder:
                await asyncio.to_thread(self._metrics.recorder.stop)
            await send(message)

        return stop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count a request when its response has ended; stop the recorder with the application."""
        if scope["type"] != "http":
            await self._app(scope, receive, self._send_and_stop(send))
            return
        started, seen = time.perf_counter(), [FAILED]

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen[0] = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            name = self._endpoint(scope) or UNMATCHED
            self._metrics.request(name, scope["method"], seen[0], time.perf_counter() - started)
            if self._recorder:
                self._recorder.flush_if_due()
