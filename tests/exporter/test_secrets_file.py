"""Secrets from files."""

import copy
import json
import logging
import os
import pickle
from pathlib import Path

import pytest

from exporter import logs
from exporter.logs import redaction
from exporter.secrets_file import MAX_SECRET, Secret, UnusableSecret, read_secret


def written(path: Path, content: bytes, mode: int = 0o600) -> Path:
    """Write a file of this mode and return its path."""
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_secret_does_not_show_itself() -> None:
    """Whatever turns the type into text or bytes shows a stand-in; only reveal returns it."""
    secret = Secret("canary")
    shown = [repr(secret), str(secret), f"{secret:>20}", f"{[secret]}", str(vars_of(secret))]
    assert shown == ["<secret>", "<secret>", "<secret>", "[<secret>]", "{}"]
    assert b"canary" not in pickle.dumps(secret)
    assert secret.reveal() == "canary"


def vars_of(value: object) -> dict[str, object]:
    """Return an object's attributes as a debugger lists them."""
    return getattr(value, "__dict__", {})


def test_a_secret_is_no_json() -> None:
    """JSON refuses the type, by a text without the value."""
    with pytest.raises(TypeError) as refused:
        json.dumps(Secret("canary"))
    assert "canary" not in str(refused.value)


def test_copies_are_the_secret() -> None:
    """Copies within the process are the secret itself, and secrets are compared by value."""
    secret = Secret("canary")
    assert secret is copy.copy(secret)
    assert secret is copy.deepcopy(secret)
    assert {secret} == {Secret("canary")}
    assert secret != Secret("other")
    assert secret != "canary"


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"canary", "canary"), (b"canary\n", "canary"), (b"a\r\n", "a"), (b" a \n\n", " a \n")],
)
def test_one_newline_at_the_end_is_left_out(tmp_path: Path, content: bytes, expected: str) -> None:
    """A file's text is its secret, less the newline that editors put at the end."""
    assert expected == read_secret(written(tmp_path / "secret", content)).reveal()


def test_a_secret_that_was_read_is_concealed(tmp_path: Path) -> None:
    """What was read from a secret's file is shown by no log from then on."""
    read_secret(written(tmp_path / "secret", b"canary\n"))
    assert redaction.redacted("a canary b") == "a <secret> b"


def test_a_wide_mode_is_warned_of_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A file that others may read is used, with one warning that says how to close it."""
    path = written(tmp_path / "secret", b"canary", 0o644)
    with caplog.at_level(logging.INFO, logs.ROOT):
        read_secret(path)
        read_secret(path)
        path.chmod(0o600)
        read_secret(path)
    expected = [
        f"{path}: mode 0644 lets others read this secret; chmod 0600 it",
        f"{path}: only its owner can read this secret now",
    ]
    assert expected == caplog.messages


def test_a_link_is_followed(tmp_path: Path) -> None:
    """A symbolic link, as Kubernetes mounts secrets, leads to the secret."""
    link = tmp_path / "link"
    link.symlink_to(written(tmp_path / "secret", b"canary"))
    assert read_secret(link).reveal() == "canary"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "is empty; write the secret into it, mode 0600"),
        (b"\n", "is empty; write the secret into it, mode 0600"),
        (b"x" * (MAX_SECRET + 1), "is larger than 64 KiB; a secret is one short text"),
        (b"\xffcanary", "is not UTF-8 text; write the secret into it"),
    ],
)
def test_an_unusable_file_is_refused(tmp_path: Path, content: bytes, fault: str) -> None:
    """A file that is empty, too large or no text is named with its fix."""
    path = written(tmp_path / "secret", content)
    with pytest.raises(UnusableSecret) as refused:
        read_secret(path)
    assert f"{path}: {fault}" == str(refused.value)
    assert refused.value.__context__ is None


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A missing file is named, with the fix."""
    path = tmp_path / "secret"
    with pytest.raises(UnusableSecret) as refused:
        read_secret(path)
    expected = (
        f"{path}: cannot be read: No such file or directory; write the secret into it, mode 0600"
    )
    assert expected == str(refused.value)


def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    """A pipe, which would block, is refused; so is a directory."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path):
        with pytest.raises(UnusableSecret, match="is not a file"):
            read_secret(path)
