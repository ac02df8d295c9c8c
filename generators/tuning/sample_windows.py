"""What PromQL's range functions say at each sample, of windows that end with it.

A window holds the newest `samples` samples. NaN is no sample; where a window holds none, the answer
is NaN. Windows are put together from halves, so that a long one costs hardly more than a short one.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from generators.tuning.model import Values

Flags = NDArray[np.bool_]
_Joined = Callable[[Values, Values], Values]


def highest(values: Values, samples: int) -> Values:
    """Return the greatest value of each window: max_over_time."""
    return _joined(values, samples, np.fmax)


def lowest(values: Values, samples: int) -> Values:
    """Return the least value of each window: min_over_time."""
    return _joined(values, samples, np.fmin)


def newest(values: Values, samples: int) -> Values:
    """Return the newest value of each window: last_over_time."""
    return _joined(values, samples, lambda new, old: np.where(np.isnan(new), old, new))


def counted(values: Values, samples: int) -> NDArray[np.int64]:
    """Return how many values each window holds: count_over_time, 0 where PromQL has none."""
    total = np.cumsum(~np.isnan(values))
    found = total.copy()
    found[samples:] -= total[:-samples]
    return found


def earlier(values: Values, samples: int) -> Values:
    """Return the values of so many samples ago: `offset`."""
    return np.concatenate((np.full(min(samples, values.size), np.nan), values[: -samples or None]))


def through(flags: Flags, samples: int) -> Flags:
    """Return where all flags of a whole window are true."""
    windows = counted(np.where(flags, 0.0, np.nan), samples)
    return np.asarray(windows == samples)


def _joined(values: Values, samples: int, join: _Joined) -> Values:
    """Return what joins the values of each window: of the whole one, by two that overlap."""
    found, width = values.copy(), 1
    while width < samples:
        step = min(width, samples - width)
        found[step:] = join(found[step:], found[:-step])
        width += step
    return found
