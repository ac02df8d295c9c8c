"""The mail server of the sink: as much of SMTP (RFC 5321) as a sender without TLS needs."""

import email
import socketserver
import sys
from email.message import EmailMessage
from email.policy import default
from io import BufferedIOBase

from exporter.simulator.sink.channels import mail
from exporter.simulator.sink.inbox import Inbox

LONGEST_LINE = 8_192
LARGEST_MAIL = 10 << 20
_MOST_RECIPIENTS = 100
_IDLE = 60.0  # seconds


class _Session(socketserver.StreamRequestHandler):
    server: "SmtpSink"
    timeout = _IDLE

    def handle(self) -> None:
        """Take one mail after the other, until the sender leaves."""
        to: list[str] = []
        self._say("220 sink")
        while command := self.rfile.readline(LONGEST_LINE).decode(errors="replace").strip():
            verb = command.upper()
            if verb == "QUIT":
                self._say("221 bye")
                return
            if verb.startswith("RCPT TO:") and len(to) < _MOST_RECIPIENTS:
                to.append(command[8:].strip("<> "))
            elif verb == "DATA":
                self._say("354 go on")
                self._take(to)
                to = []
                continue
            self._say("250 ok")

    def _take(self, to: list[str]) -> None:
        content = received(self.rfile)
        if content is None:
            self.server.inbox.fault(f"a mail to {', '.join(to)} of more than 10 MiB")
            self._say("552 too large")
            return
        message = email.message_from_bytes(content, policy=default)
        if isinstance(message, EmailMessage):
            self.server.inbox.add(mail(to, message))
        self._say("250 ok")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


def received(stream: BufferedIOBase) -> bytes | None:
    """Return a mail up to the line with a dot alone; None where it is larger than LARGEST_MAIL.

    Raises EOFError where the sender leaves before.
    """
    lines: list[bytes] = []
    size, begins = 0, True
    while (line := stream.readline(LONGEST_LINE)).rstrip(b"\r\n") != b"." or not begins:
        if not line:
            raise EOFError("the sender left before its end")
        size += len(line)
        if size <= LARGEST_MAIL:
            lines.append(line.removeprefix(b".") if begins else line)
        begins = line.endswith(b"\n")
    return b"".join(lines) if size <= LARGEST_MAIL else None


class SmtpSink(socketserver.ThreadingTCPServer):
    """Listens at a port of 127.0.0.1; 0 is a free one."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int, inbox: Inbox) -> None:
        super().__init__(("127.0.0.1", port), _Session)
        self.inbox = inbox
        self.port = int(self.server_address[1])

    def handle_error(self, *_: object) -> None:
        """Say in a line that a sender went away, or that a mail could not be read."""
        self.inbox.fault(f"a mail: {sys.exception()!r}")
