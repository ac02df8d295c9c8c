"""How commands print which set they speak of, and what changed."""

from typing import Any

from generators.value_changes import ValueChange
from generators.versions.generated_set import GeneratedSet


def head(found: GeneratedSet) -> dict[str, Any]:
    """Return what identifies a set, for JSON."""
    return {
        "origin": found.origin,
        "content_hash": found.content_hash,
        "inputs_hash": found.config.inputs_hash,
        "schema_version": found.config.schema_version,
        "ionmon_version": found.config.ionmon_version,
        "command": found.config.command or None,
        "files": len(found.files),
        "edited": list(found.edited),
        "missing": list(found.missing),
    }


def change(one: ValueChange) -> dict[str, Any]:
    """Return a change, for JSON."""
    return {"at": one.at, "change": one.change, "before": one.before, "after": one.after}


def remarks(found: GeneratedSet) -> list[str]:
    """Return what a reader has to know of a set that is not whole."""
    every = ((found.edited, "changed by hand"), (found.missing, "missing"))
    return [
        f"{found.origin}: {len(names)} files are {what}: {', '.join(names[:3])}"
        for names, what in every
        if names
    ]
