"""What Prometheus makes of an annotation's template: only the actions that our rules use.

After template/template.go of Prometheus 2.42; promtool compares the result with its own.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import quote_plus

_FINDS = r"\{\{ with printf `[^`]*`[^`}]* \| query \}\}"
_ACTION = re.compile(r"\{\{\s*(.*?)\s*\}\}")
_WITH = re.compile(
    r"\{\{ with \$labels\.(\w+) \}\}\{\{ \. \}\}\{\{ else \}\}(.*?)\{\{ end \}\}", re.DOTALL
)
_SOME = re.compile(r"\{\{ with \$labels\.(\w+) \}\}(.*?)\{\{ end \}\}", re.DOTALL)
_LABEL = re.compile(r"\$labels\.(\w+)( \| urlquery)?")
_VALUE = re.compile(r'\$value \| (?:(\w+)|printf "(%\.\d[fg])")(?: \| reReplaceAll "(.+)" "(.*)")?')
# Data is there whenever texts are compared, and its values are of five minutes.
_WINDOW = re.compile(_FINDS + r"([^{}]*)\{\{ else \}\}[^{}]*\{\{ end \}\}")
_QUERY = re.compile(_FINDS + r".*?\{\{ end \}\}$")
_SCALE = 1000


def rendered(template: str, labels: Mapping[str, str], value: float) -> str:
    """Return the text. Raises ValueError, naming an action that is not known here."""

    def chosen(match: re.Match[str]) -> str:
        return labels.get(match[1]) or match[2]

    def action(match: re.Match[str]) -> str:
        return _rendered(match[1], labels, value)

    def some(match: re.Match[str]) -> str:
        found = labels.get(match[1], "")
        return match[2].replace("{{ . }}", found) if found else ""

    known = _QUERY.sub("", _WINDOW.sub(r"\1", template))
    return _ACTION.sub(action, _SOME.sub(some, _WITH.sub(chosen, known)))


def _rendered(action: str, labels: Mapping[str, str], value: float) -> str:
    if label := _LABEL.fullmatch(action):
        text = labels.get(label[1], "")
        return quote_plus(text) if label[2] else text
    shown = _VALUE.fullmatch(action)
    if shown and shown[2]:
        return _replaced(shown[2] % value, shown)
    if shown and shown[1] in _FUNCTIONS:
        return _replaced(_FUNCTIONS[shown[1]](value), shown)
    raise ValueError(f"'{action}' is no action that annotations may use")


def _replaced(text: str, shown: re.Match[str]) -> str:
    """Return the text after reReplaceAll, where an action of a value has it."""
    return re.sub(shown[3], shown[4].replace("$", "\\"), text) if shown[3] else text


def duration(value: float) -> str:
    """Return what humanizeDuration makes of seconds."""
    if abs(value) < 1:
        return f"{_small(value)}s"
    sign, whole = "-" if value < 0 else "", int(abs(value))
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{sign}{days}d {hours}h {minutes}m {seconds}s"
    if hours:
        return f"{sign}{hours}h {minutes}m {seconds}s"
    return f"{sign}{minutes}m {seconds}s" if minutes else f"{sign}{abs(value):.4g}s"


def percentage(value: float) -> str:
    """Return what humanizePercentage makes of a ratio."""
    return f"{value * 100:.4g}%"


def timestamp(value: float) -> str:
    """Return what humanizeTimestamp makes of whole seconds since 1970."""
    return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%S +0000 UTC")


def humanized(value: float) -> str:
    """Return what humanize makes of a number."""
    return _small(value) if abs(value) < 1 else _great(value)


def _great(value: float) -> str:
    for prefix in ("", *"kMGT"):
        if abs(value) < _SCALE:
            return f"{value:.4g}{prefix}"
        value /= _SCALE
    return f"{value:.4g}P"


def _small(value: float) -> str:
    for prefix in ("", *"mun"):
        if value == 0 or abs(value) >= 1:
            return f"{value:.4g}{prefix}"
        value *= _SCALE
    return f"{value:.4g}p"


_FUNCTIONS: Mapping[str, Callable[[float], str]] = {
    "humanize": humanized,
    "humanizeDuration": duration,
    "humanizePercentage": percentage,
    "humanizeTimestamp": timestamp,
}
