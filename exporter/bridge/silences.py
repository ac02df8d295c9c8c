"""The silences of every Alertmanager: who silenced what, since when, until when."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from exporter.bridge.alertmanagers import Alertmanager, AlertmanagerFault
from exporter.bridge.webhook import moment
from exporter.prometheus.api import Labels

# Alternatives of plain words, with a few wildcards: what people write, and quick to match.
_SIMPLE = re.compile(r"[\w ./:@|-]*(?:\.[*+][\w ./:@|-]*){0,3}")


@dataclass(frozen=True, slots=True)
class SilenceMatcher:
    """A condition on a label."""

    label: str
    value: str
    regex: bool
    equal: bool

    def matches(self, labels: Mapping[str, str]) -> bool | None:
        """Whether labels fulfil it; None of an expression that is not simple, and not tried."""
        actual = labels.get(self.label, "")
        if not self.regex:
            return (actual == self.value) is self.equal
        if not _SIMPLE.fullmatch(self.value):
            return None
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

    def covers(self, labels: Mapping[str, str]) -> bool | None:
        """Whether it silences an alert with these labels; None where that is not known."""
        found = {matcher.matches(labels) for matcher in self.matchers}
        return False if False in found else None if None in found else True

    @property
    def key(self) -> tuple[str, str] | None:
        """A label and its value that every alert has that it silences; None if it has no such."""
        plain = (one for one in self.matchers if one.equal and not one.regex and one.value)
        return next(((one.label, one.value) for one in plain), None)


class SilenceIndex:
    """Silences, found by what they silence: few of them are tried for an alert."""

    def __init__(self, silences: Iterable[Silence]) -> None:
        self._by_key: Mapping[tuple[str, str] | None, list[Silence]] = defaultdict(list)
        for one in silences:
            self._by_key[one.key].append(one)

    def cover(self, labels: Labels) -> bool | None:
        """Whether one of them silences an alert with these labels; None where it is not known."""
        own = dict(labels)
        tried = (one for key in (None, *labels) for one in self._by_key.get(key, ()))
        found = {one.covers(own) for one in tried}
        return True if True in found else None if None in found else False


def silences(addresses: Iterable[str]) -> tuple[tuple[Silence, ...], tuple[str, ...]]:
    """Return the silences that Alertmanagers know, expired ones too, and what could not be read."""
    found: dict[str, Silence] = {}
    faults = []
    for address in addresses:
        try:
            for one in _answer(address):
                found[one.id] = one
        except (
            AlertmanagerFault,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            RecursionError,
        ) as error:
            faults.append(f"the silences of Alertmanager at {address} are not known: {error}")
    return tuple(sorted(found.values(), key=lambda one: (one.began, one.id))), tuple(faults)


def _answer(address: str) -> list[Silence]:
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
