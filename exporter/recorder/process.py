"""Keeps recorders right when their process forks, gets SIGTERM or ends."""

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

# prometheus_client's attributes whose values have locks: a registry's collectors, a metric's
# series, the numbers of a series.
_PARTS_WITH_LOCKS = ("_names_to_collectors", "_metrics", "_value", "_sum", "_count", "_buckets")


class ProcessRecorder(Protocol):
    """A recorder, as this module uses it."""

    registry: CollectorRegistry

    def stop(self) -> bool:
        """Flush for the last time."""

    def before_fork(self) -> None:
        """Start no reading until after the fork."""

    def after_fork_in_parent(self) -> None:
        """Continue."""

    def after_fork_in_child(self) -> None:
        """Become another instance."""


_recorders: "weakref.WeakSet[ProcessRecorder]" = weakref.WeakSet()
_forking = threading.Lock()
_paused: list[ProcessRecorder] = []
_acquired: list[Any] = []


def join(recorder: ProcessRecorder) -> None:
    """Flush a started recorder at the end of the process, and keep it right over forks."""
    _recorders.add(recorder)
    atexit.register(recorder.stop)
    stop_with_child(recorder)
    is_main = threading.current_thread() is threading.main_thread()
    if is_main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _terminated)  # an application's own handler stays


def stop_with_child(recorder: ProcessRecorder) -> None:
    """Flush at the end of a process of multiprocessing, which skips atexit."""
    util = sys.modules.get("multiprocessing.util")
    if util is not None:
        util.register_after_fork(recorder, _finalize)


def _finalize(recorder: ProcessRecorder) -> None:
    util = sys.modules["multiprocessing.util"]
    util.Finalize(recorder, recorder.stop, exitpriority=10)


def _terminated(number: int, frame: FrameType | None) -> None:
    """Flush where SIGTERM would end the process at once.

    In another thread: the signal may interrupt code that has locked a metric, or a flush.
    """
    del frame
    signal.signal(number, signal.SIG_DFL)
    threading.Thread(target=_end, args=(number,), name="ionmon-recorder-end").start()


def _end(number: int) -> None:
    for recorder in list(_recorders):
        recorder.stop()
    os.kill(os.getpid(), number)


def _before_fork() -> None:
    """Lock every metric: a lock that another thread owns would never be released in the child."""
    _forking.acquire()
    _paused.extend(_recorders)
    for recorder in _paused:
        recorder.before_fork()
    seen: set[int] = set()
    for lock in _locks((recorder.registry for recorder in _paused), seen):
        lock.acquire()
        _acquired.append(lock)


def _locks(objects: Iterable[object], seen: set[int]) -> Iterator[Any]:
    """Yield the locks of objects and of their parts, each once; acquire each as it comes."""
    for part in objects:
        if id(part) in seen:
            continue
        seen.add(id(part))
        lock = getattr(part, "_lock", None)
        if hasattr(lock, "acquire"):
            yield lock
        for name in _PARTS_WITH_LOCKS:
            below = getattr(part, name, ())
            parts = below.values() if isinstance(below, dict) else below
            yield from _locks(parts if isinstance(below, dict | list) else (below,), seen)


def _release() -> list[ProcessRecorder]:
    while _acquired:
        _acquired.pop().release()
    paused = _paused[:]
    _paused.clear()
    _forking.release()
    return paused


def _after_fork_in_parent() -> None:
    for recorder in _release():
        recorder.after_fork_in_parent()


def _after_fork_in_child() -> None:
    for recorder in _release():
        recorder.after_fork_in_child()


os.register_at_fork(
    before=_before_fork,
    after_in_parent=_after_fork_in_parent,
    after_in_child=_after_fork_in_child,
)
