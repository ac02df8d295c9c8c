"""One line a record, whatever is in it."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter import logs
from exporter.logs import fields, lines, redaction

ANY_TEXT = st.text(st.characters(exclude_categories=[]))
CORPUS = [
    "a\nlevel=error",
    "a\r\nb",
    "\x1b[2J\x1b]0;owned\x07",
    "a\u2028b\x85c",
    "\u202eabc",
    "\x00",
]


@pytest.fixture
def page() -> Iterator[io.StringIO]:
    """Log into a text; put logging back afterwards."""
    root, own = logging.getLogger(), logging.getLogger(logs.ROOT)
    kept = (root.handlers[:], own.level, logging.raiseExceptions)
    stream = io.StringIO()
    with redirect_stderr(stream):
        logs.setup("debug")
    yield stream
    root.handlers[:], level, logging.raiseExceptions = kept
    own.setLevel(level)
    logging.captureWarnings(capture=False)


def line(message: object, form: str, **values: object) -> str:
    """Return the line of one record."""
    record = logging.LogRecord("ionmon.test", logging.INFO, "", 0, message, (), None)
    record.created = datetime(2026, 11, 24, 6, 2, 56, 123000, tzinfo=UTC).timestamp()
    record.fields = values
    return lines.Lines(lines._FORMS[form]).format(record)


def test_logfmt() -> None:
    """A logfmt line is time, level, logger, message and fields, quoted where it is needed."""
    found = line("poll failed", "logfmt", project="p", seconds=1.5, stale=True, text='say "x=1"')
    expected = (
        "ts=2026-11-24T06:02:56.123Z level=info logger=test "
        r'msg="poll failed" project=p seconds=1.5 stale=true text="say \"x=1\""'
    )
    assert expected == found


def test_json() -> None:
    """A JSON line is one object with the same keys; numbers and switches stay what they are."""
    found = json.loads(line("poll failed", "json", project="p", seconds=1.5, stale=True, age=None))
    expected = {
        "ts": "2026-11-24T06:02:56.123Z",
        "level": "info",
        "logger": "test",
        "msg": "poll failed",
        "project": "p",
        "seconds": 1.5,
        "stale": True,
        "age": "None",
    }
    assert expected == found


@given(ANY_TEXT, ANY_TEXT)
def test_any_text_is_one_printable_line(message: str, value: str) -> None:
    """Whatever Unicode is logged, each format yields one line that cannot steer a terminal."""
    for form in ("logfmt", "json"):
        found = line(message, form, value=value)
        assert found.isprintable()
        assert [found] == found.splitlines()


@given(st.text(), st.text())
def test_json_reads_back(message: str, value: str) -> None:
    """What a JSON line holds parses to what was logged."""
    found = json.loads(line(message, "json", value=value))
    assert (message, value) == (found["msg"], found["value"])


@given(st.text(), st.text())
def test_logfmt_reads_back(message: str, value: str) -> None:
    """A quoted logfmt value is a JSON string; what is not quoted has nothing to quote."""
    prefix = "ts=2026-11-24T06:02:56.123Z level=info logger=test "
    rest = line(message, "logfmt", value=value).removeprefix(prefix + "msg=")
    if rest.startswith('"'):
        found, end = json.JSONDecoder().raw_decode(rest)
    else:
        found, end = rest.split(" ", 1)[0], rest.index(" ")
    assert message == found
    assert rest[end:].startswith(" value=")


@pytest.mark.parametrize("text", CORPUS)
@pytest.mark.parametrize("form", ["logfmt", "json"])
def test_a_line_cannot_be_forged(text: str, form: str) -> None:
    """Ends of lines, escapes and marks of direction are written out, not written."""
    assert line(text, form, value=text).isprintable()


def test_numbers_that_json_has_not_are_text() -> None:
    """Infinity and not-a-number are quoted, since JSON has neither."""
    found = json.loads(
        line("x", "json", a=float("inf"), b=float("nan")), parse_constant=pytest.fail
    )
    assert (found["a"], found["b"]) == ("inf", "nan")


def test_a_field_does_not_replace_the_line_s_own() -> None:
    """A field named like one of the line's own keys gets another name."""
    found = json.loads(line("x", "json", level="none", **{"a b": 1}))
    assert (found["level"], found["level_"], found["a_b"]) == ("info", "none", 1)


