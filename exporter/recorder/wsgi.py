"""Counts the requests of a WSGI application, and has flushes run while the instance has CPU.

No request waits for Redis.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, TypeAlias

from .application import Application

UNMATCHED = "unmatched"
FAILED = 500

Environ: TypeAlias = dict[str, Any]
ErrorInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType] | Any
StartResponse: TypeAlias = Callable[..., Any]
WsgiApp: TypeAlias = Callable[[Environ, StartResponse], Iterable[bytes]]


def flask_rule(environ: Environ) -> str | None:
    """Return the route template that Flask matched, such as /users/<int:id>."""
    rule = getattr(environ.get("werkzeug.request"), "url_rule", None)
    return str(rule.rule) if rule is not None else None


class WsgiMiddleware:
    """Wraps a WSGI application.

    endpoint     returns the route template of a request, or None where no route matches
    flush        whether a flush that is due is started at the end of a request, in the background:
                 for instances that have CPU during requests only, as in request-based billing
    """

    def __init__(
        self,
        app: WsgiApp,
        metrics: Application,
        *,
        endpoint: Callable[[Environ], str | None] = flask_rule,
        flush: bool = True,
    ) -> None:
        self._app, self._metrics, self._endpoint = app, metrics, endpoint
        self._recorder = metrics.recorder if flush else None

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterator[bytes]:
        """Answer a request, and count it when its response has ended."""
        started, status_seen, matched = time.perf_counter(), FAILED, None

        def start(status: str, headers: list[tuple[str, str]], *error: ErrorInfo) -> object:
            nonlocal status_seen, matched
            status_seen = int(status[:3])
            matched = self._endpoint(environ)  # now, since Flask forgets it before the end
            return start_response(status, headers, *error)

        try:
            body = self._app(environ, start)
            try:
                yield from body
            finally:
                close = getattr(body, "close", None)
                if close:
                    close()
        finally:
            name = matched or self._endpoint(environ) or UNMATCHED
            taken = time.perf_counter() - started
            self._metrics.request(name, environ.get("REQUEST_METHOD", ""), status_seen, taken)
            if self._recorder:
                self._recorder.flush_if_due()
