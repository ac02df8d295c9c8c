"""Fields and types that Grafana, its Terraform provider and its operator document."""

from typing import Any

Shape = dict[str, Any]

# https://grafana.com/docs/grafana/latest/administration/provisioning/
DATASOURCE: Shape = {
    "name": str,
    "uid": str,
    "type": str,
    "access": str,
    "url": str,
    "isDefault": bool,
    "editable": bool,
    "jsonData": dict,
}
PROVIDER: Shape = {
    "name": str,
    "type": str,
    "folder": str,
    "folderUid": str,
    "allowUiUpdates": bool,
    "disableDeletion": bool,
    "updateIntervalSeconds": int,
    "options": {"path": str},
}
OPTIONS: dict[str, Shape] = {
    "prometheus": {
        "httpMethod": str,
        "timeInterval": str,
        "manageAlerts": bool,
        "alertmanagerUid": str,
        "prometheusType": str,
        "prometheusVersion": str,
    },
    "alertmanager": {"implementation": str},
}
# config/crd/bases of grafana/grafana-operator, v1beta1
SELECTOR: Shape = {"matchLabels": {"dashboards": str}}
SPECS: dict[str, Shape] = {
    "GrafanaFolder": {"instanceSelector": SELECTOR, "uid": str, "title": str},
    "GrafanaDatasource": {
        "instanceSelector": SELECTOR,
        "datasource": {name: kind for name, kind in DATASOURCE.items() if name != "editable"},
    },
    "GrafanaDashboard": {
        "instanceSelector": SELECTOR,
        "folderRef": str,
        "configMapRef": {"name": str, "key": str},
    },
}
# docs/resources of grafana/terraform-provider-grafana
ARGUMENTS = {
    "grafana_folder": {"uid", "title"},
    "grafana_data_source": {"uid", "name", "type", "url", "is_default", "json_data_encoded"},
    "grafana_dashboard": {"for_each", "folder", "config_json", "message", "overwrite"},
}


def has(shape: Any, value: Any) -> bool:
    """Say whether a value has exactly the fields of a shape, each of its type."""
    if isinstance(shape, dict):
        return (
            isinstance(value, dict)
            and shape.keys() == value.keys()
            and all(has(shape[name], value[name]) for name in shape)
        )
    return type(value) is shape
