"""The newest messages of all channels, which are also printed as they come."""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from exporter.clock import Clock
from exporter.simulator.sink.message import ChannelMessage

MOST = 200
_WIDEST = 200  # characters of a printed line


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that came at a Unix time; its number is its own."""

    number: int
    at: float
    message: ChannelMessage


class Inbox:
    """Keeps the newest MOST messages; any thread may call it."""

    def __init__(self, clock: Clock, write: Callable[[str], None], notice: str = "") -> None:
        """Print through `write`, a line at a time; `notice` is what its page says first."""
        self.notice = notice
        self._clock, self._write = clock, write
        self._mutex = threading.Lock()
        self._arrivals: deque[Arrival] = deque(maxlen=MOST)
        self._count = 0
        self._beats: dict[str, float] = {}

    def add(self, message: ChannelMessage) -> None:
        """Keep a message, and print it."""
        with self._mutex:
            self._count += 1
            self._arrivals.append(Arrival(self._count, self._clock.now(), message))
            for line in printed(message):
                self._write(line)

    def beat(self, name: str) -> None:
        """Take note of a call that nobody reads, and that is missed when it stops."""
        with self._mutex:
            self._beats[name] = self._clock.now()

    def fault(self, fault: str) -> None:
        """Print why something that came is no message."""
        with self._mutex:
            self._write(_line(f"not taken: {fault}"))

    def newest_first(self) -> tuple[Arrival, ...]:
        """Return what is kept."""
        with self._mutex:
            return tuple(reversed(self._arrivals))

    def find(self, number: int) -> Arrival | None:
        """Return a message that is still kept."""
        return next((one for one in self.newest_first() if one.number == number), None)

    def beats(self) -> Mapping[str, float]:
        """Return when each call came last, Unix seconds."""
        with self._mutex:
            return dict(self._beats)


def printed(message: ChannelMessage) -> list[str]:
    """Return a message as a line or two for a terminal."""
    head = f"{message.channel} ({message.to}): {message.mention} {message.title}"
    body = "".join(piece.text for piece in message.body).strip()
    return [_line(head), *([_line(f"    {body}")] if body else [])]


def _line(text: str) -> str:
    indent = text[: len(text) - len(text.lstrip())]
    line = indent + " ".join(text.split())
    return line if len(line) <= _WIDEST else f"{line[: _WIDEST - 1]}…"
