"""What the settings change of alerts that have no row in the policy, by name."""

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches

from exporter.errors import SettingsError
from exporter.settings import OtherAlert, Settings
from generators.policy import WATCHDOG
from generators.rules.model import Alerting, Group, Rule, RuleFile, alerts


def changed(settings: Settings, files: tuple[RuleFile, ...]) -> tuple[RuleFile, ...]:
    """Return the files with what `alerts.others` says. Raises SettingsError for unknown names."""
    given, policy = settings.alerts.others, settings.alerts.by_name()
    known = {rule.alert for rule in alerts(files)} - {*policy, WATCHDOG}
    problems = [_unknown(name, known, name in policy) for name in given if name not in known]
    if problems:
        raise SettingsError("\n".join(problems))
    return tuple(replace(file, groups=tuple(_groups(file, settings))) for file in files)


def _unknown(name: str, known: set[str], stated: bool) -> str:  # noqa: FBT001 - of one caller
    if name == WATCHDOG:
        return f"alerts.others.{name}: cannot be changed; it proves that alerts arrive"
    if stated:
        return f"alerts.others.{name}: has a key of its own; write alerts.{name}"
    near = get_close_matches(name, known, 1)
    mend = f"did you mean '{near[0]}'?" if near else "docs/alerts.md lists all alerts"
    return f"alerts.others.{name}: there is no such alert; {mend}"


def _groups(file: RuleFile, settings: Settings) -> Iterator[Group]:
    for group in file.groups:
        rules = (_rule(rule, settings) for rule in group.rules)
        yield replace(group, rules=tuple(rule for rule in rules if rule is not None))


def _rule(rule: Rule, settings: Settings) -> Rule | None:
    if not isinstance(rule, Alerting) or rule.alert not in settings.alerts.others:
        return rule
    said = settings.alerts.others[rule.alert]
    return _with(rule, said) if said.enabled else None


def _with(rule: Alerting, said: OtherAlert) -> Alerting:
    severity = said.severity or rule.severity
    labels = tuple((n, severity if n == "severity" else text) for n, text in rule.labels)
    hold = rule.hold if said.duration is None else said.duration
    return replace(rule, labels=labels, hold=hold)
