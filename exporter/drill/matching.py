"""Matchers of the routes that Alertmanager runs, read as it prints them."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_FORM = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^\s"!=~]+)\s*(=~|!~|!=|=)\s*(.*?)\s*', re.DOTALL)
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RouteMatcher:
    """A condition on a label: `=`, `!=`, `=~` or `!~`; a regular expression is of the whole."""

    label: str
    sign: str
    value: str

    def matches(self, labels: Labels) -> bool:
        """Whether labels fulfil it; a missing label is an empty one."""
        actual = labels.get(self.label, "")
        if self.sign in ("=", "!="):
            return (actual == self.value) is (self.sign == "=")
        return (re.fullmatch(self.value, actual) is not None) is (self.sign == "=~")


def matchers(route: Mapping[str, Any]) -> tuple[RouteMatcher, ...]:
    """Return the matchers of a route, those of the old keys too. Raises ValueError."""
    return tuple(_all(route))


def _all(route: Mapping[str, Any]) -> Iterator[RouteMatcher]:
    for key, sign in (("match", "="), ("match_re", "=~")):
        for label, value in (route.get(key) or {}).items():
            yield RouteMatcher(label, sign, str(value))
    yield from map(matcher, route.get("matchers") or ())


def matcher(text: str) -> RouteMatcher:
    """Return the matcher of a text such as `team="shop"`. Raises ValueError."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no matcher")
    label, sign, value = found.groups()
    return RouteMatcher(_unquoted(label), sign, _unquoted(value))


def _unquoted(text: str) -> str:
    return str(json.loads(text)) if text.startswith('"') else text
