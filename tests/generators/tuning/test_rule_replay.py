"""The replay of an alert has the states that promtool has, in every minute."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from exporter.prometheus_api import Labels
from exporter.settings import load
from generators.alert_table import BurnAlert, ThresholdAlert
from generators.rules.bridging import AwayMarker
from generators.rules.build import build
from generators.rules.model import Alerting, alerts
from generators.selectors import Matcher
from generators.tuning import budget_conditions, compared
from generators.tuning.compared import EVALUATED, Answers
from generators.tuning.model import Values
from generators.tuning.rule_replay import place_states, replayed, threshold_values, tried
from generators.tuning.sample_windows import Flags
from tests.generators.tuning.promtool_states import ProvenCase, differences
from tests.generators.tuning.recorded_worlds import RecordedWorld, multiples, phases, runs

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
RULES = tuple(alerts(build(load(ROOT / "examples" / "reference.yaml")).all))
QUICK = ("ErrorRateWarning", "CacheHitRateLow", "DatabaseLag", "CPUHigh", "SLABreach")
PLACES, MINUTES = 6, 420
EMPTY = 3  # minutes after which windows hold too few events


def rule_of(name: str) -> Alerting:
    """Return the first rule of a name."""
    return next(rule for rule in RULES if rule.alert == name)


def place(by: tuple[str, ...], number: int) -> Labels:
    """Return the labels of a place: no two have one in common."""
    return tuple(sorted((label, f"{label}-{number}") for label in by))


def of_threshold(
    row: ThresholdAlert, at: Labels, rng: np.random.Generator, minutes: int
) -> Iterator[tuple[Labels, Values]]:
    """Yield the samples of what an alert on a threshold compares at a place."""
    series, story = compared.of_row(row), list(phases(rng, minutes))
    for text in series.of_places:
        missing = "few" if text in (series.value, series.newest) else ""
        few = text in series.wider[:1] and rng.random() < 0.5
        values = multiples(rng, story, row.threshold, "few" if few else missing)
        yield (("__name__", text), *at), values


def of_burn(
    row: BurnAlert, at: Labels, rng: np.random.Generator, minutes: int
) -> Iterator[tuple[Labels, Values]]:
    """Yield the samples of what an alert on a burning budget compares at a place."""
    for pair in budget_conditions.of_burn(row).pairs:
        story = list(phases(rng, minutes))
        yield (("__name__", pair.long), *at), multiples(rng, story, pair.rate, "")
        yield (("__name__", pair.short), *at), multiples(rng, story, pair.rate, "")
        yield (("__name__", pair.bad), *at), multiples(rng, story, 10, "")


def world_of(rule: Alerting, rng: np.random.Generator, minutes: int) -> RecordedWorld:
    """Return a world with several places, data that goes away, and evaluations that are missed."""
    row, samples = rule.source, {}
    places = [place(rule.carried, number) for number in range(PLACES)]
    for at in places:
        if isinstance(row, ThresholdAlert):
            samples |= dict(of_threshold(row, at, rng, minutes))
        elif isinstance(row, BurnAlert):
            samples |= dict(of_burn(row, at, rng, minutes))
    for marker in markers(rule):
        for at in places if marker.labels else places[:1]:
            own = tuple(pair for pair in at if pair[0] in marker.labels)
            gone = runs(rng, minutes, 150, (3, 8, 25, 80))
            samples[(("__name__", marker.name), *given(marker), *own)] = np.where(gone, 1e9, np.nan)
            empty(samples, places[::2] if own == () else [at], gone)
    written = ~runs(rng, minutes, 90, (1, 2, 4, 7))
    return RecordedWorld(samples, written)


def empty(samples: dict[Labels, Values], places: list[Labels], gone: Flags) -> None:
    """Let windows run empty while data is away, at these places."""
    without = gone.copy()
    without[EMPTY:] &= gone[:-EMPTY]
    for labels, values in samples.items():
        if labels[1:] in places:
            values[without] = np.nan


def markers(rule: Alerting) -> tuple[AwayMarker, ...]:
    """Return what says that data of an alert is away."""
    row = rule.source
    return compared.of_row(row).away if isinstance(row, ThresholdAlert) else budget_conditions.AWAY


def given(marker: AwayMarker) -> Iterator[tuple[str, str]]:
    """Yield the labels by which a marker is chosen."""
    for matcher in marker.matchers:
        assert isinstance(matcher, Matcher)
        yield matcher.label, matcher.values[0]


def answers(rule: Alerting, world: RecordedWorld) -> Answers:
    """Return what a server would answer."""
    row = rule.source
    if isinstance(row, ThresholdAlert):
        texts = compared.of_row(row).of_places
    else:
        assert isinstance(row, BurnAlert)
        texts = budget_conditions.of_burn(row).of_places
    found = {text: world.series(text) for text in texts}
    found |= {m.series: world.series(m.name, *given(m)) for m in markers(rule)}
    return {**found, EVALUATED: world.evaluated()}


def proven(rule: Alerting, seed: int, minutes: int) -> ProvenCase:
    """Return a world and what the replay says of it."""
    world = world_of(rule, np.random.default_rng(seed), minutes)
    return ProvenCase(world, place_states(rule, answers(rule, world), world.grid))


@pytest.mark.parametrize("name", QUICK)
def test_states_are_those_of_prometheus(name: str, tmp_path: Path) -> None:
    """Bursts, gaps, few events, data that goes away: each minute is as promtool has it."""
    rule = rule_of(name)
    case = proven(rule, 1, MINUTES)
    assert sum(len(states.firing) for states in case.states.values()) > 3
    assert not differences(rule, [case], tmp_path)


@pytest.mark.deep
@pytest.mark.parametrize(
    "rule", [r for r in RULES if isinstance(r.source, ThresholdAlert | BurnAlert)]
)
def test_states_are_those_of_prometheus_in_many_worlds(rule: Alerting, tmp_path: Path) -> None:
    """The same of every alert, over days."""
    cases = [proven(rule, seed, 1440) for seed in range(2, 6)]
    assert not differences(rule, cases, tmp_path)


def test_another_threshold_is_tried_on_the_same_values() -> None:
    """With the rule's own it is the rule; with a higher one, and a longer `for`, it fires less."""
    rule = rule_of("ErrorRateWarning")
    world = world_of(rule, np.random.default_rng(1), MINUTES)
    found = answers(rule, world)
    values, grid = threshold_values(rule, found, world.grid), world.grid
    own = tried(rule, values, grid, threshold=0.005, for_=180)
    assert own == replayed(rule, found, grid)
    assert len(tried(rule, values, grid, threshold=0.009, for_=180)) < len(own)
    assert len(tried(rule, values, grid, threshold=0.005, for_=900)) < len(own)
    assert threshold_values(rule_of("SLABreach"), found, grid) == {}
