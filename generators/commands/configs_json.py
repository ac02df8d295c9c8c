"""What `ionmon configs --json` prints: files and values that change."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from exporter.json_output import json_document
from generators import difference, files
from generators.commands.set_names import change


@dataclass(frozen=True, slots=True)
class ComparedFiles:
    """The document, and whether a file differs from what would be written."""

    text: str
    differs: bool


def compared(root: Path, texts: Mapping[str, str], *, written: bool) -> ComparedFiles:
    """Compare what is below a root with what is generated; `written` says what is done with it."""
    changed, gone = files.differing(root, texts), difference.gone(root, texts)
    found = difference.changed_values(root, texts)
    body = {
        "written": written,
        "changed": changed,
        "removed": gone,
        "unchanged": len(texts) - len(changed),
        "changes": None if found is None else [change(one) for one in found],
    }
    return ComparedFiles(json_document("configs", body), bool(changed or gone))
