"""Keeps recorders right when their process forks, gets SIGTERM or ends."""

import atexit
import os
import signal
import sys
import threading
import weakref
from collections.abc import Iterator
from types import FrameType
from typing import Any, Protocol

from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase

_NUMBERS = {"_value", "_sum", "_count"}  # prometheus_client's attributes that have locks


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
    """Stop readings, and lock what only its owner can make anew: registries, foreign collectors."""
    _forking.acquire()
    _paused.extend(_recorders)
    for recorder in _paused:
        recorder.before_fork()
    locks = {id(lock): lock for recorder in _paused for lock in _foreign(recorder.registry)}
    for lock in locks.values():
        lock.acquire()
        _acquired.append(lock)


def _foreign(registry: CollectorRegistry) -> Iterator[Any]:
    yield registry._lock
    for collector in registry._collector_to_names:
        lock = getattr(collector, "_lock", None)
        if not isinstance(collector, MetricWrapperBase) and hasattr(lock, "acquire"):
            yield lock


def _renew(registry: CollectorRegistry) -> None:
    """Give metrics new locks: one that another thread had at the fork would never be released.

    To lock 100,000 children before each fork takes longer than the fork. What a lock guarded is
    whole in any case: a number is replaced in one step, and the child's counts begin at the fork.
    """
    for collector in registry._collector_to_names:
        if isinstance(collector, MetricWrapperBase):
            children = getattr(collector, "_metrics", {}).values()
            for part in (collector, *children):
                own = part.__dict__
                if "_lock" in own:
                    part._lock = threading.Lock()
                for name in _NUMBERS & own.keys():
                    if hasattr(own[name], "_lock"):
                        own[name]._lock = threading.Lock()
                for bucket in own.get("_buckets", ()):
                    bucket._lock = threading.Lock()


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
    for registry in {id(each.registry): each.registry for each in _paused}.values():
        _renew(registry)
    for recorder in _release():
        recorder.after_fork_in_child()


os.register_at_fork(
    before=_before_fork,
    after_in_parent=_after_fork_in_parent,
    after_in_child=_after_fork_in_child,
)
