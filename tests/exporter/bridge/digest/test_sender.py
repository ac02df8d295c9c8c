"""A digest is sent once a day over restarts, failures and a full disk; never twice but in one case.

That case is a kill between the mail server's answer and the note of it: the same Message-ID comes
once more.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.bridge.delivery_faults import DeliveryFaults
from exporter.bridge.digest import smtp
from exporter.bridge.digest.sender import DigestSender
from exporter.bridge.journal import AlertJournal
from exporter.errors import StateError
from exporter.settings import Settings
from exporter.telemetry import Telemetry
from tests.clocks import HandClock
from tests.exporter.bridge.digest.conftest import settings
from tests.exporter.bridge.notified import journal
from tests.exporter.summary.serving import Past
from tests.servers import free_port, wait_until
from tests.smtp_server import MailRules, MailServer, mail_server

pytestmark = pytest.mark.slow

EIGHT = datetime(2026, 11, 29, 8, 0, tzinfo=UTC).timestamp()
DAY, HOUR = 86_400.0, 3_600.0


class Sending:
    """A sender whose clock is set by hand, on a journal that can be opened again."""

    def __init__(self, given: Settings, path: Path, now: float) -> None:
        self.given, self.path = given, path
        self.clock = HandClock(now)
        self.faults = DeliveryFaults(self.clock)

    @contextmanager
    def started(self) -> Iterator[DigestSender]:
        """Start a bridge, as far as digests are concerned."""
        with journal(self.path) as kept:
            yield DigestSender(
                settings=self.given,
                journal=kept,
                clock=self.clock,
                faults=self.faults,
                telemetry=Telemetry(0.0),
            )

    def look(self, at: float) -> None:
        """Start, look at the clock once, and stop."""
        self.clock.time = at
        with self.started() as sender:
            sender.look()


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A mail server that takes everything."""
    with mail_server() as running:
        yield running


@pytest.fixture
def sending(past: Past, server: MailServer, tmp_path: Path) -> Sending:
    """A bridge that has handled the days before, and looks at half past seven."""
    found = Sending(settings(past.address, server.port), tmp_path / "j.sqlite", EIGHT - HOUR / 2)
    found.look(EIGHT - HOUR / 2)
    return found


def test_it_is_sent_once_a_day_whatever_restarts(sending: Sending, server: MailServer) -> None:
    """Two days of restarts every ninety minutes are two mails, each of its own day."""
    for minutes in range(0, 2 * 24 * 60, 90):
        sending.look(EIGHT - HOUR / 3 + 60 * minutes)
    subjects = [mail.message["Subject"] for mail in server.mails]
    assert len(subjects) == 2
    assert [mail.message["Message-ID"] for mail in server.mails] == [
        "<ionmon-day.2026-11-29@example.com>",
        "<ionmon-day.2026-11-30@example.com>",
    ]
    assert subjects[0].startswith("ion, day to Sun 29 Nov 2026: 1 alert fires, 2 are over; 24% of")
    assert server.mails[0].to == ("team@example.com",)


def test_a_server_that_closes_after_the_mail_gets_it_once(
    sending: Sending, server: MailServer
) -> None:
    """What a server says to QUIT does not make a mail that it took one to send again."""
    server.rules = MailRules(replies={"QUIT": "421 closing"})
    sending.clock.time = EIGHT
    with sending.started() as sender:
        for _ in range(3):
            sender.look()
            sending.clock.time += HOUR
    assert len(server.mails) == 1
    assert sending.faults.lasting(0.0) == ()


def test_a_first_start_sends_nothing_of_the_past(
    past: Past, server: MailServer, tmp_path: Path
) -> None:
    """A bridge that is started at ten sends its first digest the next morning."""
    found = Sending(settings(past.address, server.port), tmp_path / "j.sqlite", EIGHT)
    found.look(EIGHT + 2 * HOUR)
    found.look(EIGHT + 3 * HOUR)
    assert not server.mails
    found.look(EIGHT + DAY)
    assert len(server.mails) == 1


def test_a_failure_is_tried_again_and_reported(sending: Sending, server: MailServer) -> None:
    """While the server is busy the check-in has a reason to fail; the mail comes in the end."""
    server.rules = MailRules(replies={"TAKEN": "451 busy"})
    sending.clock.time = EIGHT
    with sending.started() as sender:
        sender.look()
        assert sending.faults.lasting(0.0) == (f"mail: 127.0.0.1:{server.port}: 451 busy",)
        server.rules = MailRules()
        sender.look()  # too soon
        assert not server.mails
        sending.clock.time += 61
        sender.look()
        sender.look()
    assert len(server.mails) == 1
    assert sending.faults.lasting(0.0) == ()


