"""What becomes of recorders when their process forks, is told to end, or ends."""

import atexit
import os
import signal
import sys
import threading
import weakref
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Any, Protocol

from prometheus_client import CollectorRegistry

# Where prometheus_client keeps what has a lock: a registry's collectors, a metric's series, and
# the numbers of a series.
_HOLDERS = ("_names_to_collectors", "_metrics", "_value", "_sum", "_count", "_buckets")


class ProcessRecorder(Protocol):
    """A recorder, as far as its process goes."""

    registry: CollectorRegistry

    def stop(self) -> bool:
        """Flush for the last time."""

    def before_fork(self) -> None:
        """Begin no reading until after the fork."""

    def after_fork_in_parent(self) -> None:
        """Go on."""

    def after_fork_in_child(self) -> None:
        """Become another instance."""


_recorders: "weakref.WeakSet[ProcessRecorder]" = weakref.WeakSet()
_forking = threading.Lock()
_still: list[ProcessRecorder] = []
_held: list[Any] = []


def join(recorder: ProcessRecorder) -> None:
    """See to a recorder that has started, from now to the end of the process."""
    _recorders.add(recorder)
    atexit.register(recorder.stop)
    stop_with_child(recorder)
    is_main = threading.current_thread() is threading.main_thread()
    if is_main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _terminated)  # a handler that is there stays


def stop_with_child(recorder: ProcessRecorder) -> None:
    """See that processes of multiprocessing, which skip atexit, flush at their end."""
    util = sys.modules.get("multiprocessing.util")
    if util is not None:
        util.register_after_fork(recorder, _finalize)


def _finalize(recorder: ProcessRecorder) -> None:
    util = sys.modules["multiprocessing.util"]
    util.Finalize(recorder, recorder.stop, exitpriority=10)


def _terminated(number: int, frame: FrameType | None) -> None:
    """Flush where SIGTERM would end the process at once.

    Not in this thread: a signal may come while it holds the lock of a metric, or flushes.
    """
    del frame
    signal.signal(number, signal.SIG_DFL)
    threading.Thread(target=_end, args=(number,), name="ionmon-recorder-end").start()


def _end(number: int) -> None:
    for recorder in list(_recorders):
        recorder.stop()
    os.kill(os.getpid(), number)


def _before_fork() -> None:
    """Hold every metric still: a lock that another thread holds would never open in the child."""
    _forking.acquire()
    _still.extend(_recorders)
    for recorder in _still:
        recorder.before_fork()
    seen: set[int] = set()
    for lock in _locks((recorder.registry for recorder in _still), seen):
        lock.acquire()
        _held.append(lock)


def _locks(things: Iterable[object], seen: set[int]) -> Iterator[Any]:
    """Yield the locks of things and of what they hold, each once; to be taken as they come."""
    for thing in things:
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        lock = getattr(thing, "_lock", None)
        if hasattr(lock, "acquire"):
            yield lock
        for name in _HOLDERS:
            held = getattr(thing, name, ())
            parts = held.values() if isinstance(held, dict) else held
            yield from _locks(parts if isinstance(held, dict | list) else (held,), seen)


def _let_go() -> list[ProcessRecorder]:
    while _held:
        _held.pop().release()
    still = _still[:]
    _still.clear()
    _forking.release()
    return still


def _after_fork_in_parent() -> None:
    for recorder in _let_go():
        recorder.after_fork_in_parent()


def _after_fork_in_child() -> None:
    for recorder in _let_go():
        recorder.after_fork_in_child()


os.register_at_fork(
    before=_before_fork,
    after_in_parent=_after_fork_in_parent,
    after_in_child=_after_fork_in_child,
)
