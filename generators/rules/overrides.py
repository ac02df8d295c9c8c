"""What the settings change of alerts that have no row in the policy, by name."""

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches

from exporter.errors import SettingsError
from exporter.settings import OtherAlert, Settings
from generators.policy import WATCHDOG
from generators.rules.model import Alerting, Group, Rule, RuleFile, alerts


def changed(settings: Settings, files: tuple[RuleFile, ...]) -> tuple[RuleFile, ...]:
    """Return the files as `alerts.others` changes them. Raises SettingsError for unknown names."""
    given, policy = settings.alerts.others, settings.alerts.by_name()
    every = {rule.alert: rule for rule in alerts(files)}
    # Alerts on metrics of the settings are changed where the metric is.
    configured = {n for n, rule in every.items() if ("category", "metric") in rule.labels}
    known = every.keys() - {*policy, WATCHDOG} - configured
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
    hint = f"did you mean '{near[0]}'?" if near else "docs/alerts.md lists all alerts"
    return f"alerts.others.{name}: there is no such alert; {hint}"


def _groups(file: RuleFile, settings: Settings) -> Iterator[Group]:
    for group in file.groups:
        rules = (_rule(rule, settings) for rule in group.rules)
        yield replace(group, rules=tuple(rule for rule in rules if rule is not None))


def _rule(rule: Rule, settings: Settings) -> Rule | None:
    if not isinstance(rule, Alerting) or rule.alert not in settings.alerts.others:
        return rule
    given = settings.alerts.others[rule.alert]
    return _with(rule, given) if given.enabled else None


def _with(rule: Alerting, given: OtherAlert) -> Alerting:
    severity = given.severity or rule.severity
    labels = tuple((n, severity if n == "severity" else text) for n, text in rule.labels)
    for_ = rule.for_ if given.duration is None else given.duration
    return replace(rule, labels=labels, for_=for_)
