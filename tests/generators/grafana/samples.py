"""Dashboards and settings that tests of Grafana share."""

import json
from typing import Any

TWO: dict[str, Any] = {"prometheus": {"longterm": "127.0.0.1:9091"}}
HOSTILE = '"; ${file("/etc/passwd")} %{ if } $HOME \\ {{ .x }} \n---\nkind: Secret # <script> é 😀'


def board(name: str, **more: Any) -> str:
    """Return the JSON of a dashboard."""
    body = {"id": None, "uid": f"ion-{name}", "title": f"ION {name}", "version": 1, "panels": []}
    return json.dumps({**body, **more}, indent=2) + "\n"


BOARDS = {f"grafana/out/{name}.json": board(name) for name in ("overview", "cache")}
