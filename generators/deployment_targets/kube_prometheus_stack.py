"""Rules, monitors, routes and dashboards as the operator and Grafana's sidecar read them."""

from collections.abc import Iterator
from dataclasses import replace

from exporter.catalog import CATALOG
from exporter.catalog.prometheus_flags import GRACE_PERIOD, LONG_RETENTION, RESEND_DELAY
from exporter.settings import Settings
from exporter.settings.types import duration
from generators import bridge_access
from generators.deployment_targets import alertmanager_config
from generators.deployment_targets.manifests import (
    NAME,
    NAMESPACE,
    SECRETS,
    config_map,
    labels,
    manifest,
    written,
)
from generators.deployment_targets.model import Body, DeploymentTarget, TargetInput
from generators.deployment_targets.needed_files import SystemProgram, needed_files
from generators.deployment_targets.operator_hosts import HOSTS
from generators.deployment_targets.placed import PlacedSettings, placed
from generators.grafana.datasources import sources
from generators.grafana.model import FOLDER
from generators.grafana.provisioning import datasources
from generators.policy import EVALUATION
from generators.rules.delivery_rows import BRIDGE_JOB
from generators.rules.health_rows import EXPORTER_JOB
from generators.rules.model import Group, RuleFile, dumped

API = "monitoring.coreos.com/v1"
RELEASE = {"release": "kube-prometheus-stack"}  # by which the chart's Prometheus selects
# What the operator adds to every target beside job and instance: a series' own label of that name
# would become exported_..., and rules would no longer find it.
TARGET_LABELS = ("container", "endpoint", "pod", "service")
_TEMPLATES = "/etc/alertmanager/ionmon"
_RULES = (
    (
        "One PrometheusRule a rule file, with the same expressions. The chart selects by the "
        "label release; change it where yours has another name. Alerts carry the label "
        "namespace: an AlertmanagerConfig applies by default only to alerts of its own "
        "namespace, and the rules aggregate away the one that Prometheus would add."
    ),
)
_MONITORS = (
    (
        "job is the name of the Service, which rules expect: ionmon, ionmon-bridge. The target's "
        "labels that our series have as labels of their own are dropped, else the operator "
        "renames ours to exported_... and rules find nothing."
    ),
)
_DASHBOARDS = (
    (
        "For the sidecar of the chart's Grafana, which selects by the label grafana_dashboard. "
        "Apply it with kubectl apply --server-side: without it kubectl keeps a copy in an "
        "annotation, of at most 256 KiB."
    ),
)
_VALUES = (
    "Values for the chart: helm upgrade --install kube-prometheus-stack \\",
    "  prometheus-community/kube-prometheus-stack --namespace monitoring --values values.yaml",
)


def files(given: TargetInput) -> dict[str, str]:
    """Return the files by path."""
    at = placed(given.document, given.settings, HOSTS)
    return {
        "prometheusrules.yaml": written(_RULES, *map(_rules, given.rules.all)),
        "servicemonitors.yaml": written(_MONITORS, *_monitors(at.settings)),
        "dashboards.yaml": written(_DASHBOARDS, *_dashboards(given), _datasources(at)),
        "values.yaml": written(_VALUES, _values(at.settings)),
        **alertmanager_config.files(given, at.settings),
    }


TARGET = DeploymentTarget(
    "PrometheusRule, ServiceMonitor, AlertmanagerConfig and dashboards for the operator", files
)


def _rules(file: RuleFile) -> Body:
    name = f"ionmon-{file.name.removesuffix('.yml')}"
    groups = [_group(group) for group in file.groups if group.rules]
    metadata = {"name": name, "labels": labels(more=RELEASE)}
    return manifest(API, "PrometheusRule", metadata, spec={"groups": groups})


def _group(group: Group) -> Body:
    """Return a group whose alerts say in which namespace their AlertmanagerConfig is."""
    body = group.body()
    for rule in body["rules"]:
        if "alert" in rule:
            rule["labels"] = {**rule["labels"], "namespace": NAMESPACE}
    return body


