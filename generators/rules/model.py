"""What a rule file holds, as frozen data, and how it becomes the YAML that Prometheus reads."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from exporter.settings.types import duration
from generators.boards import PanelAddress
from generators.files import MARK
from generators.rules.rows import Source
from generators.selectors import AnyMatcher

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording rule; `labels` are those that its series carry.

    for_alerts  whether it is there for alerts alone, and left out where none needs it
    """

    record: str
    expr: str
    labels: tuple[str, ...] = ()
    for_alerts: bool = False

    def body(self) -> dict[str, Any]:
        """Return the rule as Prometheus' rule file has it."""
        return {"record": self.record, "expr": self.expr}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerting:
    """An alerting rule.

    source           the row of a table that it is made from
    panel            the panel that shows what it is about
    carried          labels of its expression's series, which the alert carries beside `labels`
    only             take the series that this rule is about, where another rule has its name
    services         names of the services that it is for; none for all that are not set apart
    about            what it is about, where the first rule of its name is about something else
    for_             seconds that the expression holds before the alert fires
    keep_firing_for  seconds for which the alert stays after the expression was last true
    """

    alert: str
    expr: str
    labels: Pairs
    annotations: Pairs
    source: Source
    panel: PanelAddress
    carried: tuple[str, ...] = ()
    only: tuple[AnyMatcher, ...] = ()
    services: tuple[str, ...] = ()
    about: str = ""
    for_: float = 0
    keep_firing_for: float = 0

    @property
    def title(self) -> str:
        """The alert's name, with what it is about and for, where there are several rules of it."""
        name = f"{self.alert} ({self.about})" if self.about else self.alert
        return f"{name} of {', '.join(self.services)}" if self.services else name

    @property
    def severity(self) -> str:
        """The severity, which decides who is notified."""
        return dict(self.labels)["severity"]

    @property
    def label_names(self) -> frozenset[str]:
        """Every label with which the alert reaches Alertmanager, its name included."""
        return frozenset(("alertname", *self.carried, *(name for name, _ in self.labels)))

    def body(self) -> dict[str, Any]:
        """Return the rule as Prometheus' rule file has it."""
        found: dict[str, Any] = {"alert": self.alert, "expr": self.expr}
        if self.for_:
            found["for"] = duration(self.for_)
        if self.keep_firing_for:
            found["keep_firing_for"] = duration(self.keep_firing_for)
        found["labels"] = dict(self.labels)
        found["annotations"] = dict(self.annotations)
        return found


Rule = Recording | Alerting


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that are evaluated one after the other, every `interval` seconds.

    query_offset  seconds by which what they read may come late
    labels        those of all its rules, which are written once
    """

    name: str
    interval: float
    rules: tuple[Rule, ...]
    query_offset: float = 0
    labels: Pairs = ()

    def body(self) -> dict[str, Any]:
        """Return the group as Prometheus' rule file has it."""
        found: dict[str, Any] = {"name": self.name, "interval": duration(self.interval)}
        if self.query_offset:
            found["query_offset"] = duration(self.query_offset)
        if self.labels:
            found["labels"] = dict(self.labels)
        return {**found, "rules": [self._rule(rule) for rule in self.rules]}

    def _rule(self, rule: Rule) -> dict[str, Any]:
        """Return a rule without the labels that stand at the group."""
        body = rule.body()
        if self.labels:
            body["labels"] = dict(
                pair for pair in body["labels"].items() if pair not in self.labels
            )
        return body


@dataclass(frozen=True, slots=True)
class RuleFile:
    """One file of rules: its name without folder, a sentence on what it is for, its groups."""

    name: str
    about: str
    groups: tuple[Group, ...] = field(default=())

    def text(self) -> str:
        """Return the file."""
        body = {"groups": [group.body() for group in self.groups if group.rules]}
        return f"# {MARK}\n# {self.about}\n{dumped(body)}"


def alerts(files: Iterable[RuleFile]) -> Iterator[Alerting]:
    """Yield every alerting rule of the files, in their order."""
    for file in files:
        for group in file.groups:
            yield from (rule for rule in group.rules if isinstance(rule, Alerting))


def recordings(files: Iterable[RuleFile]) -> Iterator[Recording]:
    """Yield every recording rule of the files, in their order."""
    for file in files:
        for group in file.groups:
            yield from (rule for rule in group.rules if isinstance(rule, Recording))


_BREAKS = "\n\r\x85\u2028\u2029"  # what YAML takes for the end of a line


class _Dumper(yaml.CSafeDumper):
    """Writes a text of several lines as a block, without aliases."""

    def ignore_aliases(self, data: object) -> bool:
        """Write what is met twice twice."""
        del data
        return True


def _text(dumper: yaml.CSafeDumper, value: str) -> yaml.ScalarNode:
    # A block that ends in empty lines is followed by a mark that ends the whole document, too.
    body = value.removesuffix("\n")
    style = "|" if "\n" in value and body and body[-1] not in _BREAKS else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def dumped(body: object) -> str:
    """Return YAML in the order in which the body is built, one line a value where it has one."""
    text: str = yaml.dump(
        body, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=2**16, indent=2
    )
    return text
