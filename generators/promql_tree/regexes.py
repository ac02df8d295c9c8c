"""Regular expressions of matchers, as far as they are lists of texts."""

import re
import warnings
from collections.abc import Iterable

_ESCAPED = re.compile(r"\\[^A-Za-z0-9]", re.DOTALL)
_BAR = re.compile(r"((?:\\.|[^\\|])*)\|", re.DOTALL)
_NESTING, _SPECIAL = frozenset("()[]{}"), frozenset("()[]{}.+*?^$\\")


def branches(pattern: str) -> tuple[str, ...]:
    """Return the alternatives of a regular expression; the whole where they are nested."""
    if _NESTING & set(_ESCAPED.sub("", pattern)):
        return (pattern,)
    return tuple(_BAR.findall(pattern + "|"))


def plain(branch: str) -> str | None:
    """Return the text that an alternative stands for; None where it is more than a text."""
    if _SPECIAL & set(_ESCAPED.sub("", branch)):
        return None
    return _ESCAPED.sub(lambda found: found.group()[1], branch)


def alternatives(pattern: str) -> tuple[str, ...] | None:
    """Return the texts that a regular expression names one by one; None where it is more."""
    texts = [text for branch in branches(pattern) if (text := plain(branch)) is not None]
    return tuple(texts) if len(texts) == len(branches(pattern)) else None


def matches_any(pattern: str, texts: Iterable[str]) -> bool:
    """Return whether a regular expression matches a whole text; true where Python is unsure."""
    try:
        with warnings.catch_warnings():  # of forms that Python may read otherwise some day
            warnings.simplefilter("ignore", FutureWarning)
            found = re.compile(pattern, re.DOTALL)
    except re.error:  # RE2 knows forms that Python does not
        return True
    return any(found.fullmatch(text) for text in texts)
