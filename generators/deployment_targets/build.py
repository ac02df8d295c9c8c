"""Every deployment target by its name, and the files of the chosen ones."""

from collections.abc import Mapping

from exporter.settings import Settings
from generators.deployment_targets import (
    cloud_run,
    container,
    gmp,
    kube_prometheus_stack,
    kubernetes,
    systemd,
)
from generators.deployment_targets.model import DEPLOY, ChosenTargets, DeploymentTarget, TargetInput
from generators.grafana.model import dashboards
from generators.rules.build import Rules

TARGETS: Mapping[str, DeploymentTarget] = {
    "systemd": systemd.TARGET,
    "container": container.TARGET,
    "kubernetes": kubernetes.TARGET,
    "kube-prometheus-stack": kube_prometheus_stack.TARGET,
    "gmp": gmp.TARGET,
    "cloud-run": cloud_run.TARGET,
}


def texts(
    chosen: ChosenTargets,
    settings: Settings,
    rules: Rules,
    boards: Mapping[str, str],
    found: Mapping[str, str],
) -> dict[str, str]:
    """Return the files of the chosen targets by path; `found` are all other generated files.

    Raises SettingsError where the settings cannot work there.
    """
    given = TargetInput(
        document=chosen.document,
        settings=settings,
        rules=rules,
        boards=dashboards(boards) if chosen.names else (),
        texts=found,
    )
    return {
        f"{DEPLOY}/{name}/{file}": text
        for name in chosen.names
        for file, text in TARGETS[name].files(given).items()
    }
