"""Runs of tools that are independent of each other: all at once, the longest first."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from generators.checks.engine.problem import Problem

PROCESSES = len(os.sched_getaffinity(0))
Count = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ToolRun:
    """One run: what it is, about how long it takes, and what it finds."""

    what: str
    effort: float
    problems: Callable[[], Iterable[Problem]]


def found_by(runs: Sequence[ToolRun], count: Count) -> list[Problem]:
    """Run all; `count` hears what has ended, how many have, and how many there are."""
    ordered = sorted(runs, key=lambda run: -run.effort)
    found: list[Problem] = []
    with ThreadPoolExecutor(PROCESSES) as pool:
        running = {pool.submit(_problems, run): run for run in ordered}
        try:
            for done, future in enumerate(as_completed(running), 1):
                found += future.result()
                count(running[future].what, done, len(running))
        finally:
            # After an error, or Ctrl-C, no further run begins.
            pool.shutdown(wait=False, cancel_futures=True)
    return found


def _problems(run: ToolRun) -> list[Problem]:
    return list(run.problems())
