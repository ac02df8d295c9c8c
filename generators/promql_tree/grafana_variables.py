"""Grafana's variables in a query, replaced by values that nobody writes, so that it parses.

A variable stands for a duration in brackets and after `offset`, for text in quotes. Elsewhere it is
a number or a name; which of the two, the parser decides.
"""

import re
from collections.abc import Iterator

MAGIC = "ionmon_variable"
_TIMES = {"__rate_interval": "239s711ms", "__interval": "119s713ms", "__range": "10799s717ms"}
_ANY_TIME = "359s719ms"
_NUMBERS = ("__range_s", "__range_ms", "__interval_ms", "__from", "__to")
_NUMBER = "719.0719"
_VARIABLE = re.compile(
    r"\$\{([A-Za-z_]\w*)(?:[.:][^}]*)?\}|\[\[([A-Za-z_]\w*)(?::\w+)?\]\]|\$([A-Za-z_]\w*)"
)
_PIECE = re.compile(
    rf"(?P<variable>{_VARIABLE.pattern})"
    r"""|(?P<quoted>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)"""
    r"|(?P<open>\[)|(?P<close>\])|(?P<offset>\boffset\s+)|(?P<other>.)",
    re.DOTALL,
)
_SECONDS = frozenset({239.711, 119.713, 10799.717, 359.719})


def expansions(text: str) -> Iterator[str]:
    """Yield the query with its variables replaced: first as numbers, then as names."""
    first = "".join(_pieces(text, _NUMBER))
    yield first
    second = "".join(_pieces(text, MAGIC))
    if second != first:
        yield second


def is_variable(value: str) -> bool:
    """Return whether a name or a value contains what a variable was replaced by."""
    return MAGIC in value


def is_variable_time(seconds: float) -> bool:
    """Return whether a window is what a variable was replaced by."""
    return round(seconds, 3) in _SECONDS


def _pieces(text: str, plain: str) -> Iterator[str]:
    timed = False
    for piece in _PIECE.finditer(text):
        kind, found = str(piece.lastgroup), piece.group()
        if piece["variable"]:
            yield _value(piece, plain, timed=timed)
        elif kind == "quoted":
            yield _VARIABLE.sub(MAGIC, found)
        else:
            yield found
        timed = _timed(kind, found, timed=timed)


def _timed(kind: str, found: str, *, timed: bool) -> bool:
    """Return whether a duration has to follow."""
    if kind in ("open", "offset"):
        return True
    return timed and (found == ":" or found.isspace())


def _value(piece: re.Match[str], plain: str, *, timed: bool) -> str:
    name = next(group for group in piece.groups()[1:4] if group)
    if name in _NUMBERS:
        return _NUMBER
    if name in _TIMES:
        return _TIMES[name]
    return _ANY_TIME if timed else plain
