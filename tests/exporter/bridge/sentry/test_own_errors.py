"""Unexpected errors of ionmon itself at Sentry, without the secrets of the process."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exporter.bridge.sentry.own_errors import own_errors
from exporter.logs.redaction import conceal
from exporter.settings import NotificationSettings
from tests.clocks import HandClock
from tests.exporter.bridge.notified import journal
from tests.exporter.bridge.samples import BEGAN
from tests.sentry import Answer, Sentry, sentry
from tests.servers import wait_until

pytestmark = pytest.mark.slow
log = logging.getLogger("ionmon.poller")
CANARY = "hunter2-hunter2"


@pytest.fixture
def server() -> Iterator[Sentry]:
    """Run a Sentry."""
    with sentry() as running:
        yield running


def settings(folder: Path, dsn: str, *, own: bool) -> NotificationSettings:
    """Return settings with a DSN in its file."""
    (folder / "dsn").write_text(dsn)
    (folder / "dsn").chmod(0o600)
    body: dict[str, Any] = {"dsn_file": "dsn", "own_errors": own, "environment": "staging"}
    return NotificationSettings.model_validate({"secrets_dir": str(folder), "sentry": body})


def log_in(password: str) -> None:
    """Fail, with a secret in a variable and in the text of the cause."""
    try:
        {}[password]
    except KeyError as error:
        raise RuntimeError(f"cannot log in with {password}") from error


def fail() -> None:
    """Log an error with its traceback."""
    try:
        log_in(CANARY)
    except RuntimeError:
        log.exception("a poll was stopped by a defect")


def test_a_defect_arrives_without_its_secrets(tmp_path: Path, server: Sentry) -> None:
    """An error with a traceback is an event: where it was raised, and no secret of the process."""
    conceal(CANARY)
    with own_errors(
        settings(tmp_path, server.dsn, own=True),
        HandClock(BEGAN),
        tmp_path / "none",
        tmp_path / "state",
    ):
        fail()
    (event,) = server.events
    assert (event["level"], event["environment"]) == ("error", "staging")
    inner, outer = event["exception"]["values"]
    assert (inner["type"], outer["type"]) == ("KeyError", "RuntimeError")
    assert outer["stacktrace"]["frames"][-1]["function"] == "log_in"
    assert "cannot log in with <secret>" in outer["value"]
    assert CANARY not in str(event)


def test_only_defects_arrive(tmp_path: Path, server: Sentry) -> None:
    """A warning, and an error that is only a message, stay in the log."""
    with own_errors(
        settings(tmp_path, server.dsn, own=True),
        HandClock(BEGAN),
        tmp_path / "none",
        tmp_path / "state",
    ):
        log.warning("the network is away", exc_info=ValueError("x"))
        log.error("quota is used up")
    assert server.events == []


def test_the_same_defect_arrives_once_an_hour(tmp_path: Path, server: Sentry) -> None:
    """What fails each second is one event; an hour later it is another."""
    clock = HandClock(BEGAN)
    with own_errors(
        settings(tmp_path, server.dsn, own=True), clock, tmp_path / "none", tmp_path / "state"
    ):
        for _ in range(100):
            fail()
        wait_until((tmp_path / "state.sentry.json").exists, "a note of the first")
        clock.time += 3_601
        fail()
    assert len(server.events) == 2


def test_off_unless_asked_for(tmp_path: Path, server: Sentry) -> None:
    """Without `own_errors` nothing is sent."""
    with own_errors(
        settings(tmp_path, server.dsn, own=False),
        HandClock(BEGAN),
        tmp_path / "none",
        tmp_path / "state",
    ):
        fail()
    assert server.posts == []


def test_a_sentry_that_fails_harms_nothing(
    tmp_path: Path, server: Sentry, caplog: pytest.LogCaptureFixture
) -> None:
    """An error that cannot be sent is said once in the log, and is no new error."""
    server.always = Answer(503)
    with own_errors(
        settings(tmp_path, server.dsn, own=True),
        HandClock(BEGAN),
        tmp_path / "none",
        tmp_path / "state",
    ):
        fail()
    assert len(server.events) == 1
    assert "an error of ionmon is in the log only: Sentry answered 503" in caplog.text


def crash(folder: Path, server: Sentry, clock: HandClock) -> None:
    """Start, fail, and end."""
    kept = (folder / "journal.sqlite", folder / "state.sqlite")
    with own_errors(settings(folder, server.dsn, own=True), clock, *kept):
        fail()


@pytest.fixture(params=["beside a bridge", "alone"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """Have the journal of a bridge that runs, or none."""
    if request.param == "alone":
        yield
        return
    with journal(tmp_path / "journal.sqlite"):
        yield


def test_a_crash_loop_is_one_event_an_hour(tmp_path: Path, server: Sentry, kept: None) -> None:
    """What was sent is in the journal, or in a file beside the state file: a start knows it."""
    del kept
    clock = HandClock(BEGAN)
    for _ in range(4):
        crash(tmp_path, server, clock)
        clock.time += 60
    assert len(server.events) == 1
    clock.time += 3_600
    crash(tmp_path, server, clock)
    assert len(server.events) == 2
    clock.time -= 90_000  # a clock that was ahead keeps nothing back
    crash(tmp_path, server, clock)
    assert len(server.events) == 3


def test_a_start_keeps_sentrys_limits(tmp_path: Path, server: Sentry, kept: None) -> None:
    """After a 429 nothing is sent for as long as Sentry asked, whoever starts meanwhile."""
    del kept
    clock = HandClock(BEGAN)
    server.always = Answer(429, (("Retry-After", "600"),))
    crash(tmp_path, server, clock)
    server.always = None
    crash(tmp_path, server, clock)
    assert len(server.events) == 1
    clock.time += 601
    crash(tmp_path, server, clock)
    assert len(server.events) == 2


def test_a_damaged_note_keeps_nothing_back(tmp_path: Path, server: Sentry) -> None:
    """Whatever stands there, an error is sent."""
    with journal(tmp_path / "journal.sqlite") as found:
        for text in ("[]", "no JSON", '{"x": "y"}', '{"x": null}', '{"x": 1e999}'):
            found.records.set_fact("sentry.own_errors", text)
            crash(tmp_path, server, HandClock(BEGAN))
    assert len(server.events) == 5


def test_a_damaged_file_keeps_nothing_back(tmp_path: Path, server: Sentry) -> None:
    """Without a journal, too; one that cannot be written costs the limit alone."""
    own = tmp_path / "state.sqlite.sentry.json"
    for content in (b"[]", b"\xff", b"[" * 100_000, b'{"sentry.own_errors": 7}'):
        own.write_bytes(content)
        crash(tmp_path, server, HandClock(BEGAN))
    assert len(server.events) == 4
    own.unlink()
    own.mkdir()
    crash(tmp_path, server, HandClock(BEGAN))
    assert len(server.events) == 5
    assert sorted(each.name for each in tmp_path.iterdir()) == ["dsn", own.name]
