"""Removes secrets from text: the last defence, after everything that avoids writing them."""

import html
import json
import re
import threading
from base64 import b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import quote

SHOWN = "<secret>"
_MIN_LINE = 8
_MIN_ANYWHERE = 4  # characters; a shorter secret within other words would blank half of a log
_ESCAPE = re.compile("%[0-9A-F]{2}")
# Of base64, the characters at both edges have bits of the secret and of what stands beside it.
_FOUND = "\ufdd0"  # stands in no text
_EDGES = re.compile(rf"[A-Za-z0-9+/_-]?{_FOUND}[A-Za-z0-9+/_-]?={{0,2}}")

_lock = threading.Lock()
_spellings: set[str] = set()
_base64: set[str] = set()
_patterns: tuple[re.Pattern[str], re.Pattern[str]] | None = None


def conceal(value: str) -> None:
    """Remove `value` from all later text, as it is and as repr, JSON, HTML or a URL writes it.

    Also in base64, alone or within more, as a login or a header is sent. A value of one to three
    characters is removed only where it stands alone, not within a word.
    """
    global _patterns  # noqa: PLW0603 - the whole process shares the secrets
    with _lock:
        written, encoded = set(_written(value)), set(_encoded(value))
        if written <= _spellings and encoded <= _base64:
            return  # secret files are read again at each connect
        _spellings.update(written)
        _base64.update(encoded)
        _patterns = _any_of(_spellings), _any_of(_base64)


def redacted(text: str) -> str:
    """Return `text` with every concealed value replaced."""
    patterns = _patterns
    if patterns is None:
        return text
    plain, encoded = patterns
    shown, found = encoded.subn(_FOUND, plain.sub(SHOWN, text))
    return _EDGES.sub(SHOWN, shown) if found else shown


def _any_of(texts: Iterable[str]) -> re.Pattern[str]:
    # Longest first, or a secret that contains another one would be replaced only in part.
    longest_first = sorted(texts, key=lambda text: (-len(text), text))
    return re.compile("|".join(map(_expression, longest_first)) or "(?!)")


def _expression(text: str) -> str:
    found = re.escape(text)
    return found if len(text) >= _MIN_ANYWHERE else rf"(?<!\w){found}(?!\w)"


def _written(value: str) -> Iterator[str]:
    """Yield the spellings of a secret; lines of a long one, such as a private key, one by one."""
    lines = value.splitlines() if len(value.splitlines()) > 1 else []
    for text in (value, *(line for line in lines if len(line) >= _MIN_LINE)):
        if text:
            plain = text.encode("utf-8", "surrogatepass")
            for url in (quote(plain), quote(plain, safe="")):
                yield from (url, _ESCAPE.sub(lambda found: found[0].lower(), url))
            yield from (text, repr(text)[1:-1], html.escape(text))
            for written in (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
                yield from (written, written.replace("/", r"\/"))
            if len(text) >= _MIN_LINE:  # a shorter one is a word of its own in another case
                yield from (text.upper(), text.lower())


def _encoded(value: str) -> Iterator[str]:
    """Yield what base64 makes of a secret at each place within other bytes, but for its edges.

    Three bytes are four characters, so that there are three ways; the characters at both ends
    depend on the bytes beside the secret.
    """
    plain = value.encode("utf-8", "surrogatepass")
    for before in range(3):
        bits = 8 * before, 8 * (before + len(plain))
        whole = b64encode(bytes(before) + plain + bytes(2)).decode()[
            -(-bits[0] // 6) : bits[1] // 6
        ]
        if len(whole) >= _MIN_ANYWHERE:
            yield from (whole, whole.replace("+", "-").replace("/", "_"))
