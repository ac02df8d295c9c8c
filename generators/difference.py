"""What a change of settings, or of this program, changes: by meaning, not by line."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from generators.monitoring_config import PATH, digest

_NOT_SAID = ("content_hash", "schema_version", "files", "rules", "signals")
_SAID_ELSEWHERE = ("alerts", "objectives")  # of the settings: the policy says what they come to
# Of an alert: what threshold, rules and links say, too.
_SHOWN_BY_OTHERS = ("why", "limit", "query", "runbook_url", "dashboard_url")
_NOTHING = object()


def changes(root: Path, texts: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for everything that writing `texts` below `root` would change."""
    old, new = _read(root), json.loads(texts[PATH])
    if old is None:
        yield f"nothing is known of what was written here; {len(texts)} files would be"
        return
    yield from _values("", _said(old), _said(new))
    yield from _rules(old, new)
    yield from _files(root, old, texts)


def _read(root: Path) -> dict[str, Any] | None:
    """Return what was written last; None where nothing was, or where it is no longer whole."""
    try:
        found = json.loads((root / PATH).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    sections = ("files", "rules", "alerts")
    if not isinstance(found, dict) or not all(isinstance(found.get(n), dict) for n in sections):
        return None
    return found


def _said(body: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in body.items() if name not in _NOT_SAID}
    found["settings"] = _without(body.get("settings", {}), _SAID_ELSEWHERE)
    alerts = body.get("alerts", {})
    found["alerts"] = {name: _without(alert, _SHOWN_BY_OTHERS) for name, alert in alerts.items()}
    return found


def _without(body: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


def _values(at: str, old: object, new: object) -> Iterator[str]:
    """Yield what differs below a place, each by the place's name."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in dict.fromkeys((*old, *new)):
            below = f"{at}.{name}".removeprefix(".")
            yield from _values(below, old.get(name, _NOTHING), new.get(name, _NOTHING))
    elif old is _NOTHING:
        yield f"+ {at}: {_short(new)}"
    elif new is _NOTHING:
        yield f"- {at}"
    elif old != new:
        yield f"~ {at}: from {_short(old)} to {_short(new)}"


def _short(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return ", ".join(f"{name} {_short(item)}" for name, item in value.items())
    return json.dumps(value)


def _rules(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    before, after = old.get("rules", {}), new["rules"]
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            yield f"- recorded series {name}"
        elif name not in before:
            yield f"+ recorded series {name}"
        elif before[name] != after[name]:
            yield f"~ recorded series {name}: from {before[name]} to {after[name]}"


def _files(root: Path, old: Mapping[str, Any], texts: Mapping[str, str]) -> Iterator[str]:
    """Yield what happens to files, and which of them somebody changed by hand."""
    recorded = old.get("files", {})
    for name, text in sorted(texts.items()):
        found = _bytes(root / name)
        if found is None:
            yield f"+ {name}"
        elif found != text.encode():
            yield f"~ {name}" + _by_hand(name, found, recorded)
    for name in gone(root, texts):
        yield f"- {name}"


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _by_hand(name: str, found: bytes, recorded: Mapping[str, str]) -> str:
    if name not in recorded or digest(found.decode(errors="replace")) == recorded[name]:
        return ""
    return "  (was changed by hand; that would be lost)"


def gone(root: Path, texts: Mapping[str, str]) -> list[str]:
    """Return the files that were written once, are as they were written, and are so no more."""
    recorded = (_read(root) or {}).get("files", {})
    return [
        name
        for name, known in sorted(recorded.items())
        if name not in texts and _is_below(name) and _is(root / name, known)
    ]


def _is_below(name: str) -> bool:
    """Say whether a path lies below the root: what is elsewhere was not written from here."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _is(path: Path, known: str) -> bool:
    found = _bytes(path)
    return found is not None and digest(found.decode(errors="replace")) == known
