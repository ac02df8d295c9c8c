"""Alerts about the services in words, and for which services they have other values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from exporter.settings import Settings
from generators.alert_table import BurnAlert, ExhaustedAlert, Objective, PolicyAlert, ThresholdAlert
from generators.limits import condition, lasting, number
from generators.policy import Policy, policy
from generators.rules.budget_texts import promise
from generators.rules.budgets import LATENCY

AlertKey = tuple[str, str]  # an alert's name, and which of two budgets it is about


@dataclass(frozen=True, slots=True)
class AlertWords:
    """How severe an alert is, and when it fires."""

    severity: str
    when: str


@dataclass(frozen=True, slots=True)
class ServiceWords:
    """The same of a service with a value of its own; `words` is None where it never fires."""

    service: str
    never: str
    words: AlertWords | None

    @property
    def when(self) -> str:
        """When it fires for the service."""
        return f"{self.service}: {self.words.when if self.words else self.never}"


def usual_words(settings: Settings) -> dict[AlertKey, AlertWords]:
    """Return the words of each alert for services without values of their own."""
    return _worded(policy(settings))


def service_words(settings: Settings) -> Mapping[AlertKey, tuple[ServiceWords, ...]]:
    """Return what other services have, by alert; an alert that is alike for all is left out."""
    usual = usual_words(settings)
    services = {name: _worded(policy(settings.of_service(name))) for name in settings.services}
    keys = dict.fromkeys(key for each in (usual, *services.values()) for key in each)
    found = {
        key: tuple(
            ServiceWords(service, _never(key), words.get(key))
            for service, words in services.items()
            if words.get(key) != usual.get(key)
        )
        for key in keys
    }
    return {key: words for key, words in found.items() if words}


def _never(key: AlertKey) -> str:
    return "never for latency" if key[1] == LATENCY.signal else "never"


def _worded(held: Policy) -> dict[AlertKey, AlertWords]:
    return {_key(row): AlertWords(row.severity, lasting(_when(row), row.for_)) for row in held.rows}


def _key(row: PolicyAlert) -> AlertKey:
    return row.name, "" if isinstance(row, ThresholdAlert) else row.objective.signal


def _budget(of: Objective) -> str:
    if of.within:
        return f"latency budget of {promise(of)}"
    return f"error budget of {number(of.share * 100)}%"


def _when(row: PolicyAlert) -> str:
    match row:
        case ThresholdAlert():
            return f"{row.signal.noun} {condition(row)}"
        case BurnAlert():
            return f"{_budget(row.objective)} burns {condition(row)}"
        case ExhaustedAlert():
            spent = condition(row).removeprefix("at ")
            return f"{spent} ({_budget(row.objective)})" if row.objective.within else spent
    assert_never(row)
