"""Names, paths and addresses."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from exporter.settings.addresses import (
    Endpoint,
    File,
    ListenAddress,
    MetricsPath,
    Project,
    RedisUrl,
    SecretWebUrl,
    WebFolder,
    WebUrl,
)
from exporter.settings.types import Origin

SECRET = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=8, max_size=30)


def accepts(kind: Any, value: str) -> bool:
    """Return whether `kind` takes the value."""
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Endpoint, "127.0.0.1:9000", True),
        (Endpoint, "[::1]:443", True),
        (Endpoint, ":9000", False),
        (Endpoint, "localhost:0", False),
        (Endpoint, "localhost", False),
        (ListenAddress, ":9841", True),
        (ListenAddress, "127.0.0.1:0", True),
        (ListenAddress, "9841", False),
        (Project, "ion-production", True),
        (Project, "example.com:ion", True),
        (Project, "p/timeSeries", False),
        (Project, "Ion", False),
        (MetricsPath, "/metrics", True),
        (MetricsPath, "/a/b", True),
        (MetricsPath, "/", False),
        (MetricsPath, "/-/reload", False),
        (MetricsPath, "/metrics\n", False),
        (RedisUrl, "redis://10.0.0.3", True),
        (RedisUrl, "rediss://[::1]:6380/2", False),
        (RedisUrl, "unix:///run/redis.sock", True),
        (RedisUrl, "redis://", False),
        (RedisUrl, "10.0.0.3:6379", False),
        (RedisUrl, "redis://10.0.0.3:0", False),
        (RedisUrl, "redis://[::1", False),
        (WebUrl, "https://heartbeat.example.com/ion?every=1m", True),
        (WebUrl, "http://[::1]:3000", True),
        (WebUrl, "https://", False),
        (WebUrl, "grafana.example.com", False),
        (WebUrl, "https://a b/", False),
        (WebUrl, "https://user@example.com/", False),
        (WebUrl, "javascript://example.com/", False),
        (WebFolder, "https://grafana.example.com/sub", True),
        (WebFolder, "https://grafana.example.com/?", False),
        (WebFolder, "https://grafana.example.com/#", False),
    ],
)
def test_forms(kind: object, value: str, expected: bool) -> None:
    """Each kind of address takes what a server can use, and nothing else."""
    assert expected is accepts(kind, value)


@given(SECRET, st.sampled_from(["redis", "rediss", "unix", "http"]))
def test_a_url_with_a_password_is_refused_and_never_repeated(secret: str, scheme: str) -> None:
    """Whatever its scheme, a URL with a password is refused by a text without the password."""
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(RedisUrl).validate_python(f"{scheme}://u:{secret}@host/")
    text = refused.value.errors(include_input=False)[0]["msg"]
    fixed = "contains a user or a password; set username and password_file"
    assert text == f"Value error, {fixed}"


@given(st.text())
def test_any_text_is_a_redis_url_or_refused(text: str) -> None:
    """No text makes the check of a URL fail in another way than by refusing it."""
    assert accepts(RedisUrl, text) in (True, False)


def test_a_folder_on_the_web_ends_without_a_slash() -> None:
    """What is joined to a folder begins with the only slash, however the folder was written."""
    folders = TypeAdapter(WebFolder)
    found = {folders.validate_python(f"https://example.com/a{end}") for end in ("", "/", "//")}
    assert found == {"https://example.com/a"}


def test_an_address_that_is_a_secret_is_written_without_its_path() -> None:
    """Its host stays, and a digest, so that another address is another text."""
    secrets: TypeAdapter[str | None] = TypeAdapter(SecretWebUrl)
    url = "https://heartbeat.example.com:8443/ping/3f2a?every=1m"
    shown = secrets.dump_python(url, mode="json")
    assert shown != secrets.dump_python(f"{url}s", mode="json")
    assert re.fullmatch(r"https://heartbeat\.example\.com:8443/sha256-[0-9a-f]{12}", str(shown))
    assert secrets.validate_python(shown) == shown
    assert secrets.dump_python(url) == url
    assert secrets.dump_python(None, mode="json") is None


def test_files_start_from_the_settings_file() -> None:
    """A relative path starts from the file's directory, an absolute one is left."""
    files = TypeAdapter(File)
    origin = Origin(Path("/etc/ionmon"))
    found = [files.validate_python(path, context=origin) for path in ("a/b", "/c", "../d")]
    assert [Path("/etc/ionmon/a/b"), Path("/c"), Path("/etc/ionmon/../d")] == found


def test_files_of_code_are_left() -> None:
    """A path that code passes is taken as it is."""
    assert Path("a/b") == TypeAdapter(File).validate_python(Path("a/b"))
