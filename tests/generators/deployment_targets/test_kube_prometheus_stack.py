"""The operator's objects: strict fields, the rules of the plain files, and no scope that hides."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from exporter.catalog import CATALOG
from exporter.errors import IonmonError
from exporter.settings import Settings, load
from exporter.settings.document import read
from generators.alertmanager.build import CONFIG
from generators.deployment_targets.alertmanager_config_fields import FIELDS
from generators.deployment_targets.kube_prometheus_stack import TARGET_LABELS, colliding
from generators.deployment_targets.manifests import NAMESPACE, config_map
from generators.deployment_targets.model import ChosenTargets
from tests.generators.deployment_targets import custom_resources
from tests.generators.deployment_targets.deployed import REFERENCE, deployed, everything
from tests.generators.deployment_targets.objects import objects, of_kind
from tests.generators.generated import texts

pytestmark = pytest.mark.slow

STACK = "kube-prometheus-stack"
CUSTOM = {"AlertmanagerConfig", "PrometheusRule", "ServiceMonitor"}


def plain_rules(path: Path = REFERENCE) -> list[dict[str, Any]]:
    """Return every rule of the plain rule files."""
    files = [t for n, t in everything(path).items() if n.startswith("alertmanager/out/rules/")]
    return [r for f in files for g in yaml.safe_load(f)["groups"] for r in g["rules"]]


def routing() -> dict[str, Any]:
    """Return the content of the AlertmanagerConfig."""
    (found,) = of_kind(STACK, "AlertmanagerConfig")
    spec: dict[str, Any] = found["spec"]
    return spec


def test_every_field_is_the_operator_s() -> None:
    """Each object has the fields that its kind has, and no other."""
    found = [body for body in objects(STACK) if body["kind"] in CUSTOM]
    assert {body["kind"] for body in found} == CUSTOM
    for body in found:
        custom_resources.check(body)


def test_a_field_that_is_wrong_is_noticed() -> None:
    """A route's field in Alertmanager's own spelling is refused: the check above can fail."""
    (found,) = of_kind(STACK, "AlertmanagerConfig")
    found["spec"]["route"]["routes"][0]["group_wait"] = "5s"
    with pytest.raises(ValidationError, match="group_wait"):
        custom_resources.check(found)


def test_rules_are_those_of_the_plain_files() -> None:
    """Every rule is there once, with the same expression, pace and annotations."""
    found = [
        rule
        for body in of_kind(STACK, "PrometheusRule")
        for group in body["spec"]["groups"]
        for rule in group["rules"]
    ]
    for rule in found:
        if "alert" in rule:
            assert rule["labels"].pop("namespace") == NAMESPACE
    assert sorted(map(json.dumps, found)) == sorted(map(json.dumps, plain_rules()))


def test_promtool_takes_each_rule_object(tmp_path: Path) -> None:
    """The content of each PrometheusRule is a rule file."""
    for body in of_kind(STACK, "PrometheusRule"):
        path = tmp_path / f"{body['metadata']['name']}.yml"
        path.write_text(yaml.safe_dump(body["spec"]))
        done = subprocess.run(
            ["promtool", "check", "rules", path], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_no_label_of_ours_is_renamed() -> None:
    """What the operator adds to targets, and families have too, is dropped from the targets."""
    assert colliding() == ("endpoint",)
    own = {name for family in CATALOG.values() for name in family.label_names}
    for body in of_kind(STACK, "ServiceMonitor"):
        (endpoint,) = body["spec"]["endpoints"]
        dropped = {n for r in endpoint["relabelings"] for n in r["regex"].split("|")}
        assert not own & (({*TARGET_LABELS} - dropped) | {"namespace", "job", "instance"})


def test_jobs_are_those_that_rules_expect() -> None:
    """The operator takes the Service's name as job: each monitor finds a Service of that name."""
    services = {body["metadata"]["name"]: body for body in of_kind("kubernetes", "Service")}
    for body in of_kind(STACK, "ServiceMonitor"):
        service = services[body["metadata"]["name"]]
        assert (
            body["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
        )
        assert service["metadata"]["namespace"] == NAMESPACE
    assert {*services} == {"ionmon", "ionmon-bridge"}


def test_routes_are_those_of_alertmanager_yml() -> None:
    """The tree is the same route by route; the first one takes our namespace, and what has none."""

    def shape(route: dict[str, Any], under: str) -> Any:
        below = [shape(r, under) for r in route.get("routes", [])]
        return route.get("receiver"), route.get(under), below

    plain = yaml.safe_load(everything()[CONFIG])
    assert shape(routing()["route"], "groupWait") == shape(plain["route"], "group_wait")
    assert [r["name"] for r in routing()["receivers"]] == [r["name"] for r in plain["receivers"]]
    assert len(routing()["inhibitRules"]) == len(plain["inhibit_rules"])
    (mine,) = routing()["route"]["matchers"]
    assert (mine["name"], mine["matchType"], mine["value"]) == ("namespace", "=~", f"{NAMESPACE}|")


def test_every_secret_is_a_key_of_one_secret() -> None:
    """No path of a file is left: what Alertmanager reads from files has a key here."""
    text = deployed(STACK)["alertmanagerconfig.yaml"]
    assert "_file" not in text.split("spec:")[1]
    assert "/etc/" not in text.split("spec:")[1]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"quiet_hours": {"from": "22:00", "to": "07:00", "timezone": "Europe/Berlin"}},
            "location",
        ),
        (
            {"slack": {"app_token_file": "token", "channel": "#alerts"}},
            "slack_configs of critical-slack, whose address it cannot name",
        ),
    ],
    ids=["zone", "token"],
)
def test_what_has_no_field_is_named(changed: dict[str, Any], said: str) -> None:
    """The head of the AlertmanagerConfig names what it cannot say; the Secret has it all."""
    document = read(REFERENCE).content
    changes = {
        **document,
        "notifications": {**document["notifications"], **changed},
        "alertmanager": {"version": "0.30"},
    }
    chosen = ChosenTargets(names=(STACK,), document=changes)
    found = texts(Settings.model_validate(changes), targets=chosen)
    start = f"deploy/{STACK}"
    flat = found[f"{start}/alertmanagerconfig.yaml"].replace("\n# ", " ").replace("  ", " ")
    assert said in flat
    assert said not in deployed(STACK)["alertmanagerconfig.yaml"]
    (body,) = yaml.safe_load_all(found[f"{start}/alertmanagerconfig.yaml"])
    custom_resources.check(body)
    secret = yaml.safe_load(found[f"{start}/alertmanager-secret.yaml"])["stringData"]
    plain = yaml.safe_load(found[CONFIG])
    plain_receivers = [r["name"] for r in plain["receivers"]]
    whole = yaml.safe_load(secret["alertmanager.yaml"])
    assert [r["name"] for r in whole["receivers"]] == plain_receivers


