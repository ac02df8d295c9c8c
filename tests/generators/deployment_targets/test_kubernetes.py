"""The manifests: whole, restricted, one pod a program, and settings that the programs take."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter import cli
from exporter.errors import SettingsError
from exporter.settings import Settings, load
from exporter.settings.document import read
from generators.deployment_targets.model import ChosenTargets
from generators.deployment_targets.needed_files import SystemProgram, needed_files
from generators.deployment_targets.placed import FOLDER, STATE
from tests.generators.deployment_targets.deployed import EVERY, FULL, REFERENCE, deployed
from tests.generators.deployment_targets.objects import objects, of_kind
from tests.generators.generated import texts

pytestmark = pytest.mark.slow

KINDS = {
    "ConfigMap": "v1",
    "Service": "v1",
    "ServiceAccount": "v1",
    "PersistentVolumeClaim": "v1",
    "Deployment": "apps/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
}


def pods(path: Path = REFERENCE) -> dict[str, dict[str, Any]]:
    """Return the pod of each Deployment by its name."""
    found = of_kind("kubernetes", "Deployment", path)
    return {body["metadata"]["name"]: body["spec"]["template"]["spec"] for body in found}


def container(pod: dict[str, Any]) -> dict[str, Any]:
    """Return the only container of a pod."""
    (found,) = pod["containers"]
    assert isinstance(found, dict)
    return found


def test_the_kustomization_has_every_file() -> None:
    """Each manifest is a resource of it, each object has a known kind, and each name is one."""
    files = deployed("kubernetes")
    kustomization = yaml.safe_load(files["kustomization.yaml"])
    assert {*kustomization["resources"]} == {*files} - {"kustomization.yaml"}
    found = list(objects("kubernetes"))
    assert all(KINDS[body["kind"]] == body["apiVersion"] for body in found)
    assert {body["kind"] for body in found} == {*KINDS}
    named = [(body["kind"], body["metadata"]["name"]) for body in found]
    assert len(named) == len({*named})


def test_a_project_has_one_pod_and_one_disk() -> None:
    """The old pod ends before the new one starts, and one pod alone may have the disk."""
    claims = {b["metadata"]["name"]: b for b in of_kind("kubernetes", "PersistentVolumeClaim")}
    for body in of_kind("kubernetes", "Deployment"):
        assert body["spec"]["replicas"] == 1
        assert body["spec"]["strategy"] == {"type": "Recreate"}
        (claim,) = (
            v["persistentVolumeClaim"]["claimName"]
            for v in body["spec"]["template"]["spec"]["volumes"]
            if "persistentVolumeClaim" in v
        )
        assert claims.pop(claim)["spec"]["accessModes"] == ["ReadWriteOncePod"]
    assert claims == {}


@pytest.mark.parametrize("path", [REFERENCE, EVERY["monitoring"]], ids=["reference", "monitoring"])
def test_a_pod_is_restricted(path: Path) -> None:
    """Each has what the policy `restricted` of Kubernetes asks, and a root that stays as it is."""
    for pod in pods(path).values():
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert container(pod)["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {*container(pod)["resources"]["limits"]} == {"memory"}
        allowed = {"configMap", "emptyDir", "secret", "persistentVolumeClaim"}
        assert {kind for v in pod["volumes"] for kind in v if kind != "name"} <= allowed
        assert pod["automountServiceAccountToken"] is False


def test_everything_that_is_mounted_is_there() -> None:
    """Each mount names a volume, each part of a volume is in it, and no path is mounted twice."""
    (settings,) = of_kind("kubernetes", "ConfigMap")
    for pod in pods().values():
        volumes = {v["name"]: v for v in pod["volumes"]}
        mounts = container(pod)["volumeMounts"]
        assert {m["name"] for m in mounts} == {*volumes}
        assert len({m["mountPath"] for m in mounts}) == len(mounts)
        for mount in mounts:
            if mount["name"] == "settings":
                assert mount["subPath"] in settings["data"]
            if mount["name"] == "secrets":
                items = volumes["secrets"]["secret"]["items"]
                assert {"key": mount["subPath"], "path": mount["subPath"]} in items


def test_services_and_policies_find_the_pods() -> None:
    """A Service and a policy select the pod of their name, and the policy opens its port."""
    found = of_kind("kubernetes", "Deployment")
    services = {b["metadata"]["name"]: b["spec"] for b in of_kind("kubernetes", "Service")}
    policies = {b["metadata"]["name"]: b["spec"] for b in of_kind("kubernetes", "NetworkPolicy")}
    for body in found:
        name, labels = body["metadata"]["name"], body["spec"]["template"]["metadata"]["labels"]
        (port,) = container(body["spec"]["template"]["spec"])["ports"]
        assert services[name]["selector"].items() <= labels.items()
        assert services[name]["ports"][0]["targetPort"] == port["name"]
        assert policies[name]["podSelector"]["matchLabels"].items() <= labels.items()
        assert policies[name]["ingress"][0]["ports"][0]["port"] == port["containerPort"]
        assert {*policies[name]["policyTypes"]} == {"Ingress", "Egress"}
    assert {*services} == {*policies} == {b["metadata"]["name"] for b in found}


def test_the_settings_are_those_of_the_file_with_other_addresses(tmp_path: Path) -> None:
    """Thresholds, channels and sources are the file's, and addresses those of the cluster."""
    (body,) = of_kind("kubernetes", "ConfigMap")
    path = tmp_path / "monitoring.yaml"
    path.write_text(body["data"]["monitoring.yaml"])
    here, there = load(REFERENCE), load(path)
    same = (
        "service",
        "google",
        "redis",
        "application",
        "objectives",
        "alerts",
        "services",
        "links",
    )
    assert [n for n in same if getattr(here, n) != getattr(there, n)] == []
    assert there.prometheus.exporters == ("ionmon:9841",)
    assert there.notifications.active_bridge is not None
    assert there.notifications.active_bridge.address == "ionmon-bridge:9842"
    assert there.notifications.slack == here.notifications.slack
    assert there.notifications.heartbeat == here.notifications.heartbeat
    assert {str(p.parent) for p in (there.storage.state_file, there.storage.journal_file) if p} == {
        STATE
    }