def test_what_is_refused_for_good_is_not_sent_again(
    sending: Sending, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    """A mail that the server calls spam is given up, and the log and the check-in say so."""
    server.rules = MailRules(replies={"TAKEN": "554 spam"})
    sending.look(EIGHT)
    server.rules = MailRules()
    sending.look(EIGHT + HOUR / 2)
    assert not server.mails
    assert "the digest of 2026-11-29 is given up: 127.0.0.1" in caplog.text
    assert "554 spam" in sending.faults.lasting(0.0)[0]


def test_a_journal_without_room_does_not_repeat_a_mail(
    sending: Sending, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk is full after the mail was sent, that it was is known until it is noted."""
    sending.clock.time = EIGHT
    with sending.started() as sender:
        full = True

        def set_fact(name: str, value: str) -> None:
            if full:
                raise StateError("no room")
            original(name, value)

        records = _journal(sender).records
        original = records.set_fact
        monkeypatch.setattr(records, "set_fact", set_fact)
        for _ in range(5):
            sender.look()
            sending.clock.time += HOUR
        full = False
        sending.clock.time += HOUR
        sender.look()
    sending.look(EIGHT + 12 * HOUR)
    assert len(server.mails) == 1


def _journal(sender: DigestSender) -> AlertJournal:
    return sender._journal


def test_a_kill_before_the_note_repeats_the_same_mail(
    sending: Sending, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one stated case: what the server took is sent once more, with the same Message-ID."""

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    sending.clock.time = EIGHT
    with sending.started() as sender:
        monkeypatch.setattr(sender, "_note", killed)
        with pytest.raises(Killed):
            sender.look()
    sending.look(EIGHT + 60)
    sending.look(EIGHT + 120)
    first, second = server.mails
    assert first.message["Message-ID"] == second.message["Message-ID"]


def test_the_week_comes_beside_the_day(past: Past, server: MailServer, tmp_path: Path) -> None:
    """On its day two mails are sent: the day's and the week's."""
    given = settings(past.address, server.port, week="sunday", to=["boss@example.com"])
    found = Sending(given, tmp_path / "j.sqlite", EIGHT)
    found.look(EIGHT - HOUR)
    found.look(EIGHT)
    found.look(EIGHT + DAY)
    names = [mail.message["Message-ID"].partition(".")[0] for mail in server.mails]
    assert names == ["<ionmon-day", "<ionmon-week", "<ionmon-day"]
    assert server.mails[1].message["Subject"].startswith("ion, week to Sun 29 Nov 2026: ")
    assert {mail.to for mail in server.mails} == {("boss@example.com",)}


def test_a_stop_waits_for_one_conversation_at_most(
    past: Past, server: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a server drips, the end of the bridge begins no second mail."""
    monkeypatch.setattr(smtp, "DEADLINE", 0.6)
    given = settings(past.address, server.port, week="sunday")
    found = Sending(given, tmp_path / "j.sqlite", EIGHT)
    found.look(EIGHT - HOUR)
    server.rules = MailRules(drip="")
    found.clock.time = EIGHT

    async def stopped() -> None:
        with found.started() as sender:
            running = asyncio.create_task(sender.run())
            await asyncio.to_thread(wait_until, lambda: server.sessions > 0, "a conversation")
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await asyncio.get_running_loop().shutdown_default_executor()

    asyncio.run(stopped())
    assert server.sessions == 1


def test_without_the_settings_nothing_is_sent(past: Past, tmp_path: Path) -> None:
    """A bridge without notifications.digest sends none; a reload may add it."""
    given = settings(past.address, free_port())
    none = given.notifications.model_copy(update={"digest": None})
    found = Sending(
        given.model_copy(update={"notifications": none}), tmp_path / "j.sqlite", EIGHT - HOUR
    )
    with found.started() as sender:
        sender.look()
        assert sender._journal.records.fact("digest.day") is None
        sender.apply(given)
        sender.look()
        assert sender._journal.records.fact("digest.day") == "2026-11-28"


def test_a_digest_whose_queries_are_missing_is_tried_again(
    sending: Sending, server: MailServer, tmp_path: Path
) -> None:
    """Without monitoring_config.json nothing is made up; once it is there the digest comes."""
    whole = sending.given
    storage = whole.storage.model_copy(update={"monitoring_config": tmp_path / "none.json"})
    sending.given = whole.model_copy(update={"storage": storage})
    sending.look(EIGHT)
    assert "none.json: cannot be read" in sending.faults.lasting(0.0)[0]
    sending.given = whole
    sending.look(EIGHT + 300)
    assert len(server.mails) == 1
