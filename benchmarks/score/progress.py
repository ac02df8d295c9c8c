"""Progress of a score on standard error."""

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def steps(items: Sequence[T], what: str) -> Iterator[T]:
    """Yield items, and show before each how many are done and how long it takes."""
    begun = time.monotonic()
    for done, item in enumerate(items):
        spent = time.monotonic() - begun
        rest = f", {spent / done * (len(items) - done):.0f} s left" if done else ""
        print(f"\r{what} {done + 1}/{len(items)}{rest}   ", end="", file=sys.stderr, flush=True)
        yield item
    print(f"\r{what}: {time.monotonic() - begun:.0f} s          ", file=sys.stderr)
