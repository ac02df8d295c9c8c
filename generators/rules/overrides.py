"""What the settings change of alerts once all are there: of one by its name, and of all."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches

from exporter.errors import SettingsError
from exporter.settings import OtherAlert, Settings
from generators.policy import PROVING
from generators.rules import unread
from generators.rules.model import Alerting, Group, Pairs, Rule, RuleFile, alerts


def changed(settings: Settings, files: tuple[RuleFile, ...]) -> tuple[RuleFile, ...]:
    """Return the files as `alerts.others` changes them. Raises SettingsError for unknown names."""
    given, policy = settings.alerts.others, settings.alerts.by_name()
    every = {rule.alert: rule for rule in alerts(files)}
    # Alerts on metrics of the settings are changed where the metric is.
    configured = {n for n, rule in every.items() if ("category", "metric") in rule.labels}
    known = every.keys() - {*policy, *PROVING} - configured
    # What is not written may be changed all the same: it is there as soon as its data is read.
    known |= {*unread.every(settings)}
    problems = [_unknown(name, known, name in policy) for name in given if name not in known]
    if problems:
        raise SettingsError("\n".join(problems))
    return _each(files, lambda rule: _rule(rule, settings))


def labeled(settings: Settings, files: tuple[RuleFile, ...]) -> tuple[RuleFile, ...]:
    """Return the files with `alerts.labels` and `alerts.annotations` on every alert.

    Raises SettingsError for a name that an alert has already, such as a configured metric's label.
    """
    labels, annotations = settings.alerts.labels, settings.alerts.annotations
    label_of: dict[str, str] = {}
    annotation_of: dict[str, str] = {}
    for rule in alerts(files):
        label_of |= dict.fromkeys(rule.label_names - label_of.keys(), rule.alert)
        annotation_of |= dict.fromkeys(dict(rule.annotations).keys() - annotation_of, rule.alert)
    problems = [
        *_taken("labels", "label", labels, label_of),
        *_taken("annotations", "annotation", annotations, annotation_of),
    ]
    if problems:
        raise SettingsError("\n".join(problems))
    more = tuple(labels.items()), tuple(annotations.items())
    return _each(files, lambda rule: _marked(rule, *more)) if any(more) else files


def _taken(
    key: str, what: str, given: Mapping[str, str], known: Mapping[str, str]
) -> Iterator[str]:
    for name in (name for name in given if name in known):
        yield f"alerts.{key}.{name}: {known[name]} has the {what} already; choose another name"


def _marked(rule: Rule, labels: Pairs, annotations: Pairs) -> Rule:
    if not isinstance(rule, Alerting):
        return rule
    return replace(
        rule, labels=(*rule.labels, *labels), annotations=(*rule.annotations, *annotations)
    )


def _unknown(name: str, known: set[str], stated: bool) -> str:  # noqa: FBT001 - of one caller
    if name in PROVING:
        return f"alerts.others.{name}: cannot be changed; it proves that alerts arrive"
    if stated:
        return f"alerts.others.{name}: has a key of its own; write alerts.{name}"
    near = get_close_matches(name, known, 1)
    hint = f"did you mean '{near[0]}'?" if near else "docs/alerts.md lists all alerts"
    return f"alerts.others.{name}: there is no such alert; {hint}"


def _each(
    files: tuple[RuleFile, ...], change: Callable[[Rule], Rule | None]
) -> tuple[RuleFile, ...]:
    """Return the files with each rule changed; without those that become None."""
    return tuple(
        replace(file, groups=tuple(_group(group, change) for group in file.groups))
        for file in files
    )


def _group(group: Group, change: Callable[[Rule], Rule | None]) -> Group:
    rules = (change(rule) for rule in group.rules)
    return replace(group, rules=tuple(rule for rule in rules if rule is not None))


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
