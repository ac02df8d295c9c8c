"""What a change of settings, or of this program, changes: by meaning, not by line."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from generators.monitoring_config import PATH, digest
from generators.value_changes import value_changes
from generators.worded_settings import worded

_NOT_SHOWN = (
    *("content_hash", "schema_version", "command", "files", "rules", "signals"),
    "objective",  # settings.objectives says the same
)
# Of an alert: what threshold, rules and links say, too.
_SHOWN_BY_OTHERS = ("name", "where", "why", "limit", "query", "runbook_url", "dashboard_url")
_OF_EVERY_ALERT = ("labels", "annotations")  # keys of the settings' alerts that are no alert's name
_NAMED = 4  # names that a line lists


def changes(root: Path, texts: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for everything that writing `texts` below `root` would change."""
    old, new = _read(root), json.loads(texts[PATH])
    if old is None:
        yield f"nothing is known of what was written here; {len(texts)} files would be"
        return
    yield from value_changes("", _compared(old), _compared(new))
    yield from _expressions(old, new)
    yield from _files(root, old, texts)


def is_known(root: Path) -> bool:
    """Say whether it is known what was written below a root."""
    return _read(root) is not None


def last_command(root: Path) -> str:
    """Return the command line that wrote the files below a root; empty where it is not known."""
    return str((_read(root) or {}).get("command", ""))


def _read(root: Path) -> dict[str, Any] | None:
    """Return what was written last; None where nothing was, or where it is no longer whole."""
    try:
        found = json.loads((root / PATH).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("alerts"), dict | list):
        return None
    return found if all(isinstance(found.get(n), dict) for n in ("files", "rules")) else None


def _compared(body: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in body.items() if name not in _NOT_SHOWN}
    settings = worded(body.get("settings", {}))
    # Of the settings' alerts, what one alert overrides is shown with the alert itself.
    overrides = settings.pop("alerts", {})
    settings["alerts"] = {
        n: v for n, v in overrides.items() if n in _OF_EVERY_ALERT or not isinstance(v, dict)
    }
    alerts = _alerts(body)
    found["alerts"] = {name: _without(alert, _SHOWN_BY_OTHERS) for name, alert in alerts.items()}
    return {"settings": settings, **{n: v for n, v in found.items() if n != "settings"}}


def _alerts(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the alerts by their names, and by what tells several of one name apart."""
    found = body.get("alerts", {})
    if isinstance(found, Mapping):  # as versions before 3 wrote them
        return found
    return {_title(alert): alert for alert in found}


def _title(alert: Mapping[str, Any]) -> str:
    values = [value for values in alert["where"].values() for value in values]
    return f"{alert['name']} ({', '.join(values)})" if values else str(alert["name"])


def _without(body: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


def _expressions(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Yield which recorded series and alerts have another expression; by name, not by text."""
    before, after = old["rules"], new["rules"]
    yield from _listed("+ recorded series", [n for n in after if n not in before])
    yield from _listed("- recorded series", [n for n in before if n not in after])
    yield from _listed(
        "~ recorded series with another expression",
        [n for n in after if n in before and before[n] != after[n]],
    )
    queries = {n: alert.get("query") for n, alert in _alerts(old).items()}
    yield from _listed(
        "~ alerts with another expression",
        [n for n, a in _alerts(new).items() if n in queries and queries[n] != a.get("query")],
    )


def _listed(what: str, names: Sequence[str]) -> Iterator[str]:
    """Yield one line with the first of the names; nothing where there are none."""
    if names:
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield f"{what}: {', '.join(names[:_NAMED])}{more}"


def _files(root: Path, old: Mapping[str, Any], texts: Mapping[str, str]) -> Iterator[str]:
    """Yield which files come, go or change, and which of them somebody changed by hand."""
    found = {name: _bytes(root / name) for name in sorted(texts)}
    changed = [n for n, held in found.items() if held is not None and held != texts[n].encode()]
    yield from _listed("+ files", [n for n, held in found.items() if held is None])
    yield from _listed("- files", gone(root, texts))
    yield from _listed("~ files", [name for name in changed if name != PATH])
    for name in changed:
        if _is_by_hand(name, found[name] or b"", old["files"]):
            yield f"~ {name} (was changed by hand; that would be lost)"


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _is_by_hand(name: str, found: bytes, recorded: Mapping[str, str]) -> bool:
    return name in recorded and digest(found.decode(errors="replace")) != recorded[name]


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
