"""Signals while a deploy works: the first one has all put back, and nothing stops that."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_Answer = Callable[[int, FrameType | None], None]


class StopAsked(KeyboardInterrupt):
    """Somebody stops the program: Ctrl-C, or a signal."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Raise StopAsked in the block for every signal that would end the program."""

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        raise StopAsked(signal.Signals(number).name)

    with _answering(stop):
        yield


@contextmanager
def unstoppable(say: Callable[[], None]) -> Iterator[None]:
    """Only say what goes on where somebody wants to end the program in the block."""

    def explain(number: int, frame: FrameType | None) -> None:
        del number, frame
        say()

    with _answering(explain):
        yield


@contextmanager
def _answering(answer: _Answer) -> Iterator[None]:
    before = {number: signal.signal(number, answer) for number in _STOPS}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