def test_amtool_takes_the_whole_configuration(tmp_path: Path) -> None:
    """The Secret's alertmanager.yaml is one, with the templates that it names."""
    secret = yaml.safe_load(deployed(STACK)["alertmanager-secret.yaml"])["stringData"]
    assert {"common.tmpl", "slack.tmpl", "email.tmpl"} <= {*secret}
    for name, text in secret.items():
        (tmp_path / name).write_text(text.replace("/etc/alertmanager/config/", f"{tmp_path}/"))
    done = subprocess.run(
        ["amtool", "check-config", tmp_path / "alertmanager.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"{len(routing()['receivers'])} receivers" in done.stdout


def test_the_values_have_the_flags_and_the_files() -> None:
    """The chart starts servers with the flags that alerts rely on, and mounts each secret."""
    values = yaml.safe_load(deployed(STACK)["values.yaml"])
    server = values["prometheus"]["prometheusSpec"]
    alert = server["additionalConfig"]["rules"]["alert"]
    assert alert == {"forGracePeriod": "1m", "resendDelay": "5m"}
    assert server["retention"] == "90d"
    mounted = {m["mountPath"] for m in values["alertmanager"]["alertmanagerSpec"]["volumeMounts"]}
    plain = yaml.safe_load(everything()["alertmanager/out/secrets.yml"])["secrets"]
    needed = {s["file"] for s in plain if s["reader"] == "alertmanager"}
    assert needed < mounted
    assert values["alertmanager"]["alertmanagerSpec"]["alertmanagerConfigMatcherStrategy"] == {
        "type": "None"
    }


def test_dashboards_are_the_plain_files() -> None:
    """Each is one ConfigMap that the sidecar finds; no datasource claims to be the default."""
    found = {body["metadata"]["name"]: body for body in of_kind(STACK, "ConfigMap")}
    source = yaml.safe_load(found.pop("ionmon-datasources")["data"]["ionmon.yaml"])
    assert not any(each["isDefault"] for each in source["datasources"])
    boards = {
        n: t
        for n, t in everything().items()
        if n.startswith("grafana/out/") and n.endswith(".json")
    }
    assert len(found) == len(boards) == 5
    for body in found.values():
        ((name, text),) = body["data"].items()
        assert text == boards[f"grafana/out/{name}"]
        assert body["metadata"]["labels"]["grafana_dashboard"] == "1"


def test_an_object_that_is_too_large_is_refused() -> None:
    """Kubernetes takes 1 MiB: what is larger is an error that says what to do."""
    config_map({"name": "board"}, {"a": "x" * ((1 << 20) - 1)})
    with pytest.raises(IonmonError, match=r"board: 1,048,577 bytes.*write fewer"):
        config_map({"name": "board"}, {"a": "x" * (1 << 20)})


def test_each_field_is_there_that_settings_can_write() -> None:
    """What receivers write for the complete example has a field, or is known to have none."""
    path = REFERENCE.parents[1] / "tests/data/settings/good/full.yaml"
    plain = yaml.safe_load(texts(load(path))[CONFIG])
    unknown = {
        f"{kind}.{name}"
        for receiver in plain["receivers"]
        for kind, entries in receiver.items()
        if kind != "name"
        for entry in entries
        for name in entry
        if name not in FIELDS[f"receiver.{kind}"]
    }
    assert unknown <= {"slack_configs.app_token_file", "slack_configs.update_message"}
