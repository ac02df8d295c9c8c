"""Asks Prometheus and Alertmanager over HTTP; every fault names the server and the fix."""

import json
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError

from prometheus_client.parser import text_string_to_metric_families

from exporter.clock import steady
from exporter.errors import IonmonError
from exporter.own_server import answer

TIMEOUT = 10.0  # seconds for the whole of one answer
_LEAST = 0.5  # seconds: the last question of those that have to be done in time is asked, too
LIFECYCLE = (
    "it takes no POST to /-/reload; start it with --web.enable-lifecycle, or set reload_command, "
    "such as [systemctl, reload, prometheus]"
)
_LARGEST = 1 << 26  # bytes of an answer
_SHOWN = 600  # characters of a refusal that are shown
_DISABLED = (HTTPStatus.FORBIDDEN, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_FOUND)


class ServerAway(IonmonError):
    """A server does not answer, or not as what it is taken for."""


class ReloadRefused(IonmonError):
    """A server kept what it had."""


def metrics(url: str, end: float | None = None) -> Mapping[str, float]:
    """Return a server's own metrics without labels, by name, until a time. Raises ServerAway."""
    text = _get(url, "/metrics", end).decode("utf-8", "replace")
    try:
        return {
            sample.name: sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if not sample.labels
        }
    except ValueError as error:
        raise ServerAway(f"{url}/metrics: has no metrics: {error}") from error


def answered(url: str, path: str, end: float | None = None) -> Any:  # noqa: ANN401 - JSON
    """Return an answer of a server's API, until a time. Raises ServerAway."""
    try:
        return json.loads(_get(url, path, end))
    except (ValueError, RecursionError) as error:
        raise ServerAway(f"{url}{path}: gives no JSON: {error}; correct the address") from error


def post_reload(url: str, seconds: float) -> None:
    """Have a server read its files again, in so many seconds. Raises ReloadRefused, ServerAway."""
    request = urllib.request.Request(f"{url}/-/reload", b"", method="POST")  # noqa: S310 - checked
    seconds = max(seconds, _LEAST)
    try:
        answer(request, seconds, _LARGEST)
    except HTTPError as error:
        if error.code in _DISABLED:
            raise ReloadRefused(f"{url}: {LIFECYCLE}") from error
        text = error.read().decode("utf-8", "replace").strip()[:_SHOWN]
        raise ReloadRefused(f"{url} refused the reload: {text or error.code}") from error
    except (OSError, HTTPException) as error:
        raise _away(url, error, seconds) from error


def _get(url: str, path: str, end: float | None) -> bytes:
    seconds = TIMEOUT if end is None else min(TIMEOUT, max(end - steady(), _LEAST))
    request = urllib.request.Request(f"{url}{path}")  # noqa: S310 - http or https, by the settings
    try:
        return answer(request, seconds, _LARGEST)
    except HTTPError as error:
        raise ServerAway(f"{url}{path}: answers {error.code}; correct the address") from error
    except (OSError, HTTPException) as error:
        raise _away(url, error, seconds) from error


def _away(url: str, error: Exception, seconds: float) -> ServerAway:
    reason = getattr(error, "reason", None) or error
    if isinstance(reason, TimeoutError):
        return ServerAway(
            f"{url} does not answer within {seconds:.2g} s; start it, or correct its url"
        )
    text = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return ServerAway(f"{url} does not answer: {text}; start it, or correct its url")
