"""The silences of every Alertmanager: who silenced what, since when, until when."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from exporter.bridge.alertmanagers import Alertmanager, AlertmanagerFault
from exporter.bridge.webhook import moment
from exporter.prometheus_api import Labels

# Alternatives of plain words, with a few wildcards: what people write, and quick to match.
_SIMPLE = re.compile(r"[\w ./:@|-]*(?:\.[*+][\w ./:@|-]*){0,3}")


@dataclass(frozen=True, slots=True)
class SilenceMatcher:
    """A condition on a label."""

    label: str
    value: str
    regex: bool
    equal: bool

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether labels fulfil it; an expression that is not simple is taken to match."""
        actual = labels.get(self.label, "")
        if not self.regex:
            return (actual == self.value) is self.equal
        if not _SIMPLE.fullmatch(self.value):
            return True
        return (re.fullmatch(self.value, actual) is not None) is self.equal

    def __str__(self) -> str:
        sign = ("!" if not self.equal else "") + ("=~" if self.regex else "=")
        return f"{self.label}{sign.replace('!=~', '!~')}{self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A silence; times are Unix seconds."""

    id: str
    matchers: tuple[SilenceMatcher, ...]
    author: str
    comment: str
    began: float
    until: float

    def covers(self, labels: Labels) -> bool:
        """Whether it silences an alert with these labels."""
        found = dict(labels)
        return all(matcher.matches(found) for matcher in self.matchers)


def silences(addresses: Iterable[str]) -> tuple[tuple[Silence, ...], tuple[str, ...]]:
    """Return the silences that Alertmanagers know, expired ones too, and what could not be read."""
    found: dict[str, Silence] = {}
    faults = []
    for address in addresses:
        try:
            for one in _asked(address):
                found[one.id] = one
        except (AlertmanagerFault, ValueError, KeyError, TypeError) as error:
            faults.append(f"the silences of Alertmanager at {address} are not known: {error}")
    return tuple(sorted(found.values(), key=lambda one: (one.began, one.id))), tuple(faults)


def _asked(address: str) -> list[Silence]:
    listed = json.loads(Alertmanager(address).get("/api/v2/silences"))
    return [_silence(one) for one in listed]


def _silence(one: Mapping[str, Any]) -> Silence:
    began, until = moment(one["startsAt"]), moment(one["endsAt"])
    return Silence(
        id=str(one["id"]),
        matchers=tuple(
            SilenceMatcher(
                str(m["name"]), str(m["value"]), bool(m["isRegex"]), bool(m.get("isEqual", True))
            )
            for m in one["matchers"]
        ),
        author=str(one.get("createdBy", "")),
        comment=str(one.get("comment", "")),
        began=began or 0.0,
        until=until or 0.0,
    )