def test_commands_are_those_that_the_programs_take() -> None:
    """Click parses each container's command."""
    for pod in pods().values():
        _, name, *words = container(pod)["command"]
        command = cli.cli.get_command(None, name)
        assert command is not None
        context = command.make_context(name, [], resilient_parsing=True)
        _, rest, _ = command.make_parser(context).parse_args(words)
        assert rest == []


def changed(**sections: Any) -> tuple[Settings, ChosenTargets]:
    """Return the reference settings with other sections, and the target."""
    document = {**read(REFERENCE).content, **sections}
    chosen = ChosenTargets(names=("kubernetes",), document=document)
    return Settings.model_validate(document), chosen


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ({"web": {"config_file": "web.yml"}}, "web.config_file: this target has no TLS"),
        (
            {"notifications": {"bridge": {"tls": True}}},
            "notifications.bridge.tls: this target has no TLS",
        ),
    ],
    ids=["exporter", "bridge"],
)
def test_tls_is_refused_with_a_fix(sections: dict[str, Any], said: str) -> None:
    """Certificates are not mounted: the key is named, and what to do."""
    settings, chosen = changed(**sections)
    with pytest.raises(SettingsError, match=said):
        texts(settings, targets=chosen)


def test_each_secret_is_one_program_s() -> None:
    """A pod has the files that its program opens; the exporter has none of the channels'."""
    settings = load(FULL)
    opened = {reader: {f.name for f in needed_files(settings, reader)} for reader in SystemProgram}
    assert "redis" in json.dumps(sorted(opened[SystemProgram.EXPORTER]))
    assert not opened[SystemProgram.EXPORTER] & opened[SystemProgram.ALERTMANAGER]
    for file in needed_files(settings, SystemProgram.EXPORTER):
        assert file.below(FOLDER).startswith("/")


@pytest.mark.parametrize("name", ["exporter.yaml", "bridge.yaml", "network.yaml"])
def test_kubectl_s_yaml_is_plain(name: str) -> None:
    """No file has an alias or a tag, which other readers may refuse."""
    events = yaml.parse(deployed("kubernetes")[name])
    assert not [e for e in events if getattr(e, "anchor", None) or getattr(e, "tag", None)]


def test_shell_commands_in_the_heads_are_whole() -> None:
    """What a reader copies from a head of a file is one command for a shell."""
    text = deployed("kubernetes")["kustomization.yaml"] + deployed("kubernetes")["account.yaml"]
    heads = [line.removeprefix("#").strip() for line in text.splitlines() if line.startswith("#")]
    typed = "\n".join(heads).replace("\\\n", " ").splitlines()
    found = [line for line in typed if line.startswith(("kubectl create", "gcloud"))]
    assert len(found) == 3
    for line in found:
        assert subprocess.run(["sh", "-n", "-c", line], check=False).returncode == 0, line
