"""The sink's mail server, with Python's own client."""

import io
import smtplib
import threading
from collections.abc import Iterator

import pytest

from exporter.clock import WallClock
from exporter.simulator.sink.inbox import Inbox
from exporter.simulator.sink.smtp import LARGEST_MAIL, SmtpSink, received
from tests.servers import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def sink() -> Iterator[tuple[SmtpSink, list[str]]]:
    """Serve on a free port; the list has what was printed."""
    lines: list[str] = []
    with SmtpSink(0, Inbox(WallClock(), lines.append)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server, lines
        server.shutdown()
        thread.join()


def test_mails_over_one_connection(sink: tuple[SmtpSink, list[str]]) -> None:
    """Each has its own recipients; a line that begins with a dot stays as it was."""
    server, lines = sink
    with smtplib.SMTP("127.0.0.1", server.port, timeout=30) as client:
        client.sendmail("ion@example.com", ["a@x", "b@x"], "Subject: one\r\n\r\n.dotted\r\n")
        client.sendmail("ion@example.com", ["c@x"], "Subject: two\r\n\r\nplain\r\n")
    assert lines == [
        "Mail (a@x, b@x): one",
        "    .dotted",
        "Mail (c@x): two",
        "    plain",
    ]


def test_a_sender_that_leaves(sink: tuple[SmtpSink, list[str]]) -> None:
    """The mail that it did not end is no mail; others are taken."""
    server, lines = sink
    left = smtplib.SMTP("127.0.0.1", server.port, timeout=30)
    left.docmd("DATA")
    left.close()
    wait_until(lambda: bool(lines), "a mail without an end")
    with smtplib.SMTP("127.0.0.1", server.port, timeout=30) as client:
        client.sendmail("ion@example.com", ["a@x"], "Subject: next\r\n\r\n")
    fault, mail = lines
    assert fault.startswith("not taken: a mail: EOFError")
    assert mail == "Mail (a@x): next"


@pytest.mark.parametrize(
    ("content", "mail"),
    [
        (b"a\r\n.\r\nb\r\n", b"a\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b"x" * 8_192 + b".\r\n.\r\n", b"x" * 8_192 + b".\r\n"),
        (b"x" * LARGEST_MAIL + b"\r\n.\r\n", None),
    ],
)
def test_where_a_mail_ends(content: bytes, mail: bytes | None) -> None:
    """A dot alone on a line ends it, wherever long lines are cut; too large a mail is none."""
    stream = io.BytesIO(content)
    assert received(stream) == mail
    assert stream.read() in (b"", b"b\r\n")