def _monitors(settings: Settings) -> Iterator[Body]:
    path = settings.web.telemetry_path
    yield _monitor(settings, EXPORTER_JOB, {"path": path} if path != "/metrics" else {})
    if settings.notifications.active_bridge is not None:
        yield _monitor(settings, BRIDGE_JOB, _bridge_access(settings))


def _monitor(settings: Settings, job: str, access: Body) -> Body:
    endpoint = {
        "port": "http",
        "interval": duration(settings.prometheus.scrape_interval),
        **access,
        "relabelings": [{"action": "labeldrop", "regex": "|".join(colliding())}],
    }
    spec = {"selector": {"matchLabels": {NAME: job}}, "endpoints": [endpoint]}
    metadata = {"name": job, "labels": labels(job, RELEASE)}
    return manifest(API, "ServiceMonitor", metadata, spec=spec)


def colliding() -> tuple[str, ...]:
    """Return the labels of the operator's targets that families have, too."""
    own = {name for family in CATALOG.values() for name in family.label_names}
    return tuple(name for name in TARGET_LABELS if name in own)


def _bridge_access(settings: Settings) -> Body:
    """Return what admits Prometheus to the bridge: the token and the scheme."""
    scraped = bridge_access.scraped(settings.notifications.on_server())
    found: Body = {"scheme": "https"} if "scheme" in scraped else {}
    for file in needed_files(settings, SystemProgram.PROMETHEUS):
        found["authorization"] = {"credentials": {"name": SECRETS, "key": file.name}}
    return found


def _dashboards(given: TargetInput) -> Iterator[Body]:
    for board in given.boards:
        metadata = {
            "name": f"ionmon-dashboard-{board.name}",
            "labels": labels(more={"grafana_dashboard": "1"}),
            "annotations": {"grafana_folder": FOLDER.title},
        }
        yield config_map(metadata, {f"{board.name}.json": board.text})


def _datasources(at: PlacedSettings) -> Body:
    """Return the datasources that dashboards name; the chart has a default one of its own.

    Grafana does not start where two say that they are the default.
    """
    found = (replace(source, default=False) for source in sources(at.settings))
    metadata = {"name": "ionmon-datasources", "labels": labels(more={"grafana_datasource": "1"})}
    return config_map(metadata, {"ionmon.yaml": dumped(datasources(found))})


def _values(settings: Settings) -> Body:
    """Return values of the chart: the flags that alerts rely on, secrets, templates, folders."""
    alerting = {"forGracePeriod": GRACE_PERIOD.value, "resendDelay": RESEND_DELAY.value}
    server = {
        "retention": LONG_RETENTION,  # one server keeps what two keep elsewhere
        "evaluationInterval": duration(EVALUATION),
        **_url(settings.links.prometheus),
        "additionalConfig": {"rules": {"alert": alerting}},
    }
    dashboards = {
        "folderAnnotation": "grafana_folder",
        "provider": {"foldersFromFilesStructure": True},
    }
    return {
        "prometheus": {"prometheusSpec": server},
        "alertmanager": {
            # The chart's own folder, then ours: a list of values replaces that of the chart.
            "config": {
                "templates": [f"{at}/*.tmpl" for at in (alertmanager_config.MOUNTED, _TEMPLATES)]
            },
            "alertmanagerSpec": _alertmanager(settings),
        },
        "grafana": {"sidecar": {"dashboards": dashboards}},
    }


def _alertmanager(settings: Settings) -> Body:
    """Return Alertmanager's part: secrets lie at the paths that the settings name."""
    mounts = [
        {"name": "secrets", "mountPath": file.path, "subPath": file.name, "readOnly": True}
        for file in needed_files(settings, SystemProgram.ALERTMANAGER)
    ]
    volumes = [{"name": "secrets", "secret": {"secretName": SECRETS}}] if mounts else []
    templates = {"name": "templates", "secret": {"secretName": alertmanager_config.WHOLE}}
    mounted = {"name": "templates", "mountPath": _TEMPLATES, "readOnly": True}
    return {
        "alertmanagerConfigMatcherStrategy": {"type": "None"},
        **_url(settings.links.alertmanager),
        "volumes": [templates, *volumes],
        "volumeMounts": [mounted, *mounts],
    }


def _url(url: str | None) -> Body:
    return {"externalUrl": url} if url else {}
