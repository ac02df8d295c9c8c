"""The exporter on Cloud Run, with the collector of Managed Prometheus beside it."""

from exporter.errors import SettingsError
from exporter.settings import Settings
from exporter.settings.types import duration
from generators.deployment_targets import images, placed, programs
from generators.deployment_targets.manifests import written
from generators.deployment_targets.model import Body, DeploymentTarget, TargetInput
from generators.deployment_targets.needed_files import NeededFile, SystemProgram, needed_files
from generators.deployment_targets.pods import SETTINGS_MAP
from generators.deployment_targets.sizes import SIZES
from generators.rules.health_rows import EXPORTER_JOB

_HOSTS = placed.Hosts(
    exporter=f"127.0.0.1:{placed.EXPORTER_PORT}",
    bridge=f"127.0.0.1:{placed.BRIDGE_PORT}",
    prometheus="127.0.0.1:9090",
    longterm="127.0.0.1:9090",
    alertmanager="127.0.0.1:9093",
)
_COLLECTOR_CONFIG = "ionmon-collector"
_SERVICE = (
    "gcloud run services replace deploy/cloud-run/service.yaml --region REGION",
    "Before it: the image in a registry, in place of IMAGE; and each Secret below, such as",
    "  gcloud secrets create {settings} --data-file deploy/cloud-run/monitoring.yaml",
    "  gcloud secrets create {collector} --data-file deploy/cloud-run/run-monitoring.yaml",
    "",
    (
        "The state file lies in memory and ends with the instance. What then happens to counts "
        "is in docs/running.md: no alert fires, CountingRestarted reports it, and some minutes are "
        "not counted. No volume of Cloud Run keeps it safe: Cloud Storage and NFS are mounted "
        "without locks, and a new revision starts before the old one ends. Where counts have to "
        "survive, run the exporter on a machine or in Kubernetes."
    ),
)
_COLLECTED = (
    (
        "What the collector scrapes; it writes to Managed Prometheus with cluster __run__. So the "
        "rules to apply are deploy/gmp/globalrules.yaml: Rules see one cluster only. The job is "
        "ionmon, which they expect."
    ),
)


def files(given: TargetInput) -> dict[str, str]:
    """Return the files by path. Raises SettingsError for settings with a relative secret."""
    at = placed.placed(given.document, given.settings, _HOSTS)
    about = (p.format(settings=SETTINGS_MAP, collector=_COLLECTOR_CONFIG) for p in _SERVICE)
    return {
        "service.yaml": written(about, _service(at.settings)),
        "run-monitoring.yaml": written(_COLLECTED, _monitoring(at.settings)),
        "monitoring.yaml": at.text,
    }


TARGET = DeploymentTarget("the exporter on Cloud Run, beside Managed Prometheus' collector", files)


def _service(settings: Settings) -> Body:
    """Return the service: one instance, always, with CPU between requests, as polling needs."""
    annotations = {
        "autoscaling.knative.dev/minScale": "1",
        "autoscaling.knative.dev/maxScale": "1",
        "run.googleapis.com/cpu-throttling": "false",
        "run.googleapis.com/execution-environment": "gen2",
        "run.googleapis.com/container-dependencies": '{"collector":["exporter"]}',
    }
    spec: Body = {
        "containerConcurrency": 80,
        "timeoutSeconds": 60,
        "containers": [_exporter(settings), _collector()],
        "volumes": _volumes(needed_files(settings, SystemProgram.EXPORTER)),
    }
    project = next(iter(settings.google.called), None)
    if project is not None and settings.google.credentials_file is None:
        spec["serviceAccountName"] = f"ionmon@{project}.iam.gserviceaccount.com"
    return {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": {
            "name": EXPORTER_JOB,
            "annotations": {"run.googleapis.com/ingress": "internal"},
        },
        "spec": {"template": {"metadata": {"annotations": annotations}, "spec": spec}},
    }


def _exporter(settings: Settings) -> Body:
    size = SIZES[SystemProgram.EXPORTER]
    words = programs.exporter(placed.IONMON, placed.SETTINGS)
    healthy = {"path": "/-/healthy", "port": placed.EXPORTER_PORT}
    return {
        "name": "exporter",
        "image": "IMAGE",
        "command": [words[0]],
        "args": list(words[1:]),
        "ports": [{"name": "http1", "containerPort": placed.EXPORTER_PORT}],
        "resources": {"limits": {"cpu": "1", "memory": f"{size.most_mebibytes}Mi"}},
        "startupProbe": {"httpGet": healthy, "periodSeconds": 5, "failureThreshold": 24},
        "livenessProbe": {"httpGet": healthy, "periodSeconds": 30, "failureThreshold": 3},
        "volumeMounts": [
            {"name": "state", "mountPath": placed.STATE},
            {"name": "settings", "mountPath": placed.FOLDER},
            *(
                {"name": file.name, "mountPath": _folder(file)}
                for file in needed_files(settings, SystemProgram.EXPORTER)
            ),
        ],
    }


def _folder(file: NeededFile) -> str:
    """Return the folder of a secret, which Cloud Run mounts whole: one folder, one secret."""
    folder = file.below(placed.FOLDER).rpartition("/")[0]
    if folder == placed.FOLDER:
        raise SettingsError(
            f"{file.path}: Cloud Run mounts a folder a secret, and this one is that of the "
            "settings; write the path of a folder of its own, such as /etc/redis/password"
        )
    return folder


def _collector() -> Body:
    return {
        "name": "collector",
        "image": images.COLLECTOR,
        "resources": {"limits": {"cpu": "0.5", "memory": "256Mi"}},
        "volumeMounts": [{"name": "collector", "mountPath": "/etc/rungmp/"}],
    }


def _volumes(files: tuple[NeededFile, ...]) -> list[Body]:
    state = {"medium": "Memory", "sizeLimit": "64Mi"}
    return [
        {"name": "state", "emptyDir": state},
        _secret("settings", SETTINGS_MAP, "monitoring.yaml"),
        _secret("collector", _COLLECTOR_CONFIG, "config.yaml"),
        *(
            _secret(file.name, f"ionmon-{file.name}", file.path.rpartition("/")[2])
            for file in files
        ),
    ]


def _secret(volume: str, name: str, path: str) -> Body:
    items = [{"key": "latest", "path": path}]
    return {"name": volume, "secret": {"secretName": name, "items": items}}


def _monitoring(settings: Settings) -> Body:
    interval = duration(settings.prometheus.scrape_interval)
    return {
        "apiVersion": "monitoring.googleapis.com/v1beta",
        "kind": "RunMonitoring",
        "metadata": {"name": EXPORTER_JOB},
        "spec": {
            "endpoints": [
                {
                    "port": placed.EXPORTER_PORT,
                    "path": settings.web.telemetry_path,
                    "interval": interval,
                    "timeout": interval,
                }
            ]
        },
    }
