"""What is kept for 90 days: five-minute aggregates of the signals, and the events behind them.

Of each signal its least, greatest and mean value and how many there were; of each counter its
increase, so that ratios, means and quantiles of any period come from events. Another server is fed
with these by remote write, with running counters, and with what alerts compare.
"""

import re
from collections.abc import Iterable

from exporter.catalog.expression import Share, Signal
from exporter.catalog.walk import split
from exporter.settings import Settings
from generators.policy import Policy
from generators.promql_tree.tree import series_names
from generators.rules import slo
from generators.rules.model import Group, Recording, RuleFile, alerts, recordings
from generators.rules.names import series
from generators.rules.recording import increases, signal_name

KEPT = ".+:(longterm_.+|slo_.+)|ALERTS"  # what is always sent: a regex over names
INCREASE = "longterm_increase"  # the operation in the names of increases that are kept
_AGGREGATES = {"min": "min", "max": "max", "mean": "avg", "count": "count"}
# The last second is left out: Prometheus 2 would count the sample at the window's beginning.
_STEP = f"{slo.LONG_TERM - 1}s"


def sent(files: Iterable[RuleFile]) -> str:
    """Return what remote write sends: a regex over names, with what the alerts of files compare.

    Without the series that alerts compare, nobody could try another threshold on the past.
    """
    files = tuple(files)
    recorded = {rule.record for rule in recordings(files)}
    compared = {name for rule in alerts(files) for name in series_names(rule.expr)}
    more = sorted(name for name in compared & recorded if not re.fullmatch(KEPT, name))
    return "|".join((KEPT, *more))


def name(signal: Signal, aggregate: str) -> str:
    """Return the name of an aggregate of a signal: min, max, mean or count."""
    return series(split(signal), signal.name, f"longterm_{aggregate}")


def increase(short: str) -> str:
    """Return the name under which the increase of five minutes is kept."""
    return f"{short.rpartition(':')[0]}:{INCREASE}"


def aggregates(watched: tuple[Signal, ...]) -> tuple[Recording, ...]:
    """Return the rules for signals and counters."""
    found = [Recording(increase(r.record), r.record, r.labels) for r in increases(watched)]
    for signal in watched:
        own = (signal.expression.by,) if isinstance(signal.expression, Share) else ()
        source = signal_name(signal, split(signal))
        for aggregate, function in _AGGREGATES.items():
            text = f"{function}_over_time({source}[{_STEP}])"
            found.append(Recording(name(signal, aggregate), text, (*split(signal), *own)))
    return tuple(found)


def file(settings: Settings, policy: Policy) -> RuleFile:
    """Return the file, a sample every five minutes."""
    rules = (*aggregates(policy.signals), *slo.longterm_recordings(settings))
    group = Group("ion_longterm", slo.LONG_TERM, rules)
    return RuleFile(
        "longterm.yml", "Aggregates of five minutes, for the server with 90 days.", (group,)
    )
