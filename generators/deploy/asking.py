"""Asks Prometheus and Alertmanager over HTTP; every fault names the server and the fix."""

import base64
import json
import ssl
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

from prometheus_client.parser import text_string_to_metric_families

from exporter.client.own_server import answer, answer_fault
from exporter.clock import steady
from exporter.errors import IonmonError, SettingsError
from exporter.secrets_file import read_secret
from generators.deploy.model import DeployedServer

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


def metrics(server: DeployedServer, end: float | None = None) -> Mapping[str, float]:
    """Return a server's own metrics without labels, by name, until a time. Raises ServerAway."""
    text = _get(server, "/metrics", end).decode("utf-8", "replace")
    try:
        return {
            sample.name: sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if not sample.labels
        }
    except ValueError as error:
        raise ServerAway(f"{server.url}/metrics: has no metrics: {error}") from error


def answered(server: DeployedServer, path: str, end: float | None = None) -> Any:  # noqa: ANN401 - JSON
    """Return an answer of a server's API, until a time. Raises ServerAway."""
    content = _get(server, path, end)
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        text = f"{server.url}{path}: gives no JSON: {error}; correct the address"
        raise ServerAway(text) from error


def post_reload(server: DeployedServer, seconds: float) -> None:
    """Have a server read its files again, in so many seconds. Raises ReloadRefused, ServerAway."""
    url, seconds = server.url, max(seconds, _LEAST)
    try:
        _answer(server, "/-/reload", seconds, b"")
    except HTTPError as error:
        if error.code == HTTPStatus.UNAUTHORIZED:
            raise _unknown_user(server) from error
        if error.code in _DISABLED:
            raise ReloadRefused(f"{url}: {LIFECYCLE}") from error
        text = error.read().decode("utf-8", "replace").strip()[:_SHOWN]
        raise ReloadRefused(f"{url} refused the reload: {text or error.code}") from error
    except (OSError, HTTPException) as error:
        raise _away(server, error, seconds) from error


def _get(server: DeployedServer, path: str, end: float | None) -> bytes:
    seconds = TIMEOUT if end is None else min(TIMEOUT, max(end - steady(), _LEAST))
    try:
        return _answer(server, path, seconds)
    except HTTPError as error:
        if error.code == HTTPStatus.UNAUTHORIZED:
            raise _unknown_user(server) from error
        text = f"{server.url}{path}: answers {error.code}; correct the address"
        raise ServerAway(text) from error
    except (OSError, HTTPException) as error:
        raise _away(server, error, seconds) from error


def _answer(server: DeployedServer, path: str, seconds: float, body: bytes | None = None) -> bytes:
    request = urllib.request.Request(f"{server.url}{path}", body)  # noqa: S310 - by the settings
    if server.password_file is not None:
        pair = f"{server.username}:{read_secret(server.password_file).reveal()}"
        word = base64.b64encode(pair.encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {word}")
    return answer(request, seconds, _LARGEST, _trust(server.ca_file))


def _trust(path: Path | None) -> ssl.SSLContext | None:
    """Return what trusts an authority alone. Raises SettingsError for a file that has none."""
    if path is None:
        return None
    try:
        return ssl.create_default_context(cafile=path)
    except OSError as error:
        text = f"{path}: is no file with a certificate: {error}; correct ca_file"
        raise SettingsError(text) from error


def _unknown_user(server: DeployedServer) -> ServerAway:
    if server.username:
        text = f"knows no {server.username} with the password in {server.password_file}"
        return ServerAway(f"{server.url} {text}; correct username or password_file")
    fix = f"set username and password_file beside its url, at deploy.{server.kind.value}"
    return ServerAway(f"{server.url} asks for a user; {fix}")


def _away(server: DeployedServer, error: Exception, seconds: float) -> ServerAway:
    url = server.url
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        fix = "set ca_file beside its url, or correct that"
        return ServerAway(f"{url}: {answer_fault(error)}; {fix}")
    if isinstance(reason, TimeoutError):
        return ServerAway(
            f"{url} does not answer within {seconds:.2g} s; start it, or correct its url"
        )
    text = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return ServerAway(f"{url} does not answer: {text}; start it, or correct its url")
