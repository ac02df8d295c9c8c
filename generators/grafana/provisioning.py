"""Provisioning files, which Grafana reads when it starts, and the folder that it reads again."""

from collections.abc import Iterable
from typing import Any

from exporter.settings import Settings
from generators.files import MARK
from generators.grafana.datasources import Source, sources
from generators.grafana.model import FOLDER
from generators.output_folders import DASHBOARDS, PROVISIONING
from generators.rules.model import dumped

MOUNTED = "/etc/grafana/dashboards/ion"
_RESCAN = 60  # seconds; Grafana's minimum is 10
_DATASOURCES = f"""\
# {MARK}
# Goes to /etc/grafana/provisioning/datasources. The addresses are those of monitoring.yaml below
# prometheus; Grafana's server queries them, not the browser.
"""
_DASHBOARDS = f"""\
# {MARK}
# Goes to /etc/grafana/provisioning/dashboards. Mount {DASHBOARDS} read-only at the path below:
# docker run -v ./{DASHBOARDS}:{MOUNTED}:ro -v ./{PROVISIONING}:/etc/grafana/provisioning:ro \
grafana/grafana
"""


def texts(settings: Settings) -> dict[str, str]:
    """Return the files by path."""
    found = dumped(datasources(sources(settings)))
    return {
        f"{PROVISIONING}/datasources/ion.yaml": _DATASOURCES + found,
        f"{PROVISIONING}/dashboards/ion.yaml": _DASHBOARDS + dumped(_provider()),
    }


def datasources(found: Iterable[Source]) -> dict[str, Any]:
    """Return the content of a file of datasources."""
    return {"apiVersion": 1, "datasources": [_datasource(source) for source in found]}


def _datasource(source: Source) -> dict[str, Any]:
    return {
        "name": source.name,
        "uid": source.uid,
        "type": source.type,
        "access": "proxy",
        "url": source.url,
        "isDefault": source.default,
        "editable": False,
        "jsonData": dict(source.options),
    }


def _provider() -> dict[str, Any]:
    provider = {
        "name": "ion",
        "type": "file",
        "folder": FOLDER.title,
        "folderUid": FOLDER.uid,
        "allowUiUpdates": False,
        "disableDeletion": True,
        "updateIntervalSeconds": _RESCAN,
        "options": {"path": MOUNTED},
    }
    return {"apiVersion": 1, "providers": [provider]}
