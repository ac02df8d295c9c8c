"""What tuning costs: the daily levels of many series, and all that is made of them."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from benchmarks.row import Row
from exporter.settings import load
from generators.tuning.choosing import together
from generators.tuning.compared import compared
from generators.tuning.days import Day, days_of
from generators.tuning.grouping import usual
from generators.tuning.judging import policy_alerts
from generators.tuning.levels import daily_levels
from generators.tuning.model import Values
from generators.tuning.rule_history import LONGEST_FOR
from generators.tuning.tuned import TuningRequest, expressions, tuned
from tests.generators.tuning.simulated_weeks import GRID, REGIONS, WEEKS, ZONE, Weeks

REFERENCE = Path("examples", "reference.yaml")
TUNED = ("ErrorRateWarning", "ResponseTimeWarning", "CPUHigh")
JUDGES = "SLABreach"  # what burnt by it are the incidents
SERVED = 25  # regions
BUDGET = Fraction(1, 7)
PART = 5  # the slow way is measured on one of so many series
REACH = 30.0
T = TypeVar("T")
FORS = tuple(range(LONGEST_FOR + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Costs:
    """What one process used.

    seconds, cpu    of the tuning
    levels, naive   seconds of the levels alone, as they are made and by a loop
    before, peak    bytes of memory, with the series alone and at most
    """

    seconds: float
    cpu: float
    levels: float
    naive: float
    before: int
    peak: int
    series: int


def rows() -> Iterator[Row]:
    """Yield the rows of this file."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        found = pool.submit(_measured).result()
    size = f"{found.series} series, {WEEKS} weeks at one minute, {len(FORS)} steps of for"
    yield Row(
        what=f"daily firing levels of {size}",
        figure=f"{found.levels:.2f} s",
        baseline=f"{found.naive:.1f} s with a rolling minimum for each step, measured on 1 of "
        f"{PART} series: {found.naive / found.levels:.0f} times",
        reach="",
        met=found.levels < found.naive,
    )
    yield Row(
        what=f"tuning {size}",
        figure=f"{found.seconds:.1f} s, {found.cpu:.1f} s of CPU",
        baseline=f"{found.naive:.1f} s for the levels alone, the slow way",
        reach=f"{REACH:.0f} s",
        met=found.seconds < REACH,
    )
    yield Row(
        what="the same, most memory",
        figure=f"{found.peak / 1e6:.0f} MB",
        baseline=f"{found.before / 1e6:.0f} MB before, with all that is compared",
        reach="is stated",
        met=True,
    )


def _measured() -> _Costs:
    """Measure in a process of its own, whose memory is that of tuning."""
    request = _request()
    before, cpu = _peak(), time.process_time()
    seconds, _ = _timed(lambda: tuned(request))
    cpu, peak = time.process_time() - cpu, _peak()
    series, days = _series(request), days_of(GRID, ZONE)
    part = series[::PART]
    naive, slow = _timed(lambda: [_by_loop(each, days) for each in part])
    levels, quick = _timed(lambda: [daily_levels(each, days, FORS) for each in series])
    assert all(map(np.array_equal, slow, quick[::PART])), "the two ways differ"
    return _Costs(
        seconds=seconds,
        cpu=cpu,
        levels=levels,
        naive=naive * len(series) / len(part),
        before=before,
        peak=peak,
        series=len(series),
    )


def _request() -> TuningRequest:
    """Ask for one page a week for the alerts together, in many regions."""
    names = [*REGIONS, *(f"region-{number}" for number in range(len(REGIONS), SERVED))]
    rate = min(REGIONS.values())
    drawn = Weeks(seed=1, regions={name: REGIONS.get(name, rate) for name in names}).answers
    settings = load(REFERENCE)
    rules = tuple(rule for rule in policy_alerts(settings) if rule.alert in (*TUNED, JUDGES))
    return TuningRequest(
        rules=rules,
        answers={text: drawn.get(text, ()) for text in expressions(rules)},
        grid=GRID,
        zone=ZONE,
        incidents=(),
        chooser=lambda histories: together(histories, BUDGET),
        budget=BUDGET,
        grouping=usual(settings),
    )


def _series(request: TuningRequest) -> list[Values]:
    """Return what the alerts on thresholds compare first, a series a region and alert."""
    found = [series for rule in request.rules if (series := compared(rule))]
    return [one.values for each in found for one in request.answers[each.value]]


def _by_loop(values: Values, days: Sequence[Day]) -> Values:
    """Return the levels of a series, each step of `for` on its own."""
    found = np.full((len(FORS), len(days)), -np.inf)
    for row, samples in enumerate(FORS):
        lowest = sliding_window_view(values, samples + 1).min(axis=1)
        whole = np.concatenate((np.full(samples, -np.inf), lowest))
        found[row] = [whole[day.first : day.stop].max() for day in days]
    return found


def _timed(act: Callable[[], T]) -> tuple[float, T]:
    begun = time.perf_counter()
    found = act()
    return time.perf_counter() - begun, found


def _peak() -> int:
    """Return the most memory that this process has had, in bytes.

    Not ru_maxrss: a process that was started begins with that of the one that started it.
    """
    text = Path("/proc/self/status").read_text().partition("VmHWM:")[2]
    return int(text.split()[0]) << 10
