"""Any alert of the policy on its history: what has to be read, and when it would have fired."""

from dataclasses import replace

from exporter.prometheus_api import Labels
from generators.alert_table import BurnAlert, ExhaustedAlert, ThresholdAlert
from generators.policy import EVALUATION
from generators.rules.model import Alerting
from generators.rules.slo import LONG_TERM
from generators.tuning import budget_conditions, compared
from generators.tuning.compared import Answers
from generators.tuning.firing_values import branch_values
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


def read(source: HistorySource, rule: Alerting, grid: TimeGrid) -> tuple[Firing, ...]:
    """Return when a rule would have fired. Raises IonmonError where history cannot be read."""
    return replayed(rule, {each: source.series(each, grid) for each in expressions(rule)}, grid)


def replayed(rule: Alerting, answers: Answers, grid: TimeGrid) -> tuple[Firing, ...]:
    """Return when a rule would have fired, place by place; nothing for other kinds of rules."""
    own = _own_grid(rule, grid)
    return tuple(
        firing
        for place, found in place_states(rule, answers, grid).items()
        for firing in firings(_labels(rule, place), found, own)
    )


def place_states(rule: Alerting, answers: Answers, grid: TimeGrid) -> dict[Labels, AlertStates]:
    """Return the states of a rule at each place, one an evaluation of it."""
    own = _own_grid(rule, grid)
    delays = Delays.of(rule.for_, rule.keep_firing_for, own.step)
    every = own.step // grid.step
    return {
        place: states(Conditions(at.begins[::every], at.goes_on[::every]), delays)
        for place, at in conditions(rule, answers, grid).items()
    }


def conditions(rule: Alerting, answers: Answers, grid: TimeGrid) -> dict[Labels, Conditions]:
    """Return the condition of a rule at each place."""
    match rule.source:
        case ThresholdAlert() as row:
            found = compared.places(compared.of_row(row, rule.only), answers, grid)
            return {
                each.labels: branch_values(each, row).of_for(rule.for_).conditions(row.threshold)
                for each in found
            }
        case BurnAlert() as row:
            burn = budget_conditions.of_burn(row, rule.only)
            return budget_conditions.burning(burn, answers, grid)
        case ExhaustedAlert() as row:
            gone = budget_conditions.of_spent(row, rule.only)
            return budget_conditions.spent(gone, answers, grid)
        case _:
            return {}


def _own_grid(rule: Alerting, grid: TimeGrid) -> TimeGrid:
    """Return the times at which a rule is evaluated: a spent budget, each time it is recorded."""
    interval = LONG_TERM if isinstance(rule.source, ExhaustedAlert) else EVALUATION
    every = interval // grid.step
    return replace(grid, step=interval, count=-(-grid.count // every))


def _labels(rule: Alerting, place: Labels) -> Labels:
    """Return the labels with which an alert fires at a place."""
    return tuple(sorted((("alertname", rule.alert), *rule.labels, *place)))
