"""A mail server for tests: STARTTLS or TLS from the start, a login, and replies of the test's own.

It speaks as much of RFC 5321, 3207 and 4954 as one mail after another needs.
"""

import base64
import email
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class MailRules:
    """How a mail server behaves.

    certificate  where NAME.pem and NAME.key are, without their ending; None for no TLS
    implicit     whether TLS begins with the connection
    login        the user and the password that it requires
    methods      the ways to log in that it offers
    repeats      whether it refuses each login, and repeats what it was sent
    replies      what it says in place of `250 ok`, by the first word of the command
    drip         the command that it answers line after line without an end, "" for its greeting
    """

    certificate: Path | None = None
    implicit: bool = False
    login: tuple[str, str] | None = None
    methods: str = "PLAIN"
    repeats: bool = False
    replies: Mapping[str, str] = field(default_factory=dict)
    drip: str | None = None


@dataclass(frozen=True)
class TakenMail:
    """A mail that a server took: for whom, whether it came through TLS and after a login, when."""

    to: tuple[str, ...]
    message: EmailMessage
    encrypted: bool
    user: str
    at: float


@dataclass
class MailServer:
    """A running mail server; `rules` may be replaced while it runs."""

    port: int
    rules: MailRules
    mails: list[TakenMail] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    sessions: int = 0
    ended: threading.Event = field(default_factory=threading.Event)


@contextmanager
def mail_server(rules: MailRules = MailRules()) -> Iterator[MailServer]:
    """Serve on a free port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            """Hold one conversation."""
            found.sessions += 1
            _Conversation(found, self.request).hold()

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found = MailServer(server.server_address[1], rules)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Conversation:
    """One connection."""

    def __init__(self, server: MailServer, connection: socket.socket) -> None:
        self._server, self._rules = server, server.rules
        self._connection, self._encrypted = connection, False
        self._user, self._to = "", list[str]()

    def hold(self) -> None:
        """Answer until the client leaves."""
        try:
            if self._rules.implicit:
                self._encrypt()
            self._lines = self._connection.makefile("rb")
            self._drip("")
            self._say("220 stand-in")
            while (line := self._lines.readline().decode().strip()) and self._answer(line):
                pass
        except (OSError, ValueError):
            return

    def _encrypt(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        path = str(self._rules.certificate)
        context.load_cert_chain(f"{path}.pem", f"{path}.key")
        self._connection = context.wrap_socket(self._connection, server_side=True)
        self._encrypted = True

    def _say(self, *lines: str) -> None:
        self._connection.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def _drip(self, word: str) -> None:
        while word == self._rules.drip:
            self._say("220-wait")
            self._server.ended.wait(0.05)
            if self._server.ended.is_set():
                raise OSError

    def _answer(self, line: str) -> bool:
        word, _, rest = line.partition(" ")
        word = word.upper()
        self._drip(word)
        if word in self._rules.replies:
            self._say(self._rules.replies[word])
        elif word == "EHLO":
            self._offer()
        elif word == "STARTTLS":
            self._say("220 go on")
            self._encrypt()
            self._lines = self._connection.makefile("rb")
        elif word == "AUTH":
            self._login(rest)
        elif word == "RCPT":
            self._recipient(rest)
        elif word == "DATA":
            self._take()
        else:
            self._say("221 bye" if word == "QUIT" else "250 ok")
        return word != "QUIT"

    def _offer(self) -> None:
        offered = ["250-stand-in"]
        if self._rules.certificate is not None and not self._encrypted:
            offered.append("250-STARTTLS")
        if self._rules.login is not None and (self._encrypted or not self._rules.certificate):
            offered.append(f"250-AUTH {self._rules.methods}")
        self._say(*offered, "250 8BITMIME")

    def _login(self, rest: str) -> None:
        given = rest.partition(" ")[2]
        if self._rules.methods != "PLAIN":
            self._say("334 PDEyMzQ1Pg==")
            given = self._lines.readline().decode().strip()
        self._server.logins.append(given)
        if self._rules.repeats:
            self._say(f"535 5.7.8 cannot decode {given} {given[:-3]} {base64.b64decode(given)!r}")
            return
        _, user, password = base64.b64decode(given).decode().split("\0")
        if (user, password) == self._rules.login:
            self._user = user
            self._say("235 welcome")
        else:
            self._say("535 wrong password")

    def _recipient(self, rest: str) -> None:
        address = rest.partition(":")[2].strip("<> ").partition(">")[0]
        if address in self._rules.replies:
            self._say(self._rules.replies[address])
        else:
            self._to.append(address)
            self._say("250 ok")

    def _take(self) -> None:
        if self._rules.login is not None and not self._user:
            self._say("530 log in")
            return
        self._say("354 go on")
        lines = iter(self._lines.readline, b".\r\n")
        text = b"".join(line[1:] if line.startswith(b"..") else line for line in lines)
        message = email.message_from_bytes(text, policy=default)
        assert isinstance(message, EmailMessage)
        reply = self._rules.replies.get("TAKEN", "250 taken")
        if reply.startswith("250"):
            self._server.mails.append(
                TakenMail(
                    to=tuple(self._to),
                    message=message,
                    encrypted=self._encrypted,
                    user=self._user,
                    at=time.time(),
                )
            )
        self._to.clear()
        self._say(reply)
