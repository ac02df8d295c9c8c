"""Settings as monitoring.yaml writes them: durations and percentages with their unit."""

from collections.abc import Mapping
from typing import Any

from exporter.settings import Settings
from exporter.settings.keys import ANY, ITEM, keys
from exporter.settings.types import duration
from generators.limits import number

_DAY = 86400  # seconds
_Types = Mapping[tuple[str, ...], str]


def worded(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return dumped settings with each number in the words of its key."""
    types = {key.path: key.type for key in keys(Settings)}
    return {name: _worded(value, (name,), types) for name, value in settings.items()}


def _worded(value: Any, at: tuple[str, ...], types: _Types) -> Any:  # noqa: ANN401 - JSON is any of its types
    if isinstance(value, dict):
        return {name: _worded(item, _below(at, name, types), types) for name, item in value.items()}
    if isinstance(value, list):
        return [_worded(item, (*at, ITEM), types) for item in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _text(value, types.get(at, ""))
    return value


def _below(at: tuple[str, ...], name: str, types: _Types) -> tuple[str, ...]:
    """Return the path of a key, with `*` where any name may stand."""
    return (*at, name) if (*at, name) in types else (*at, ANY)


def _text(value: float, kind: str) -> object:
    if kind == "duration":
        days, rest = divmod(value, _DAY)
        return f"{days:.0f}d" if days and not rest else duration(value)
    return f"{number(value * 100)}%" if kind == "percentage" else value
