"""A program of ours as a Deployment of one pod, with its Service and its disk."""

from dataclasses import dataclass

from exporter.settings import Settings
from generators.deployment_targets.manifests import NAME, NAMESPACE, SECRETS, labels, manifest
from generators.deployment_targets.model import Body
from generators.deployment_targets.needed_files import SystemProgram, needed_files
from generators.deployment_targets.placed import FOLDER, GENERATED, SETTINGS, STATE, USER
from generators.deployment_targets.programs import Words
from generators.deployment_targets.sizes import SIZES, Size

IMAGE = "ion-monitoring"
SETTINGS_MAP, CONFIG_MAP = "ionmon-settings", "ionmon-monitoring-config"
ACCOUNT = "ionmon"
_PORT = "http"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A program that runs once: its name is that of its Service and of its job in Prometheus."""

    name: str
    reader: SystemProgram
    words: Words
    port: int
    settings: Settings

    @property
    def size(self) -> Size:
        """What it is given."""
        return SIZES[self.reader]

    @property
    def disk(self) -> str:
        """The name of its disk."""
        return f"{self.name}-state"


def deployment(workload: Workload) -> Body:
    """Return a Deployment that ends the old pod before it starts the new one.

    Two at a time would count a project twice; the disk is attached to one pod only, besides.
    """
    chosen = {NAME: workload.name}
    spec = {
        "replicas": 1,
        "strategy": {"type": "Recreate"},
        "selector": {"matchLabels": chosen},
        "template": {"metadata": {"labels": labels(workload.name)}, "spec": _pod(workload)},
    }
    metadata = {"name": workload.name, "labels": labels(workload.name)}
    return manifest("apps/v1", "Deployment", metadata, spec=spec)


def _pod(workload: Workload) -> Body:
    """Return a pod as the policy `restricted` has it."""
    return {
        "serviceAccountName": ACCOUNT,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(workload)],
        "volumes": _volumes(workload),
    }


def _container(workload: Workload) -> Body:
    size = workload.size
    requests = {"cpu": f"{size.millicores}m", "memory": f"{size.mebibytes}Mi"}
    return {
        "name": workload.reader.value,
        "image": IMAGE,
        "command": list(workload.words),
        "ports": [{"name": _PORT, "containerPort": workload.port}],
        "startupProbe": {**_probe("/-/healthy"), "periodSeconds": 2, "failureThreshold": 60},
        "readinessProbe": {**_probe("/-/ready"), "periodSeconds": 10},
        "livenessProbe": {**_probe("/-/healthy"), "periodSeconds": 20, "failureThreshold": 3},
        "resources": {"requests": requests, "limits": {"memory": f"{size.most_mebibytes}Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": _mounts(workload),
    }


def _probe(path: str) -> Body:
    return {"httpGet": {"path": path, "port": _PORT}, "timeoutSeconds": 5}


def _mounts(workload: Workload) -> list[Body]:
    """Return what a pod sees; secrets lie at the paths that the settings name."""
    return [
        {"name": "state", "mountPath": STATE},
        {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - a folder of the pod's own
        _mount("settings", SETTINGS, "monitoring.yaml"),
        {"name": "generated", "mountPath": GENERATED, "readOnly": True},
        *(
            _mount("secrets", file.below(FOLDER), file.name)
            for file in needed_files(workload.settings, workload.reader)
        ),
    ]


def _mount(volume: str, path: str, part: str) -> Body:
    return {"name": volume, "mountPath": path, "subPath": part, "readOnly": True}


def _volumes(workload: Workload) -> list[Body]:
    files = needed_files(workload.settings, workload.reader)
    items = [{"key": file.name, "path": file.name} for file in files]
    secrets = {"secretName": SECRETS, "defaultMode": 0o440, "items": items}
    return [
        {"name": "state", "persistentVolumeClaim": {"claimName": workload.disk}},
        {"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "16Mi"}},
        {"name": "settings", "configMap": {"name": SETTINGS_MAP}},
        {"name": "generated", "configMap": {"name": CONFIG_MAP, "optional": True}},
        *([{"name": "secrets", "secret": secrets}] if items else []),
    ]


def service(workload: Workload) -> Body:
    """Return the Service, whose name is the job that rules expect."""
    port = {"name": _PORT, "port": workload.port, "targetPort": _PORT}
    spec = {"selector": {NAME: workload.name}, "ports": [port]}
    metadata = {"name": workload.name, "labels": labels(workload.name)}
    return manifest("v1", "Service", metadata, spec=spec)


def disk(workload: Workload) -> Body:
    """Return the claim of a disk for the state file, which one pod alone may have."""
    size = f"{workload.size.disk_mebibytes}Mi"
    spec = {"accessModes": ["ReadWriteOncePod"], "resources": {"requests": {"storage": size}}}
    metadata = {"name": workload.disk, "labels": labels(workload.name)}
    return manifest("v1", "PersistentVolumeClaim", metadata, spec=spec)


def account(settings: Settings) -> Body:
    """Return the account of the pods, which acts as a service account of Google."""
    metadata: Body = {"name": ACCOUNT, "namespace": NAMESPACE, "labels": labels()}
    project = next(iter(settings.google.called), None)
    if project is not None and settings.google.credentials_file is None:
        google = f"{ACCOUNT}@{project}.iam.gserviceaccount.com"
        metadata["annotations"] = {"iam.gke.io/gcp-service-account": google}
    return manifest("v1", "ServiceAccount", metadata, automountServiceAccountToken=False)
