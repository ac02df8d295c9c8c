"""Names, paths and network addresses of monitoring.yaml, each checked as it is read."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path, PosixPath
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
)

from exporter.settings.types import Origin

LARGEST_PORT = 65535
_LONGEST = 1000
_DIGEST = 12  # hexadecimal digits
_HOST_PORT = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]*):(?P<port>[0-9]{1,5})")
_SCHEMES = ("redis", "rediss", "unix")
_WEB = ("http", "https")


def text_form(pattern: str, fix: str) -> AfterValidator:
    """Return the check that the whole text matches `pattern`; `fix` is the error's text."""
    form = re.compile(pattern)

    def check(value: str) -> str:
        if form.fullmatch(value) is None:
            raise ValueError(fix)
        return value

    return AfterValidator(check)


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty; write a value or remove the key")
    if len(value) > _LONGEST:
        raise ValueError(f"is longer than {_LONGEST} characters")
    if not value.isprintable():
        raise ValueError("contains a control character; write plain text on one line")
    return value


def _address(*, host: bool, port: int) -> Callable[[str], str]:
    """Return the check of HOST:PORT; `host` where one is needed, `port` is the lowest allowed."""

    def check(value: str) -> str:
        match = _HOST_PORT.fullmatch(value)
        if match is None or (host and not match["host"]):
            form = "HOST:PORT, such as localhost:9000" if host else "HOST:PORT or :PORT"
            raise ValueError(f"is no address; write {form}")
        if not port <= int(match["port"]) <= LARGEST_PORT:
            raise ValueError(f"has no such port; write one from {port} to {LARGEST_PORT}")
        return value

    return check


def _path(value: object) -> object:
    """Refuse a value that is not a path; it may be a pasted secret, so no error repeats it."""
    if isinstance(value, str):
        _text(value)
        if "://" in value:
            raise ValueError("is a URL; write it to a file, mode 0600, and set that file's path")
        if value.startswith("~"):
            raise ValueError("'~' is not expanded; write the absolute path")
    return value


class FoundPath(PosixPath):
    """A path written relative to the settings' folder; it is opened as the absolute path."""

    as_written: Path | None = None


def written(path: Path) -> str:
    """Return a path as the settings write it: what is generated is for another machine."""
    return str(getattr(path, "as_written", None) or path)


def _beside(path: Path, info: ValidationInfo) -> Path:
    if not isinstance(info.context, Origin):
        return path
    found = FoundPath(info.context.directory / path)
    found.as_written = path
    return found


def _redis_url(value: str) -> str:
    parts = _split(_text(value))
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise ValueError("contains a user or a password; set username and password_file")
    if parts.query or parts.fragment:
        raise ValueError("contains a '?' or a '#'; options are keys of the target")
    whole = parts.path if parts.scheme == "unix" else parts.hostname
    if parts.scheme not in _SCHEMES or not whole:
        raise ValueError(
            "is no Redis URL; write redis://HOST:PORT, rediss://HOST:PORT for TLS, or unix:///PATH"
        )
    if parts.scheme != "unix" and parts.path not in ("", "/"):
        raise ValueError("ends in a path; leave it out, all databases are read")
    return value


def _web_url(value: str) -> str:
    parts = _split(_text(value))
    if "@" in parts.netloc:
        raise ValueError("contains a user or a password; leave them out")
    if parts.scheme not in _WEB or not parts.hostname or " " in value:
        raise ValueError("is no web address; write it like https://grafana.example.com")
    return value


def _web_folder(value: str) -> str:
    parts = _split(_web_url(value))
    if parts.query or parts.fragment or value.endswith(("?", "#")):
        raise ValueError("contains a '?' or a '#'; write the address without it")
    return value.rstrip("/")


def _without_path(url: str | None) -> str | None:
    """Return an address as files for programs have it: whoever has its path may call it."""
    if url is None:
        return None
    parts = urlsplit(url)
    digest = hashlib.sha256(url.encode()).hexdigest()[:_DIGEST]
    return f"{parts.scheme}://{parts.netloc}/sha256-{digest}"


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = parts.port is None or parts.port > 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(f"has no usable host or port; a port is 1 to {LARGEST_PORT}")
    return parts


Text = Annotated[str, AfterValidator(_text)]
Name = Annotated[
    str,
    text_form(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", "is no name; use letters, digits, '.', '_', '-'"),
]
Project = Annotated[
    str,
    text_form(
        r"(?:[a-z0-9.-]{1,63}:)?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
        "is no project id; it has lower-case letters, digits and '-' (gcloud projects list)",
    ),
]
LabelOrigin = Annotated[
    str,
    text_form(
        r"(?:resource|metric)\.[A-Za-z_][A-Za-z0-9_]*",
        "is no source label; write resource.NAME or metric.NAME",
    ),
]
MailAddress = Annotated[
    str, text_form(r"[^@\s<>,;\x00-\x1f]+@[^@\s<>,;\x00-\x1f]+", "is no mail address")
]
MetricsPath = Annotated[
    str,
    text_form(
        r"/(?!-(/|$))[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*",
        "is not a usable path; write it like /metrics; / and /-/ are reserved",
    ),
]
Endpoint = Annotated[str, AfterValidator(_address(host=True, port=1))]
ListenAddress = Annotated[str, AfterValidator(_address(host=False, port=0))]
RedisUrl = Annotated[str, AfterValidator(_redis_url)]
WebUrl = Annotated[str, AfterValidator(_web_url)]
SecretWebUrl = Annotated[
    WebUrl | None, PlainSerializer(_without_path, return_type=str | None, when_used="json")
]
WebFolder = Annotated[str, AfterValidator(_web_folder)]
ServerFile = Annotated[
    Path,
    BeforeValidator(_path),
    WithJsonSchema({"type": "string", "format": "path"}),
]
File = Annotated[
    Path,
    BeforeValidator(_path),
    AfterValidator(_beside),
    PlainSerializer(written, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "path"}),
]
