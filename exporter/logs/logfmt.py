"""Reads logfmt, the log lines of Prometheus, Alertmanager and ionmon."""

import json
import re

_FIELD = re.compile(r'([\w.]+)=("(?:[^"\\]|\\.)*"|\S*)')


def logfmt_fields(line: str) -> dict[str, str]:
    """Return the fields of a line; what is no logfmt has none."""
    return {name: _unquoted(value) for name, value in _FIELD.findall(line)}


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text
    try:
        return str(json.loads(text))
    except ValueError:
        return text[1:-1]
