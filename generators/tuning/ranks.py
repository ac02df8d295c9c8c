"""Ranks of values, and how much their order varies by chance."""

import numpy as np
from numpy.typing import NDArray

from generators.tuning.model import Values

_KENDALL = 18  # of the variance of Kendall's S


def mid_ranks(values: Values) -> Values:
    """Return ranks from 1; equal values share the mean of theirs."""
    _, at, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[at], dtype=np.float64)


def kendall_variance(values: Values) -> float:
    """Return the variance of Kendall's S, rises less falls, of independent values, with ties."""
    _, ties = np.unique(values, return_counts=True)
    every, tied = (_pairs(counts) for counts in (np.array([len(values)]), ties))
    return (every - tied) / _KENDALL


def _pairs(counts: NDArray[np.int64]) -> float:
    return float(np.sum(counts * (counts - 1) * (2 * counts + 5)))
