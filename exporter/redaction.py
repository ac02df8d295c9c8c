"""Removes secrets from text: the last defence, after everything that avoids writing them."""

import json
import re
import threading
from collections.abc import Iterator
from urllib.parse import quote

SHOWN = "<secret>"
_MIN_LINE = 8
_MIN_ANYWHERE = 4  # characters; a shorter secret within other words would blank half of a log

_lock = threading.Lock()
_spellings: set[str] = set()
_pattern: re.Pattern[str] | None = None


def conceal(value: str) -> None:
    """Remove `value` from all later text, as it is and as repr, JSON or a URL writes it.

    A value of one to three characters is removed only where it stands alone, not within a word.
    """
    global _pattern  # noqa: PLW0603 - the whole process shares the secrets
    with _lock:
        written = set(_written(value))
        if written <= _spellings:
            return  # secret files are read again at each connect
        _spellings.update(written)
        # Longest first, or a secret that contains another one would be replaced only in part.
        longest_first = sorted(_spellings, key=lambda text: (-len(text), text))
        _pattern = re.compile("|".join(map(_expression, longest_first)))


def redacted(text: str) -> str:
    """Return `text` with every concealed value replaced."""
    pattern = _pattern
    return text if pattern is None else pattern.sub(SHOWN, text)


def _expression(text: str) -> str:
    found = re.escape(text)
    return found if len(text) >= _MIN_ANYWHERE else rf"(?<!\w){found}(?!\w)"


def _written(value: str) -> Iterator[str]:
    """Yield the spellings of a secret; lines of a long one, such as a private key, one by one."""
    lines = value.splitlines() if len(value.splitlines()) > 1 else []
    for text in (value, *(line for line in lines if len(line) >= _MIN_LINE)):
        if text:
            plain = text.encode("utf-8", "surrogatepass")
            yield from (text, repr(text)[1:-1], quote(plain), quote(plain, safe=""))
            yield from (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
