"""The service of Cloud Run: one instance, always with CPU, and files where they are read."""

import json
from typing import Any

import pytest
import yaml

from exporter import cli
from exporter.errors import SettingsError
from exporter.settings import Settings
from exporter.settings.document import read
from generators.deployment_targets.model import ChosenTargets
from generators.deployment_targets.placed import EXPORTER_PORT, SETTINGS, STATE
from tests.generators.deployment_targets.deployed import REFERENCE, deployed
from tests.generators.generated import texts

pytestmark = pytest.mark.slow


def service() -> dict[str, Any]:
    """Return the service."""
    found: dict[str, Any] = yaml.safe_load(deployed("cloud-run")["service.yaml"])
    return found


def template() -> dict[str, Any]:
    """Return what an instance is."""
    found: dict[str, Any] = service()["spec"]["template"]
    return found


def test_there_is_always_one_instance_with_cpu() -> None:
    """Two would count a project twice, and without CPU between requests nothing is polled."""
    annotations = template()["metadata"]["annotations"]
    assert annotations["autoscaling.knative.dev/minScale"] == "1"
    assert annotations["autoscaling.knative.dev/maxScale"] == "1"
    assert annotations["run.googleapis.com/cpu-throttling"] == "false"
    assert service()["metadata"]["annotations"]["run.googleapis.com/ingress"] == "internal"


def test_containers_find_their_files() -> None:
    """Each mount names a volume; settings lie where the command reads them, state in its folder."""
    spec = template()["spec"]
    volumes = {v["name"]: v for v in spec["volumes"]}
    mounts = [m for c in spec["containers"] for m in c["volumeMounts"]]
    assert {m["name"] for m in mounts} == {*volumes}
    where = {m["name"]: m["mountPath"] for m in mounts}
    assert where["state"] == STATE
    (item,) = volumes["settings"]["secret"]["items"]
    assert f"{where['settings']}/{item['path']}" == SETTINGS
    assert volumes["state"]["emptyDir"]["medium"] == "Memory"


def test_the_collector_waits_and_scrapes_the_exporter() -> None:
    """One container alone has a port; the other starts after it and scrapes that port."""
    spec = template()["spec"]
    names = [c["name"] for c in spec["containers"]]
    waits = json.loads(
        template()["metadata"]["annotations"]["run.googleapis.com/container-dependencies"]
    )
    assert waits == {"collector": ["exporter"]}
    assert {*names} == {"exporter", "collector"}
    (port,) = [p["containerPort"] for c in spec["containers"] for p in c.get("ports", [])]
    (endpoint,) = yaml.safe_load(deployed("cloud-run")["run-monitoring.yaml"])["spec"]["endpoints"]
    assert port == endpoint["port"] == EXPORTER_PORT


def test_the_command_is_one_that_ionmon_takes() -> None:
    """Click parses it."""
    (exporter,) = [c for c in template()["spec"]["containers"] if c["name"] == "exporter"]
    subcommand, *words = exporter["args"]
    command = cli.cli.get_command(None, subcommand)
    assert command is not None
    context = command.make_context(subcommand, [], resilient_parsing=True)
    assert command.make_parser(context).parse_args(words)[1] == []


def test_a_secret_beside_the_settings_is_refused() -> None:
    """Cloud Run mounts a folder a secret, and would hide the settings behind it."""
    document = {**read(REFERENCE).content}
    document["redis"] = {
        "targets": [{"name": "ion-cache", "url": "redis://10.0.0.3:6379", "password_file": "redis"}]
    }
    chosen = ChosenTargets(names=("cloud-run",), document=document)
    settings = Settings.model_validate(document)
    with pytest.raises(SettingsError, match="redis: Cloud Run mounts a folder a secret"):
        texts(settings, targets=chosen)
