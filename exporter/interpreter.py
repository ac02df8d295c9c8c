"""Sets the interpreter up so that scrapes wait neither for polls nor for garbage collection."""

import gc
import sys

SWITCH = 0.0002  # seconds; at Python's 5 ms a scrape waits several times 5 ms for a poll's decoding
# Series and samples have no cycles: what is dropped is freed without the collector. To look at all
# of them stops every thread, for 0.1 s and longer.
YOUNG = 10_000  # objects; Python 3.11 has 700


def prepare() -> None:
    """Prepare a process that is about to serve; everything imported so far stays for good."""
    sys.setswitchinterval(SWITCH)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 10)
