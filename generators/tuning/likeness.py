"""Whether replays say what Prometheus did, over all alerts whose firings were recorded."""

from collections.abc import Iterable, Mapping, Sequence

from generators.rules.model import Alerting
from generators.tuning.agreement import Agreement, agreement, recorded, recorded_firings
from generators.tuning.compared import EVALUATED, Answers, evaluated
from generators.tuning.model import TimeGrid
from generators.tuning.replay import Firing


def recorded_expressions(rules: Iterable[Alerting]) -> tuple[str, ...]:
    """Return what has to be read to compare replays with what happened."""
    return tuple(dict.fromkeys(recorded(rule.alert) for rule in rules))


def likeness(
    rules: Sequence[Alerting],
    firings: Mapping[str, tuple[Firing, ...]],
    answers: Answers,
    grid: TimeGrid,
) -> Agreement:
    """Return how many firings both have; alerts of which nothing was recorded are left out.

    firings  replayed with the numbers in force, by the rules' titles
    """
    total = Agreement(0, 0, 0)
    for name in dict.fromkeys(rule.alert for rule in rules):
        forms = [rule for rule in rules if rule.alert == name]
        series = answers.get(recorded(name), ())
        if not series:
            continue
        by = forms[0].carried
        found = recorded_firings(series, by, evaluated(answers.get(EVALUATED, ()), grid), grid)
        replayed = [one for rule in forms for one in firings.get(rule.title, ())]
        own = agreement(replayed, found, by, grid)
        total = Agreement(
            total.both + own.both,
            total.only_replayed + own.only_replayed,
            total.only_recorded + own.only_recorded,
        )
    return total
