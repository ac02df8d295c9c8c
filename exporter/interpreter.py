"""Sets the process up so that scrapes wait for nothing, and freed memory is used again."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SWITCH = 0.0002  # seconds; at Python's 5 ms a scrape waits several times 5 ms for a poll's decoding
# Series and samples have no cycles: what is dropped is freed without the collector. To look at all
# of them stops every thread, for 0.1 s and longer.
YOUNG = 10_000  # objects; Python 3.11 has 700
# The C library gives each thread an arena of its own, and what a page of an answer took in one is
# of no use to the next page in another. Threads hold the interpreter's lock while they allocate.
ARENAS = 2
_M_ARENA_MAX = -8  # mallopt(3) of glibc


def prepare() -> None:
    """Prepare a process that is about to serve; everything imported so far stays for good."""
    sys.setswitchinterval(SWITCH)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 10)
    _call("mallopt", _M_ARENA_MAX, ARENAS)


@contextmanager
def uncollected() -> Iterator[None]:
    """Run no collector meanwhile: it would look at all of a large answer, time and again.

    Reading JSON of a million points takes a third of the time then.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def give_back() -> None:
    """Give the system what was freed between blocks that are in use: the C library would keep it.

    After a change of a million lines that is a sixth of the memory. It takes some milliseconds.
    """
    _call("malloc_trim", 0)


def _call(function: str, *arguments: int) -> None:
    found = getattr(ctypes.CDLL(None), function, None)  # other C libraries than glibc have none
    if found is not None:
        found(*arguments)
