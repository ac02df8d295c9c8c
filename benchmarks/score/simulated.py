"""Simulated minutes: autocorrelated noise, normal or skewed, with and without seasons."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from generators.tuning.days import Day
from generators.tuning.levels import rolling_minimum
from generators.tuning.model import Values
from generators.tuning.rule_days import RuleDays

MINUTES = 1440
FIT, TEST = 42, 21  # days: six weeks, then three
MONDAY = date(2026, 1, 5)
AUTOCORRELATIONS = (0.0, 0.9, 0.99)
SEASONS = ("none", "daily", "weekly")
SHAPES = ("normal", "skewed")
FORS = (0, 2, 5, 15)
# A mean of 100; σ is 10 of normal values, and 0.4 of the logarithm of skewed ones.
MEAN, NORMAL, SKEWED = 100.0, 10.0, 0.4
# How much of a day's offset the next day has, and its deviation in σ: neighbouring days of the
# labelled series correlate by 0.3 to 0.5.
PERSISTENCE, OFFSET = 0.5, 1.0
ALIKE_NEIGHBOURS = "alike neighbours"
RISE = 1.3  # what a drift makes of the mean over the days of a fit
SHIFT = 1.0  # σ
BATCH = 100  # runs at a time: a matrix of 73 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedHistory:
    """What is simulated: φ of neighbouring minutes, season, shape, and what breaks a fit."""

    autocorrelation: float
    season: str
    shape: str
    fault: str = ""


def batches(autocorrelation: float, runs: int, seed: int) -> Iterator[Values]:
    """Yield standard normal minutes by batches, a run a row: x' = φ x + √(1 - φ²) e."""
    for begin in range(0, runs, BATCH):
        random = np.random.default_rng([seed, round(autocorrelation * 100), begin])
        count = min(BATCH, runs - begin)
        noise = random.standard_normal(((FIT + TEST) * MINUTES, count))
        noise[1:] *= math.sqrt(1 - autocorrelation**2)
        for row in range(1, len(noise) if autocorrelation else 0):
            noise[row] += autocorrelation * noise[row - 1]
        yield np.ascontiguousarray(noise.T)


def series(noise: Values, world: SimulatedHistory, random: np.random.Generator) -> Values:
    """Return the values of a world, a run a row."""
    level = noise + _season(world.season)
    day = np.arange(noise.shape[1]) / MINUTES
    if world.fault == "shift":
        at = random.integers(FIT // 3, FIT * 2 // 3, size=(len(noise), 1))
        level += SHIFT * (day >= at)
    if world.fault == ALIKE_NEIGHBOURS:
        level += np.repeat(_offsets(len(noise), random), MINUTES, axis=1)
    if world.fault == "drift":
        unit = math.log(RISE) / SKEWED if world.shape == "skewed" else MEAN * (RISE - 1) / NORMAL
        level += unit * np.minimum(day / FIT, 1)
    return MEAN * np.exp(SKEWED * level) if world.shape == "skewed" else MEAN + NORMAL * level


def _offsets(runs: int, random: np.random.Generator) -> Values:
    """Return an offset for each day of each run, which follows the one of the day before."""
    offsets = random.standard_normal((runs, FIT + TEST))
    offsets[:, 1:] *= math.sqrt(1 - PERSISTENCE**2)
    for day in range(1, FIT + TEST):
        offsets[:, day] += PERSISTENCE * offsets[:, day - 1]
    return OFFSET * offsets


def _season(name: str) -> Values:
    """Return a season in σ: a day's swing; weekends, which are quieter by one and a half."""
    minute = np.arange((FIT + TEST) * MINUTES)
    swing = np.sin(2 * np.pi * minute / MINUTES)
    weekend = (minute // MINUTES) % 7 >= 5
    return {"none": 0 * swing, "daily": swing, "weekly": swing / 2 - 1.5 * weekend}[name]


DAYS = tuple(
    Day(
        date=MONDAY + timedelta(days=number),
        first=number * MINUTES,
        stop=(number + 1) * MINUTES,
        expected=MINUTES,
    )
    for number in range(FIT + TEST)
)


def levels(values: Values, samples: int) -> Values:
    """Return the daily firing levels of each run."""
    runs = [
        rolling_minimum({1: run}, samples + 1).reshape(-1, MINUTES).max(axis=1) for run in values
    ]
    return np.stack(runs)


def medians(values: Values) -> Values:
    """Return the daily medians of each run."""
    return np.asarray(np.median(values.reshape(len(values), -1, MINUTES), axis=2))


def history(of_levels: Values, of_medians: Values) -> RuleDays:
    """Return the days of a fit, of one run."""
    return RuleDays(
        days=DAYS[:FIT],
        fors=(0,),
        levels=of_levels[None, :FIT],
        medians=of_medians[:FIT],
        worst=np.empty(0),
    )
