"""How the interpreter is set up before it serves."""

import gc
import subprocess
import sys
from contextlib import suppress

from exporter.interpreter import ARENAS, uncollected

PROGRAM = """
import gc, sys
from exporter.interpreter import prepare
before = gc.get_threshold()
prepare()
assert sys.getswitchinterval() < 0.001
assert gc.get_freeze_count() > 1000
assert gc.get_threshold()[0] > before[0]
assert gc.isenabled()
"""


def test_series_are_not_looked_at_again_and_again() -> None:
    """Threads change often, and the garbage collector, which goes on, stops them seldom."""
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)


def test_nothing_is_collected_meanwhile() -> None:
    """Afterwards, also after an error, it goes on, where it did before."""
    with suppress(KeyError), uncollected():
        assert not gc.isenabled()
        with uncollected():
            pass
        assert not gc.isenabled()
        raise KeyError
    assert gc.isenabled()


ALLOCATING = """
import ctypes, threading
from exporter.interpreter import prepare
prepare()
begun = threading.Barrier(20)
def allocate():
    begun.wait()
    kept = [bytearray(50_000) for _ in range(20)]
    begun.wait()
threads = [threading.Thread(target=allocate) for _ in range(20)]
for thread in threads: thread.start()
for thread in threads: thread.join()
library = ctypes.CDLL(None)
library.fdopen.restype = ctypes.c_void_p
stdout = ctypes.c_void_p(library.fdopen(1, b"w"))
library.malloc_info(0, stdout)
library.fflush(stdout)
"""


def test_threads_share_what_was_freed() -> None:
    """However many threads allocate, memory lies in a few arenas, and not in one for each."""
    found = subprocess.run([sys.executable, "-c", ALLOCATING], check=True, capture_output=True)
    assert 1 <= found.stdout.count(b"<heap nr=") <= ARENAS


FREEING = """
from pathlib import Path
from exporter.interpreter import give_back
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
kept = [bytearray(50_000) for _ in range(2_000)]
high = resident()
# Every eleventh block stays, and the last: what is freed lies between blocks in use.
kept[:-1] = [block for n, block in enumerate(kept[:-1]) if n % 11 == 0]
before = resident()
give_back()
print(high, before, resident())
"""


def test_what_was_freed_between_blocks_is_given_back() -> None:
    """The C library keeps freed memory below a block in use; the system gets it back."""
    found = subprocess.run([sys.executable, "-c", FREEING], check=True, capture_output=True)
    high, before, after = map(int, found.stdout.split())
    assert before > high - 50_000_000
    assert after < before - 50_000_000
