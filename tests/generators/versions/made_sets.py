"""Small sets of a few files, as `ionmon configs` would write them."""

import json
from pathlib import Path
from typing import Any

from generators.files import write
from generators.monitoring_config import CONFIG_FILE, digest
from generators.versions.generated_set import GeneratedSet, of_texts

ROOT = Path(__file__).parents[3]
RECORDED = ROOT / "tests" / "data" / "versions"


def texts(files: dict[str, str], **body: Any) -> dict[str, str]:
    """Return files and the configuration that names them."""
    hashes = {name: digest(text) for name, text in files.items()}
    whole = {"schema_version": 3, "rules": {}, "alerts": [], **body, "files": hashes}
    return {**files, CONFIG_FILE: json.dumps({"content_hash": digest(json.dumps(whole)), **whole})}


def made(files: dict[str, str] | None = None, **body: Any) -> GeneratedSet:
    """Return a set of these files."""
    return of_texts(texts(files or {}, **body))


def written(root: Path, files: dict[str, str] | None = None, **body: Any) -> GeneratedSet:
    """Write a set below a root, and return it."""
    write(root, texts(files or {}, **body))
    return made(files, **body)


def recorded_folder(root: Path, schema: int) -> Path:
    """Return a root with the recorded file of a schema version."""
    write(root, {CONFIG_FILE: (RECORDED / f"schema-{schema}.json").read_text()})
    return root
