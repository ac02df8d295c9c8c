"""Whether the configuration that a server has in force is the file's: all that was written counts.

A server adds its defaults, makes paths absolute, writes durations its own way and hides secrets.
"""

import hashlib
import json
import posixpath
from collections.abc import Iterator
from typing import Any

import yaml

from exporter.settings.types import seconds

_HIDDEN = "<secret>"
_BYTES = 6  # of the MD5 sum: what a float holds exactly
_SHOWN = 120  # characters of a value


def config_hash(content: bytes) -> float:
    """Return alertmanager_config_hash of a file: six bytes of its MD5 sum as a number.

    Source: config/coordinator.go of Alertmanager, md5HashAsMetricValue.
    """
    found = hashlib.md5(content, usedforsecurity=False).digest()[:_BYTES]
    return float(int.from_bytes(found, "little"))


def config_differences(written: bytes, in_force: str) -> Iterator[str]:
    """Yield the values of a file that are otherwise in force, by their path in it."""
    ours, theirs = (yaml.load(each, Loader=yaml.CSafeLoader) for each in (written, in_force))
    yield from _differences(ours, theirs, "")


def _differences(mine: Any, its: Any, at: str) -> Iterator[str]:  # noqa: ANN401 - YAML
    if isinstance(mine, dict) and isinstance(its, dict):
        for name, value in mine.items():
            yield from _differences(value, its.get(name), f"{at}.{name}" if at else str(name))
    elif isinstance(mine, list) and isinstance(its, list) and len(mine) == len(its):
        for index, (one, other) in enumerate(zip(mine, its, strict=True)):
            yield from _differences(one, other, f"{at}[{index}]")
    elif not _same(mine, its):
        yield f"{at} is {_text(its)}, not {_text(mine)}"


def _same(mine: object, its: object) -> bool:
    if its in (mine, _HIDDEN):
        return True
    if not mine and its is None:  # a server need not write what is empty or false
        return True
    if not isinstance(mine, str) or not isinstance(its, str):
        return False
    return _same_duration(mine, its) or _same_path(mine, its)


def _same_duration(mine: str, its: str) -> bool:
    try:
        return seconds(mine) == seconds(its)
    except ValueError:
        return False


def _same_path(mine: str, its: str) -> bool:
    if "/" not in its or mine.startswith("/"):
        return False
    return its.endswith("/" + posixpath.normpath(mine).removeprefix("../"))


def _text(value: object) -> str:
    shown = "missing" if value is None else json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
