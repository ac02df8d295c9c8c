r"""Matchers of the routes that Alertmanager runs, read as it prints them.

Alertmanager's regular expressions are RE2's. Python reads some of them otherwise, such as `(?i)`,
`[[:alpha:]]` and `\pL`: only what both read alike is judged.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from exporter.errors import IonmonError

_FORM = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^\s"!=~]+)\s*(=~|!~|!=|=)\s*(.*?)\s*', re.DOTALL)
# What RE2 (https://github.com/google/re2/wiki/Syntax) and Python's re.ASCII read alike.
_ALIKE = re.compile(
    r"""(?:
        [^\\\[\]{}()?*+]                            # a character, also . | ^ $
        | \\[dDwW!-/:-@\[-`{-~]                     # a class, or punctuation as itself
        | \[ \^? (?:(?!--|&&|~~|\|\|)[^\\\[\]^] | \\[dw!-/:-@\[-`{-~])+ \]
        | \( (?:\?: | (?!\?)) | \)                  # a group without flags and name
        | (?:[*+?] | \{\d+(?:,\d*)?\}) \?? (?![*+?{])
    )*""",
    re.VERBOSE,
)
Labels = Mapping[str, str]


class RouteUnknown(IonmonError):
    """What Alertmanager does with an alert cannot be judged; the text says why, and the fix."""


@dataclass(frozen=True, slots=True)
class RouteMatcher:
    """A condition on a label: `=`, `!=`, `=~` or `!~`; a regular expression is of the whole."""

    label: str
    sign: str
    value: str

    @property
    def is_known(self) -> bool:
        """Whether it can be judged here."""
        return self.sign in ("=", "!=") or _is_alike(self.value)

    def matches(self, labels: Labels) -> bool:
        """Whether labels fulfil it; a missing label is an empty one. Raises RouteUnknown."""
        actual = labels.get(self.label, "")
        if self.sign in ("=", "!="):
            return (actual == self.value) is (self.sign == "=")
        if not self.is_known:
            raise RouteUnknown(
                f"the matcher {self.label}{self.sign}{json.dumps(self.value)} cannot be judged: "
                "only Alertmanager reads it; write a plain expression, such as shop|cart.*"
            )
        return (re.fullmatch(self.value, actual, re.ASCII) is not None) is (self.sign == "=~")


def _is_alike(expression: str) -> bool:
    """Whether a regular expression means in Python what it means in RE2."""
    if _ALIKE.fullmatch(expression) is None:
        return False
    try:
        re.compile(expression, re.ASCII)
    except re.error:
        return False
    return True


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
    try:
        if found is not None:
            label, sign, value = found.groups()
            return RouteMatcher(_unquoted(label), sign, _unquoted(value))
    except ValueError as error:
        raise ValueError(f"{text!r} is no matcher that can be read: {error}") from error
    raise ValueError(f"{text!r} is no matcher")


def _unquoted(text: str) -> str:
    return str(json.loads(text)) if text.startswith('"') else text