def test_an_exception_is_one_field(page: io.StringIO) -> None:
    """A traceback is one field of the one line."""
    try:
        raise ValueError("first\nsecond")  # noqa: TRY301 - the traceback is what is tested
    except ValueError:
        logs.logger("poller").exception("poll failed")
    text = page.getvalue()
    assert len(text.splitlines()) == 1
    assert r"ValueError: first\nsecond" in text


def test_arguments_that_do_not_fit_lose_no_record(page: io.StringIO) -> None:
    """A message whose arguments do not fit is logged with them beside it."""
    logs.logger("poller").info("%d points", "many")
    assert "msg=\"%d points ('many',)\"" in page.getvalue()


def test_levels(page: io.StringIO) -> None:
    """Own records are logged from the level on, those of libraries from warn on."""
    with redirect_stderr(page):
        logs.setup("warn")
    own, library = logs.logger("poller"), logging.getLogger("library")
    own.info("a")
    own.warning("b")
    library.info("c")
    library.warning("d", extra=fields(x=1))
    found = [text.split(" ", 1)[1] for text in page.getvalue().splitlines()]
    assert found == ["level=warn logger=poller msg=b", "level=warn logger=library msg=d x=1"]


def test_once(page: io.StringIO) -> None:
    """A warning is logged once, again when its text changes, and its end once."""
    log = logs.logger("poller")
    for message in ("down", "down", "still down", "still down"):
        logs.once(log, "cache", message, target="cache")
    for _ in range(2):
        logs.over(log, "cache", "up")
    logs.once(log, "cache", "down")
    found = [text.split("msg=")[1] for text in page.getvalue().splitlines()]
    assert found == ["down target=cache", '"still down" target=cache', "up", "down"]


@pytest.mark.parametrize("form", ["logfmt", "json"])
@pytest.mark.parametrize("secret", ["canary", 'ca"na\\ry', "ca na/ry&é", "first-line\nsecond-line"])
def test_a_secret_is_in_no_line(page: io.StringIO, form: str, secret: str) -> None:
    """A concealed value is replaced in messages, fields and tracebacks, however it is spelt."""
    with redirect_stderr(page):
        logs.setup("info", form)
    redaction.conceal(secret)
    log = logs.logger("poller")
    log.info("url redis://u:%s@h", secret, extra=fields(a=secret, b=[secret], c={"k": secret}))
    try:
        raise ValueError(secret)  # noqa: TRY301 - the traceback is what is tested
    except ValueError:
        log.exception(json.dumps({"password": secret}))
    shown = json.dumps(page.getvalue())
    assert shown.count("<secret>") == 6
    for part in (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], *secret.split("\n")):
        assert part not in page.getvalue()


def test_no_secret_changes_nothing() -> None:
    """An empty value conceals nothing."""
    redaction.conceal("")
    assert redaction.redacted("abc") == "abc"


@pytest.mark.parametrize("last", ["fail()", "threading.Thread(target=fail).start()"])
def test_what_nobody_caught_is_one_line_without_secrets(last: str) -> None:
    """An exception that ends the process or a thread is logged as one line, secrets taken out."""
    program = f"""
import threading
from exporter.logs import log_uncaught, redaction, setup
setup()
log_uncaught()
word = "can" + "ary"
redaction.conceal(word)
def fail():
    raise ValueError(word)
{last}
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert len(done.stderr.splitlines()) == 1
    assert "ValueError: <secret>" in done.stderr
    assert "canary" not in done.stderr
