"""Folder, datasources and dashboards for grafana-operator, and the kustomization that applies them.

Kustomize makes a ConfigMap of each shipped dashboard, since a ConfigMap is limited to 1 MiB.
"""

from collections.abc import Iterable
from typing import Any

from exporter.settings import Settings
from generators.files import MARK
from generators.grafana.datasources import Source, sources
from generators.grafana.model import FOLDER, Dashboard
from generators.output_folders import DASHBOARDS
from generators.rules.model import dumped

OPERATOR, KUSTOMIZATION = f"{DASHBOARDS}/operator.yaml", f"{DASHBOARDS}/kustomization.yaml"
_API = "grafana.integreatly.org/v1beta1"
_SELECTOR = {"matchLabels": {"dashboards": "grafana"}}
_OPERATOR = f"""\
# {MARK}
# For a resource of kind Grafana with the label dashboards: grafana in the same namespace:
# kubectl apply --server-side -n NAMESPACE -k {DASHBOARDS}
"""
Body = dict[str, Any]


def texts(settings: Settings, boards: Iterable[Dashboard]) -> dict[str, str]:
    """Return the files by path."""
    listed = tuple(boards)
    bodies = (
        _resource("GrafanaFolder", FOLDER.uid, {"uid": FOLDER.uid, "title": FOLDER.title}),
        *(_datasource(source) for source in sources(settings)),
        *(_dashboard(board) for board in listed),
    )
    return {
        OPERATOR: _OPERATOR + "---\n".join(dumped(body) for body in bodies),
        KUSTOMIZATION: f"# {MARK}\n" + dumped(_kustomization(listed)),
    }


def _resource(kind: str, name: str, spec: Body) -> Body:
    return {
        "apiVersion": _API,
        "kind": kind,
        "metadata": {"name": name},
        "spec": {"instanceSelector": _SELECTOR, **spec},
    }


def _datasource(source: Source) -> Body:
    body = {
        "uid": source.uid,
        "name": source.name,
        "type": source.type,
        "access": "proxy",
        "url": source.url,
        "isDefault": source.default,
        "jsonData": dict(source.options),
    }
    return _resource("GrafanaDatasource", source.uid, {"datasource": body})


def _dashboard(board: Dashboard) -> Body:
    reference = {"name": board.uid, "key": f"{board.name}.json"}
    spec = {"folderRef": FOLDER.uid, "configMapRef": reference}
    return _resource("GrafanaDashboard", board.uid, spec)


def _kustomization(boards: tuple[Dashboard, ...]) -> Body:
    """Return the kustomization; names have no hash, since kustomize cannot update references."""
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [OPERATOR.removeprefix(f"{DASHBOARDS}/")],
        "generatorOptions": {"disableNameSuffixHash": True},
        "configMapGenerator": [
            {"name": board.uid, "files": [f"{board.name}.json"]} for board in boards
        ],
    }
