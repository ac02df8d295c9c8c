"""What Google's operator takes: its own fields, the plain files' expressions, and its scopes."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from exporter.catalog import CATALOG
from exporter.settings.metrics import TAKEN
from tests.generators.deployment_targets import custom_resources
from tests.generators.deployment_targets.deployed import deployed
from tests.generators.deployment_targets.objects import objects, of_kind
from tests.generators.deployment_targets.test_kube_prometheus_stack import plain_rules

pytestmark = pytest.mark.slow

LEFT_OUT = {"NotificationFailing", "RuleFailing", "EvaluationsMissed", "RemoteWriteFailing"}
PROTECTED = {"project_id", "location", "cluster", "namespace", "job", "instance"}


def rules() -> list[dict[str, Any]]:
    """Return every rule of the objects."""
    bodies = of_kind("gmp", "Rules")
    return [rule for b in bodies for g in b["spec"]["groups"] for rule in g["rules"]]


def test_every_field_is_google_s() -> None:
    """Each object has the fields that its kind has; keep_firing_for and query_offset are none."""
    found = list(objects("gmp"))
    assert {body["kind"] for body in found} == {"Rules", "GlobalRules", "PodMonitoring"}
    for body in found:
        custom_resources.check(body)


def test_a_field_that_prometheus_alone_has_is_noticed() -> None:
    """The check above refuses what Google's API would drop without a word."""
    body = of_kind("gmp", "Rules")[0]
    body["spec"]["groups"][0]["rules"][0]["keep_firing_for"] = "5m"
    with pytest.raises(ValidationError, match="keep_firing_for"):
        custom_resources.check(body)


def test_rules_are_those_of_the_plain_files() -> None:
    """Every expression is there, but for the alerts on servers that Google runs."""
    plain = [rule for rule in plain_rules() if rule.get("alert") not in LEFT_OUT]
    assert {r["alert"] for r in plain_rules() if r.get("alert") in LEFT_OUT} == LEFT_OUT
    for rule in plain:
        rule.pop("keep_firing_for", None)
    key = repr
    assert sorted(rules(), key=key) == sorted(plain, key=key)


def test_one_copy_sees_every_cluster() -> None:
    """GlobalRules are the same rules in no namespace, for series of Cloud Run."""
    spec = {b["metadata"]["name"]: b["spec"] for b in of_kind("gmp", "Rules")}
    found = {b["metadata"]["name"]: b["spec"] for b in of_kind("gmp", "GlobalRules")}
    assert found.pop("ionmon-google-names")
    assert spec == found


def test_the_head_says_what_differs() -> None:
    """It names each alert that is left out, and each that ends sooner."""
    flat = " ".join(
        line.removeprefix("#").strip()
        for line in deployed("gmp")["rules.yaml"].splitlines()
        if line.startswith("#")
    )
    assert all(name in flat.split("left out")[1].split("- these end")[0] for name in LEFT_OUT)
    kept = {rule["alert"] for rule in plain_rules() if "keep_firing_for" in rule}
    assert kept
    assert all(name in flat.split("these end sooner")[1] for name in kept)


def test_no_rule_sets_or_selects_what_google_scopes() -> None:
    """A rule that names its own project, cluster or namespace would be refused: none does."""
    for rule in rules():
        assert not {*rule.get("labels", {})} & {"project_id", "location", "cluster", "namespace"}
        for label in ("project_id", "location", "cluster", "namespace"):
            assert f"{label}=" not in rule["expr"].replace("gcp_project=", "")


def test_no_label_of_ours_is_protected() -> None:
    """A series' own label of such a name would become exported_...: the catalog has none."""
    assert {*TAKEN} >= PROTECTED
    assert not PROTECTED & {name for family in CATALOG.values() for name in family.label_names}


def test_jobs_are_those_that_rules_expect() -> None:
    """The job is the PodMonitoring's name, and its pods are those of the manifests."""
    pods = {
        body["metadata"]["name"]: body["spec"]["template"]["metadata"]["labels"]
        for body in of_kind("kubernetes", "Deployment")
    }
    found = of_kind("gmp", "PodMonitoring")
    assert {body["metadata"]["name"] for body in found} == {*pods} == {"ionmon", "ionmon-bridge"}
    for body in found:
        chosen = body["spec"]["selector"]["matchLabels"]
        assert chosen.items() <= pods[body["metadata"]["name"]].items()


def test_promtool_takes_each_object(tmp_path: Path) -> None:
    """The content of each object is a rule file."""
    for body in (*of_kind("gmp", "Rules"), *of_kind("gmp", "GlobalRules")):
        path = tmp_path / f"{body['metadata']['name']}.yml"
        path.write_text(yaml.safe_dump(body["spec"]))
        done = subprocess.run(
            ["promtool", "check", "rules", path], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
