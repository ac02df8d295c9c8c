"""An alert with everything that its runbook and its row of docs/alerts.md show."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from exporter.catalog.alert_names import ACKNOWLEDGED
from exporter.settings import Settings
from generators.alert_table import BurnAlert, ExhaustedAlert
from generators.alertmanager.inhibition import Inhibition, inhibitions
from generators.policy import Policy
from generators.rules.budget_texts import promise
from generators.rules.build import Rules
from generators.rules.model import Alerting, Group, alerts
from generators.rules.rows import BudgetTrend
from generators.runbooks.condition import fires_when, other_ways
from generators.runbooks.fact_values import Facts, facts
from generators.runbooks.model import Statement
from generators.runbooks.named_facts import filled
from generators.runbooks.service_values import service_words, usual_words
from generators.runbooks.sources import sources
from generators.runbooks.statements import check_facts, statement_of
from generators.runbooks.timing import TimePart, parts

_OF_BUDGETS = BurnAlert | ExhaustedAlert | BudgetTrend
_WORD = re.compile(r"\b[A-Z]\w+\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentedAlert:
    """An alert: its rules (of a name there may be several), its statement, and what follows.

    when         the condition as a clause, without its `for`
    other_ways   in which it fires, too: in bursts, with little traffic; may be empty
    services     when it fires for services that have values of their own
    mutes        inhibit rules by which it mutes other alerts
    muted        inhibit rules by which it is muted
    other_names  names of the other alerts, which texts link
    is_longterm  whether the second server, with 90 days, evaluates it
    """

    settings: Settings
    policy: Policy
    rules: tuple[Alerting, ...]
    group: Group
    statement: Statement
    facts: Facts
    when: str
    other_ways: str
    services: tuple[str, ...]
    parts: tuple[TimePart, ...]
    mutes: tuple[Inhibition, ...]
    muted: tuple[Inhibition, ...]
    other_names: frozenset[str]
    is_longterm: bool

    @property
    def rule(self) -> Alerting:
        """The first rule of the name; the other ones differ in their expression only."""
        return self.rules[0]

    @property
    def name(self) -> str:
        """The alert's name."""
        return self.rule.alert

    @property
    def promises(self) -> tuple[str, ...]:
        """The objectives of latency that rules of the name are about, in words."""
        rows = (rule.source for rule in self.rules if rule.about)
        budgets = (row for row in rows if isinstance(row, _OF_BUDGETS))
        return tuple(dict.fromkeys(promise(row.objective) for row in budgets))

    def condition(self, for_: str = "") -> str:
        """Return the condition in all ways; `for_` stands behind what it belongs to."""
        return f"{self.when}{for_}{f' ({self.other_ways})' if self.other_ways else ''}"

    def command(self, command: str) -> str:
        """Return a command of the statement with its facts."""
        return filled(command, self.facts)

    def text(self, text: str) -> str:
        """Return a text of the statement with its facts; other alerts are links."""
        return _WORD.sub(self._linked, filled(text, self.facts))

    def _linked(self, word: re.Match[str]) -> str:
        return f"[{word[0]}]({word[0]}.md)" if word[0] in self.other_names else word[0]


def documented_alerts(
    settings: Settings, rules: Rules, policy: Policy
) -> tuple[DocumentedAlert, ...]:
    """Return every alert of the rules, in their order. Raises TextError for one without a text."""
    found: dict[str, list[Alerting]] = {}
    for rule in alerts(rules.all):
        found.setdefault(rule.alert, []).append(rule)
    every = inhibitions(settings, tuple(alerts(rules.all)))
    services = _services(settings)
    made = (
        _documented(settings, rules, policy, tuple(each), every, services.get(name, ()))
        for name, each in found.items()
    )
    names = frozenset(found)
    return tuple(replace(alert, other_names=names - {alert.name}) for alert in made)


def _documented(
    settings: Settings,
    rules: Rules,
    policy: Policy,
    each: tuple[Alerting, ...],
    every: Iterable[Inhibition],
    services: tuple[str, ...],
) -> DocumentedAlert:
    rule = each[0]
    statement = statement_of(rule, settings.alerts.error_classes)
    known = facts(settings, policy, rule)
    check_facts(statement, known)
    return DocumentedAlert(
        settings=settings,
        policy=policy,
        rules=each,
        group=sources(rules, rule).group,
        statement=statement,
        facts=known,
        when=fires_when(rule, statement, known),
        other_ways=other_ways(rule),
        services=services,
        parts=parts(settings, rules, rule),
        mutes=tuple(i for i in every if rule.alert in alerts_of(i.source)),
        muted=tuple(i for i in every if rule.alert in alerts_of(i.target) and _is_ours(i)),
        other_names=frozenset(),
        is_longterm=settings.prometheus.longterm is not None and rule in alerts(rules.longterm),
    )


def _services(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Return when each alert fires for services with values of their own, by its name."""
    found: dict[str, tuple[str, ...]] = {}
    usual = usual_words(settings)
    for key, each in service_words(settings).items():
        others = () if key in usual else ("all others: never",)
        found[key[0]] = (*found.get(key[0], ()), *(words.when for words in each), *others)
    return found


def _is_ours(rule: Inhibition) -> bool:
    """Return whether an alert of a rule file mutes by it: an acknowledgement has no runbook."""
    return alerts_of(rule.source) != (ACKNOWLEDGED,)


def alerts_of(matchers: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[str, ...]:
    """Return the names of the alerts that matchers of an inhibit rule name."""
    return dict(matchers)["alertname"]
