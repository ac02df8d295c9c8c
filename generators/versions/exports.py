"""The files that `ionmon versions --export` writes: a set as programs of others read it."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import PurePosixPath

from generators.monitoring_config import CONFIG_FILE, digest
from generators.versions.definitions import definitions
from generators.versions.generated_set import GeneratedSet

DASHBOARDS = "dashboard_definitions.json"
CONFIG = PurePosixPath(CONFIG_FILE).name
SCHEMA_VERSION = 1  # of dashboard_definitions.json; docs/versions.md is its contract


def exported(found: GeneratedSet) -> Mapping[str, bytes]:
    """Return the files by name; monitoring_config.json byte for byte."""
    return {CONFIG: found.files[CONFIG_FILE], DASHBOARDS: dashboard_definitions(found).encode()}


def dashboard_definitions(found: GeneratedSet) -> str:
    """Return all dashboards as one document; the same set gives the same bytes."""
    body = {
        "schema_version": SCHEMA_VERSION,
        "set": found.content_hash,
        "inputs_hash": found.config.inputs_hash,
        "dashboards": [asdict(board) for board in definitions(found.files)],
    }
    whole = {"content_hash": digest(json.dumps(body)), **body}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
