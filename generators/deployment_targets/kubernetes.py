"""The exporter and the bridge on Kubernetes, without Helm: plain manifests and a kustomization."""

from collections.abc import Iterator

from exporter.settings import Settings
from generators.deployment_targets import placed, programs
from generators.deployment_targets.manifests import NAMESPACE, SECRETS, config_map, labels, written
from generators.deployment_targets.model import DeploymentTarget, TargetInput
from generators.deployment_targets.needed_files import SystemProgram, all_files
from generators.deployment_targets.network_policies import network_policy
from generators.deployment_targets.operator_hosts import HOSTS
from generators.deployment_targets.pods import (
    CONFIG_MAP,
    IMAGE,
    SETTINGS_MAP,
    Workload,
    account,
    deployment,
    disk,
    service,
)
from generators.monitoring_config import CONFIG_FILE
from generators.rules.delivery_rows import BRIDGE_JOB
from generators.rules.health_rows import EXPORTER_JOB

_RUN = (
    "kubectl apply --server-side -k deploy/kubernetes. Before it, once:",
    "- the image: docs/running.md builds it; an overlay names your registry, tag or digest",
)
_NETWORK = (
    (
        "A Redis on another port, as nodes of a cluster may have, and whoever opens the bridge's "
        "page, needs a rule of its own."
    ),
)


def files(given: TargetInput) -> dict[str, str]:
    """Return the files by path."""
    at = placed.placed(given.document, given.settings, HOSTS)
    metadata = {"name": SETTINGS_MAP, "labels": labels()}
    found = {
        "settings.yaml": written((), config_map(metadata, {"monitoring.yaml": at.text})),
        "account.yaml": written(_identity(at.settings), account(at.settings)),
    }
    each = tuple(_workloads(at.settings))
    for workload in each:
        parts = (deployment(workload), service(workload), disk(workload))
        found[f"{workload.reader}.yaml"] = written((), *parts)
    found["network.yaml"] = written(_NETWORK, *map(network_policy, each))
    return {**found, "kustomization.yaml": _kustomization(at.settings, tuple(found))}


TARGET = DeploymentTarget("manifests of exporter and bridge for Kubernetes, without Helm", files)


def _workloads(settings: Settings) -> Iterator[Workload]:
    yield Workload(
        name=EXPORTER_JOB,
        reader=SystemProgram.EXPORTER,
        words=programs.exporter(placed.IONMON, placed.SETTINGS),
        port=placed.EXPORTER_PORT,
        settings=settings,
    )
    if settings.notifications.active_bridge is not None:
        # Its Service's address is none of its own: it listens on all.
        listen = f"--web.listen-address=:{placed.BRIDGE_PORT}"
        yield Workload(
            name=BRIDGE_JOB,
            reader=SystemProgram.BRIDGE,
            words=programs.bridge(placed.IONMON, placed.SETTINGS, listen),
            port=placed.BRIDGE_PORT,
            settings=settings,
        )


def _identity(settings: Settings) -> tuple[str, ...]:
    """Return how the account gets Google's rights: by Workload Identity."""
    project = next(iter(settings.google.called), None)
    if project is None or settings.google.credentials_file is not None:
        return ()
    google = f"ionmon@{project}.iam.gserviceaccount.com"
    member = f"serviceAccount:{project}.svc.id.goog[{NAMESPACE}/ionmon]"
    return (
        "Workload Identity; where the cluster is in another project, that project is the member's:",
        f"gcloud iam service-accounts add-iam-policy-binding {google} \\",
        f'  --role roles/iam.workloadIdentityUser --member "{member}"',
    )


def _kustomization(settings: Settings, resources: tuple[str, ...]) -> str:
    """Return the kustomization, headed with what has to be there before it is applied."""
    config = (
        f"kubectl create configmap {CONFIG_MAP} --namespace {NAMESPACE} --from-file={CONFIG_FILE}"
    )
    lines = [
        *_RUN,
        "- what reports and the bridge's page read; again after each change:",
        f"  {config}",
    ]
    secrets = all_files(settings)
    if secrets:
        parts = " ".join(f"--from-file={file.name}" for file in secrets)
        lines += [
            "- the secrets, from a folder with a file each:",
            f"  kubectl create secret generic {SECRETS} --namespace {NAMESPACE} {parts}",
            *(f"    {file.name}: {file.holds}" for file in secrets),
        ]
    body = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": NAMESPACE,
        "resources": list(resources),
        "images": [{"name": IMAGE, "newName": IMAGE}],
    }
    return written(lines, body)
