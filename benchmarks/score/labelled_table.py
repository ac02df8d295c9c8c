"""Labelled series as tables: each method on each set, and the default beside mean + kσ."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.score import matched
from benchmarks.score.held_back import Score, Trial, score, trial
from benchmarks.score.kept import PromisedDays, promise_verdict
from benchmarks.score.labelled import Labelled, sets
from benchmarks.score.progress import steps
from benchmarks.score.scored_numbers import BUDGET, levels, of_method
from exporter.commands.terminal import table
from generators.tuning.methods import by_quantile, by_sigma

FORS = (0, 1, 2)
METHODS = {
    "levels": levels(BUDGET),
    "sigma 3": of_method(by_sigma("critical")),
    "sigma 2": of_method(by_sigma("high")),
    "sigma 1": of_method(by_sigma("medium")),
    "q99.9": of_method(by_quantile()),
}
HEAD = ("set", "for", "method", "recall", "precision", "firing days", "firings/day", "delay")
OF_POINT = (
    *("set", "for", "budget", "recall", "its best", "σ's", "firing days", "its best", "σ's"),
    *("beats σ", "fired/promised days", "chance", "of firm numbers", "chance", "kept"),
)
OF_SET = (
    *("set", f"fired/promised at {BUDGET} by for", "kept", "beats σ"),
    *("recall gained", "firing days saved", "reached"),
)
# From what fails to what is well.
WORDS = ("NO", "undecided", "warned", "equal", "no incidents", "yes")


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
    print("\nWith each budget, and the best of both methods beside it, with any budget and any k:")
    print(table(OF_POINT, [_matched(part, point) for part in parts for point in part.points]))
    verdicts = [_verdict(name, [part for part in parts if part.name == name]) for name in found]
    print("\nEvery set; kept and better at so many points, gained and saved as means over them:")
    print(table(OF_SET, [row for row, _ in verdicts]))
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
    promise = promise_verdict(point.reached)
    return (
        part.name,
        f"{part.samples}",
        f"{point.budget}",
        f"{point.reached.recall:.2f}",
        f"{point.levels.recall:.2f}",
        f"{point.sigma.recall:.2f}",
        f"{point.reached.firing_days:.3f}",
        f"{point.levels.firing_days:.3f}",
        f"{point.sigma.firing_days:.3f}",
        point.word,
        *_promised(promise.every),
        *_promised(promise.firm),
        promise.word,
    )


def _promised(found: PromisedDays) -> tuple[str, str]:
    if not found.days:
        return "none", ""
    days = f"{found.fired}/{float(found.promised):.1f} = {found.times:.2f}"
    return days, f"{found.chance:.0%}"


def _verdict(name: str, parts: Sequence[LabelledPart]) -> tuple[tuple[str, ...], bool]:
    """Return a set's row, and whether no point of it fails."""
    points = [point for part in parts for point in part.points]
    at_budget = [promise_verdict(part.points[0].reached) for part in parts]
    kept = [promise_verdict(point.reached).word for point in points]
    better = [point.word for point in points]
    recall, days = matched.gained_recall(points), matched.saved_days(points)
    incidents = any(point.reached.incidents for point in points)
    is_better = "yes" if recall > 0 or days > 0 else min(better, key=WORDS.index)
    failing = [word for word in (*kept, *better) if word == "NO"]
    reached = min([*failing, *(each.word for each in at_budget), is_better], key=WORDS.index)
    row = (
        name,
        ", ".join(f"{each.every.times:.2f} {each.word}" for each in at_budget),
        _counted(kept),
        _counted(better),
        f"{recall:+.2f}" if incidents else "",
        f"{days:+.3f}" if incidents else "",
        reached,
    )
    return row, not failing


def _counted(words: Sequence[str]) -> str:
    return ", ".join(f"{word} {count}" for word, count in Counter(words).most_common())
