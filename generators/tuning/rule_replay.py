"""Any alert of the policy on its history: what has to be read, and when it would have fired."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from exporter.prometheus.api import Labels
from generators.alert_table import BurnAlert, ExhaustedAlert, ThresholdAlert
from generators.policy import EVALUATION
from generators.rules.model import Alerting
from generators.rules.slo import LONG_TERM
from generators.tuning import budget_conditions, compared
from generators.tuning.compared import Answers
from generators.tuning.firing_values import BranchValues, branch_values
from generators.tuning.model import HistorySource, TimeGrid
from generators.tuning.replay import AlertStates, Conditions, Delays, Firing, firings, states


def expressions(rule: Alerting) -> tuple[str, ...]:
    """Return what has to be read to replay a rule; nothing where it cannot be replayed."""
    match rule.source:
        case ThresholdAlert() as row:
            return compared.of_row(row, rule.only).expressions
        case BurnAlert() as row:
            return budget_conditions.of_burn(row, rule.only).expressions
        case ExhaustedAlert() as row:
            return budget_conditions.of_spent(row, rule.only).expressions
        case _:
            return ()


def read(source: HistorySource, rules: Iterable[Alerting], grid: TimeGrid) -> Answers:
    """Return what rules compare, each expression once. Raises IonmonError where it fails."""
    texts = dict.fromkeys(text for rule in rules for text in expressions(rule))
    return {text: source.series(text, grid) for text in texts}


def replayed(rule: Alerting, answers: Answers, grid: TimeGrid) -> tuple[Firing, ...]:
    """Return when a rule would have fired, place by place; nothing for other kinds of rules."""
    return _firings(rule, place_states(rule, answers, grid), grid)


def tried(
    rule: Alerting,
    values: Mapping[Labels, BranchValues],
    grid: TimeGrid,
    *,
    threshold: float,
    for_: float,
) -> tuple[Firing, ...]:
    """Return when an alert on a threshold would have fired with another one and another `for`."""
    other = replace(rule, for_=for_)
    return _firings(other, _states(other, _conditions(values, threshold, for_), grid), grid)


def threshold_values(
    rule: Alerting, answers: Answers, grid: TimeGrid
) -> dict[Labels, BranchValues]:
    """Return the firing values of an alert on a threshold; nothing for another one."""
    row = rule.source
    if not isinstance(row, ThresholdAlert):
        return {}
    found = compared.places(compared.of_row(row, rule.only), answers, grid)
    return {each.labels: branch_values(each, row) for each in found}


def place_states(rule: Alerting, answers: Answers, grid: TimeGrid) -> dict[Labels, AlertStates]:
    """Return the states of a rule at each place, one an evaluation of it."""
    return _states(rule, conditions(rule, answers, grid), grid)


def conditions(rule: Alerting, answers: Answers, grid: TimeGrid) -> dict[Labels, Conditions]:
    """Return the condition of a rule at each place."""
    match rule.source:
        case ThresholdAlert() as row:
            values = threshold_values(rule, answers, grid)
            return _conditions(values, row.threshold, rule.for_)
        case BurnAlert() as row:
            burn = budget_conditions.of_burn(row, rule.only)
            return budget_conditions.burning(burn, answers, grid)
        case ExhaustedAlert() as row:
            gone = budget_conditions.of_spent(row, rule.only)
            return budget_conditions.spent(gone, answers, grid)
        case _:
            return {}


def _conditions(
    values: Mapping[Labels, BranchValues], threshold: float, for_: float
) -> dict[Labels, Conditions]:
    return {place: each.of_for(for_).conditions(threshold) for place, each in values.items()}


def _states(
    rule: Alerting, found: Mapping[Labels, Conditions], grid: TimeGrid
) -> dict[Labels, AlertStates]:
    own = _own_grid(rule, grid)
    delays, every = Delays.of(rule.for_, rule.keep_firing_for, own.step), own.step // grid.step
    return {
        place: states(Conditions(at.begins[::every], at.goes_on[::every]), delays)
        for place, at in found.items()
    }


def _firings(
    rule: Alerting, found: Mapping[Labels, AlertStates], grid: TimeGrid
) -> tuple[Firing, ...]:
    own = _own_grid(rule, grid)
    return tuple(
        firing for place, at in found.items() for firing in firings(_labels(rule, place), at, own)
    )


def _own_grid(rule: Alerting, grid: TimeGrid) -> TimeGrid:
    """Return the times at which a rule is evaluated: a spent budget, each time it is recorded."""
    interval = LONG_TERM if isinstance(rule.source, ExhaustedAlert) else EVALUATION
    every = interval // grid.step
    return replace(grid, step=interval, count=-(-grid.count // every))


def _labels(rule: Alerting, place: Labels) -> Labels:
    """Return the labels with which an alert fires at a place."""
    return tuple(sorted((("alertname", rule.alert), *rule.labels, *place)))
