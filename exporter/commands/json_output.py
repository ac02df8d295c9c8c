"""What commands print with --json: one document, with the version of its schema.

docs/json.md lists the keys of each. A version goes up when a key is removed, is renamed or changes
its meaning; keys may be added without.
"""

import json
from collections.abc import Mapping
from typing import Any

SCHEMAS = {
    "ack": 1,
    "alerts": 1,
    "alerts --history": 1,
    "analyze": 1,
    "application forget": 1,
    "application show": 1,
    "bridge dead": 1,
    "check": 1,
    "configs": 1,
    "diff": 1,
    "doctor": 1,
    "drill": 1,
    "drill --dry-run": 1,
    "explain": 1,
    "preview": 1,
    "upload": 1,
    "versions": 1,
}


def json_document(command: str, body: Mapping[str, Any]) -> str:
    """Return the document of a command, without a newline at its end."""
    whole = {"schema_version": SCHEMAS[command], **body}
    return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False)
