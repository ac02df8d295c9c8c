"""The replay of an alert has the states that promtool has, in every minute."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from exporter.catalog.expression import Direction
from exporter.prometheus.api import Labels
from exporter.settings import load
from generators.alert_table import BurnAlert, ExhaustedAlert, ThresholdAlert
from generators.rules.bridging import AwayMarker
from generators.rules.build import build
from generators.rules.model import Alerting, alerts
from generators.selectors import Matcher
from generators.tuning import budget_conditions, compared
from generators.tuning.compared import EVALUATED, Answers
from generators.tuning.model import RecordedSeries, TimeGrid, Values
from generators.tuning.rule_replay import place_states, replayed, threshold_values, tried
from tests.generators.tuning.promtool_states import ProvenCase, differences
from tests.generators.tuning.recorded_worlds import (
    SELDOM,
    RecordedWorld,
    Story,
    around,
    multiples,
    phases,
    runs,
)

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
RULES = tuple(alerts(build(load(ROOT / "examples" / "reference.yaml")).all))
QUICK = ("ErrorRateWarning", "CacheHitRateLow", "DatabaseLag", "CPUHigh", "SLABreach")
PLACES, MINUTES = 6, 420


def rule_of(name: str) -> Alerting:
    """Return the first rule of a name."""
    return next(rule for rule in RULES if rule.alert == name)


def place(by: tuple[str, ...], number: int) -> Labels:
    """Return the labels of a place: no two have one in common."""
    return tuple(sorted((label, f"{label}-{number}") for label in by))


def of_threshold(
    row: ThresholdAlert, at: Labels, rng: np.random.Generator, story: Story
) -> Iterator[tuple[Labels, Values]]:
    """Yield the samples of what an alert on a threshold compares at a place."""
    series, power = compared.of_row(row), 1 if row.signal.direction is Direction.UP else -1
    for text in series.of_places:
        few = text in (series.value, series.newest) or (
            text in series.wider[:1] and rng.random() < 0.5
        )
        values = multiples(rng, story, row.threshold, "few" if few else "", power)
        yield (("__name__", text), *at), values


def of_burn(
    row: BurnAlert, at: Labels, rng: np.random.Generator, story: Story
) -> Iterator[tuple[Labels, Values]]:
    """Yield the samples of what an alert on a burning budget compares at a place."""
    for pair in budget_conditions.of_burn(row).pairs:
        yield (("__name__", pair.long), *at), multiples(rng, story, pair.rate, "")
        yield (("__name__", pair.short), *at), multiples(rng, story, pair.rate, "")
        yield (("__name__", pair.bad), *at), multiples(rng, story, 10, "")


def of_spent(
    row: ExhaustedAlert, at: Labels, rng: np.random.Generator, story: Story
) -> Iterator[tuple[Labels, Values]]:
    """Yield the samples of what the alert on a spent budget compares at a place."""
    series = budget_conditions.of_spent(row)
    yield (("__name__", series.spent), *at), multiples(rng, story, row.threshold, "")
    yield (("__name__", series.bad), *at), multiples(rng, story, 10, "")


def samples_of(
    rule: Alerting, at: Labels, rng: np.random.Generator, story: Story
) -> Iterator[tuple[Labels, Values]]:
    """Yield the samples of what an alert compares at a place."""
    row = rule.source
    if isinstance(row, ThresholdAlert):
        yield from of_threshold(row, at, rng, story)
    else:
        assert isinstance(row, BurnAlert)
        yield from of_burn(row, at, rng, story)


def random_world(rule: Alerting, rng: np.random.Generator, minutes: int) -> RecordedWorld:
    """Return a world in which anything happens at any time, and evaluations are missed."""
    samples: dict[Labels, Values] = {}
    for at in places(rule):
        samples |= dict(samples_of(rule, at, rng, list(phases(rng, minutes))))
    for marker in markers(rule):
        for own in marked(marker, rule):
            gone = runs(rng, minutes, 150, (3, 8, 25, 80))
            samples[own] = np.where(gone, 1e9, np.nan)
    return RecordedWorld(samples, ~runs(rng, minutes, 90, (1, 2, 4, 7)), seldom(rule))


def away_world(rule: Alerting, rng: np.random.Generator, minutes: int) -> RecordedWorld:
    """Return a world in which data goes away while alerts fire, and windows run empty."""
    gone = runs(rng, minutes, 60, (8, 25, 63, 80))
    samples: dict[Labels, Values] = {}
    for at in places(rule):
        samples |= dict(samples_of(rule, at, rng, list(around(rng, gone))))
    marker = rng.choice(np.array(markers(rule), dtype=object))
    for own in marked(marker, rule):
        samples[own] = np.where(gone, 1e9, np.nan)
    return RecordedWorld(samples, ~runs(rng, minutes, 90, (1, 2, 4, 7)), seldom(rule))


def seldom(rule: Alerting) -> frozenset[str]:
    """Return the names of what is recorded each five minutes: all of windows of days."""
    if not isinstance(rule.source, BurnAlert):
        return frozenset()
    pairs = (pair for pair in budget_conditions.of_burn(rule.source).pairs if pair.is_held)
    return frozenset(name for pair in pairs for name in (pair.long, pair.bad))


def places(rule: Alerting) -> list[Labels]:
    """Return places."""
    return [place(rule.carried, number) for number in range(PLACES)]


def marked(marker: AwayMarker, rule: Alerting) -> Iterator[Labels]:
    """Yield the series of a marker: one a place, or one for all."""
    for at in places(rule) if marker.labels else places(rule)[:1]:
        own = tuple(pair for pair in at if pair[0] in marker.labels)
        yield (("__name__", marker.name), *given(marker), *own)


def markers(rule: Alerting) -> tuple[AwayMarker, ...]:
    """Return what says that data of an alert is away."""
    row = rule.source
    return compared.of_row(row).away if isinstance(row, ThresholdAlert) else budget_conditions.AWAY


def given(marker: AwayMarker) -> Iterator[tuple[str, str]]:
    """Yield the labels by which a marker is chosen."""
    for matcher in marker.matchers:
        assert isinstance(matcher, Matcher)
        yield matcher.label, matcher.values[0]


def spent_world(rule: Alerting, rng: np.random.Generator, minutes: int) -> RecordedWorld:
    """Return a world in which budgets are recorded every five minutes, but for those missed."""
    samples: dict[Labels, Values] = {}
    for at in places(rule):
        assert isinstance(rule.source, ExhaustedAlert)
        samples |= dict(of_spent(rule.source, at, rng, list(phases(rng, minutes))))
    recorded = np.arange(1, minutes + 1) % SELDOM == 0
    return RecordedWorld(samples, recorded & ~runs(rng, minutes, 90, (5, 10, 20)))


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


def proven(rule: Alerting, world: RecordedWorld) -> ProvenCase:
    """Return a world and what the replay says of it."""
    return ProvenCase(world, place_states(rule, answers(rule, world), world.grid))


def worlds(rule: Alerting, seeds: range, minutes: int) -> list[ProvenCase]:
    """Return worlds of both kinds for each seed, with what the replay says of them."""
    rngs = [np.random.default_rng(seed) for seed in seeds]
    makers = (random_world, away_world)
    return [proven(rule, make(rule, rng, minutes)) for rng in rngs for make in makers]


@pytest.mark.parametrize("name", QUICK)
def test_states_are_those_of_prometheus(name: str, tmp_path: Path) -> None:
    """Bursts, gaps, few events, data that goes away: each minute is as promtool has it."""
    cases = worlds(rule_of(name), range(1, 2), MINUTES)
    for case in cases:
        assert sum(len(states.firing) for states in case.states.values()) > 3
    assert not differences(rule_of(name), cases, tmp_path)


def spent_case(rule: Alerting, seed: int, minutes: int) -> ProvenCase:
    """Return a world of budgets, and what the replay says of it from the first evaluation on."""
    world, row = spent_world(rule, np.random.default_rng(seed), minutes), rule.source
    assert isinstance(row, ExhaustedAlert)
    before = SELDOM - 1
    found = {
        text: tuple(RecordedSeries(one.labels, one.values[before:]) for one in world.series(text))
        for text in budget_conditions.of_spent(row).expressions
    }
    grid = TimeGrid(60 * SELDOM, 60, minutes - before)
    return ProvenCase(world, place_states(rule, found, grid), SELDOM)


def test_states_of_a_spent_budget_are_those_of_prometheus(tmp_path: Path) -> None:
    """It is recorded and evaluated every five minutes; each evaluation is as promtool has it."""
    rule = rule_of("ErrorBudgetExhausted")
    cases = [spent_case(rule, seed, 2 * MINUTES) for seed in range(1, 4)]
    for case in cases:
        assert sum(len(states.firing) for states in case.states.values()) > 3
    assert not differences(rule, cases, tmp_path)


@pytest.mark.deep
@pytest.mark.parametrize(
    "rule",
    [r for r in RULES if isinstance(r.source, ThresholdAlert | BurnAlert)],
    ids=lambda rule: rule.title,
)
def test_states_are_those_of_prometheus_in_many_worlds(rule: Alerting, tmp_path: Path) -> None:
    """The same of every alert, over days."""
    assert not differences(rule, worlds(rule, range(2, 5), 1440), tmp_path)


def test_another_threshold_is_tried_on_the_same_values() -> None:
    """With the rule's own it is the rule; with a higher one, and a longer `for`, it fires less."""
    rule = rule_of("ErrorRateWarning")
    world = random_world(rule, np.random.default_rng(1), MINUTES)
    found = answers(rule, world)
    values, grid = threshold_values(rule, found, world.grid), world.grid
    own = tried(rule, values, grid, threshold=0.005, for_=180)
    assert own == replayed(rule, found, grid)
    assert len(tried(rule, values, grid, threshold=0.009, for_=180)) < len(own)
    assert len(tried(rule, values, grid, threshold=0.005, for_=900)) < len(own)
    assert threshold_values(rule_of("SLABreach"), found, grid) == {}
