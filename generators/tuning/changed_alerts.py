"""What a change of settings would have done: each changed alert, replayed on the same history."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo

from exporter.settings import Settings
from generators.alert_table import PolicyAlert, ThresholdAlert
from generators.limits import limit
from generators.rules.model import Alerting
from generators.tuning import rule_replay
from generators.tuning.backtest import Backtest, Grouping, backtest
from generators.tuning.compared import Answers, of_row, places
from generators.tuning.data_gaps import data_gaps
from generators.tuning.judging import policy_alerts
from generators.tuning.model import TimeGrid
from generators.tuning.verdicts import Judging


@dataclass(frozen=True, slots=True)
class ChangedAlert:
    """An alert before and after a change; None where it is new, or gone."""

    before: Alerting | None
    after: Alerting | None

    @property
    def rules(self) -> tuple[Alerting, ...]:
        """Both, where both are."""
        return tuple(one for one in (self.before, self.after) if one is not None)


@dataclass(frozen=True, slots=True)
class ReplayedChange:
    """What an alert did with its old number, and would have done with its new one."""

    alert: ChangedAlert
    before: Backtest | None
    after: Backtest | None


def changed_alerts(old: Settings, new: Settings) -> tuple[ChangedAlert, ...]:
    """Return the alerts of the policy whose limit or `for` differs, form by form.

    A form that only one side has is compared with the form of the same series on the other side.
    """
    before, after = ({rule.title: rule for rule in policy_alerts(one)} for one in (old, new))
    pairs = (
        ChangedAlert(
            _of(before, after[title]) if title in after else before[title],
            _of(after, before[title]) if title in before else after[title],
        )
        for title in dict.fromkeys((*before, *after))
    )
    return tuple(pair for pair in pairs if _numbers(pair.before) != _numbers(pair.after))


def _of(rules: Mapping[str, Alerting], other: Alerting) -> Alerting | None:
    """Return the rule for the series of another one: its own form, or the one of all services."""
    found = rules.get(other.title)
    if found is not None or not other.services:
        return found
    common = next((r for r in rules.values() if r.alert == other.alert and not r.services), None)
    return common and replace(common, only=other.only, services=other.services)


def _numbers(rule: Alerting | None) -> tuple[str, float] | None:
    return None if rule is None else (number(rule), rule.for_)


def number(rule: Alerting) -> str:
    """Return the limit of an alert of the policy."""
    row = rule.source
    return limit(row) if isinstance(row, PolicyAlert) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayRequest:
    """What changed alerts are replayed on, and how that is counted."""

    answers: Answers
    grid: TimeGrid
    judging: Judging
    grouping: Grouping
    zone: tzinfo


def replayed_changes(
    changed: Iterable[ChangedAlert], request: ReplayRequest
) -> Iterator[ReplayedChange]:
    """Yield what each change would have done."""

    def of(rule: Alerting | None) -> Backtest | None:
        if rule is None:
            return None
        found = rule_replay.replayed(rule, request.answers, request.grid)
        signal, by = dict(rule.labels)["signal"], request.judging
        if isinstance(row := rule.source, ThresholdAlert):
            found_at = places(of_row(row, rule.only), request.answers, request.grid)
            by = replace(by, gaps=data_gaps(found_at, request.grid))
        return backtest(found, signal, by, request.grouping, request.zone)

    for one in changed:
        yield ReplayedChange(one, of(one.before), of(one.after))
