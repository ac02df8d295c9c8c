"""What commands print with --json: one document, with the version of its schema.

docs/json.md lists the keys of each, or says where they are. A version goes up when a key is
removed, is renamed or changes its meaning; keys may be added without.
"""

import json
import math
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
    "deploy": 1,
    "diff": 1,
    "digest": 1,
    "doctor": 1,
    "drill": 1,
    "drill --dry-run": 1,
    "estimate": 1,
    "explain": 1,
    "incident": 1,
    "incident --list": 1,
    "init": 1,
    "preview": 1,
    "report": 1,
    "upload": 1,
    "versions": 1,
    "versions --export": 1,
}


def json_document(command: str, body: Mapping[str, Any]) -> str:
    """Return the document of a command, without a newline at its end; NaN and infinity are null."""
    whole = {"schema_version": SCHEMAS[command], **body}
    return json.dumps(_known(whole), indent=2, ensure_ascii=False, allow_nan=False)


def _known(value: Any) -> Any:  # noqa: ANN401 - any value of JSON
    match value:
        case Mapping():
            return {name: _known(one) for name, one in value.items()}
        case list() | tuple():
            return [_known(one) for one in value]
        case float() if not math.isfinite(value):
            return None
    return value
