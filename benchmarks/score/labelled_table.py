"""Labelled series as tables: each method on each set, and the default beside mean + kσ."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.score import matched
from benchmarks.score.held_back import BUDGET, Score, Trial, levels, of_method, score, trial
from benchmarks.score.labelled import Labelled, sets
from benchmarks.score.progress import steps
from exporter.commands.terminal import table
from generators.tuning.methods import by_quantile, by_sigma

FORS = (0, 1, 2)
LARGEST = 1.5  # firing days, over the promised share
# More traffic is not worse, and no alert of this project is on it: its incidents have no bad side.
WITHOUT_SIDE = re.compile("traffic|rps|purchase|ingress")
METHODS = {
    "levels": levels(BUDGET),
    "sigma 3": of_method(by_sigma("critical")),
    "sigma 2": of_method(by_sigma("high")),
    "sigma 1": of_method(by_sigma("medium")),
    "q99.9": of_method(by_quantile()),
}
HEAD = ("set", "for", "method", "recall", "precision", "firing days", "firings/day", "delay")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPart:
    """A set for one `for`: the score of each method, and the matched points."""

    name: str
    samples: int
    scores: dict[str, Score]
    points: tuple[matched.Point, ...]


def show(folder: Path) -> bool:
    """Print every method on every set; return whether the default reaches what it has to."""
    found = sets(folder)
    pairs = [(name, samples) for name in found for samples in FORS]
    parts = [_part(name, found[name], samples) for name, samples in steps(pairs, "labelled")]
    rows = [_row(part, method) for part in parts for method in METHODS]
    print(table(HEAD, rows))
    print("\nWith each budget of the default, and mean + kσ with the k that matches it:")
    columns = ("set", "for", "budget", "recall", "σ's", "firing days", "σ's", "promised")
    print(table(columns, [_matched(part, point) for part in parts for point in part.points]))
    verdicts = [_verdict(name, [part for part in parts if part.name == name]) for name in found]
    print("\nOver all `for`; recall and firing days as means over the budgets:")
    sums = ("set", "firing days/promised", "recall gained", "firing days saved", "reached")
    print(table(sums, [row for row, _ in verdicts]))
    return all(met for _, met in verdicts)


def _part(name: str, series: Sequence[Labelled], samples: int) -> LabelledPart:
    trials: list[Trial] = [trial(each, samples) for each in series]
    return LabelledPart(
        name=name,
        samples=samples,
        scores={method: score(trials, chosen) for method, chosen in METHODS.items()},
        points=matched.points(trials),
    )


def _row(part: LabelledPart, method: str) -> tuple[str, ...]:
    found = part.scores[method]
    refused = f", {found.refused} of {len(found.outcomes)} refused" if found.refused else ""
    firing, days = found.days
    return (
        part.name,
        f"{part.samples}",
        method + refused,
        f"{found.recall:.2f} ({found.caught}/{found.incidents})",
        f"{found.precision:.2f}",
        f"{found.firing_days:.3f} ({firing}/{days})",
        f"{found.false_firings:.3f}",
        f"{found.delay:.0f} min",
    )


def _matched(part: LabelledPart, point: matched.Point) -> tuple[str, ...]:
    return (
        part.name,
        f"{part.samples}",
        f"{point.budget}",
        f"{point.reached.recall:.2f}",
        f"{point.recall:.2f}",
        f"{point.reached.firing_days:.3f}",
        f"{point.firing_days:.3f}",
        f"{point.reached.promised:.3f}",
    )


def _verdict(name: str, parts: Sequence[LabelledPart]) -> tuple[tuple[str, ...], bool]:
    """Return a set's row, and whether it reaches its goals."""
    firing = float(np.mean([part.scores["levels"].firing_days for part in parts]))
    promised = float(np.mean([part.scores["levels"].promised for part in parts]))
    points = [point for part in parts for point in part.points]
    incidents = any(part.scores["levels"].incidents for part in parts)
    recall, days = matched.gained_recall(points), matched.saved_days(points)
    share = firing / promised if promised else 0.0
    met = share <= LARGEST and (not incidents or recall > 0 or days > 0)
    row = (
        name,
        f"{firing:.3f}/{promised:.3f} = {share:.2f}",
        f"{recall:+.2f}" if incidents else "no incidents",
        f"{days:+.3f}" if incidents else "",
    )
    if WITHOUT_SIDE.search(name):
        return (*row, "not judged: traffic has no bad side"), True
    return (*row, "yes" if met else "NO"), met
