"""Files for Grafana: fields and types that it, its provider and its operator document."""

import json
import re
from pathlib import PurePosixPath
from typing import Any

import pytest
import yaml
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from exporter.settings import Settings
from generators.dashboards.datasources import datasources as asked
from generators.files import MARK
from generators.grafana.build import texts
from generators.grafana.datasources import sources
from tests.generators.grafana.samples import BOARDS, HOSTILE, TWO, board
from tests.generators.grafana.shapes import (
    ARGUMENTS,
    DATASOURCE,
    OPTIONS,
    PROVIDER,
    SPECS,
    Shape,
    has,
)

MANY: dict[str, Any] = {
    "prometheus": {
        "address": "[2001:db8::1]:9090",
        "longterm": "prometheus-longterm.monitoring:9090",
        "alertmanagers": ["am-0:9093", "am-1:9093"],
    }
}
VARIANTS = {"one": {}, "two": TWO, "many": MANY}
every_variant = pytest.mark.parametrize("given_", VARIANTS.values(), ids=VARIANTS)
OUT = "grafana/out"
DATASOURCES = "grafana/provisioning/datasources/ion.yaml"
PROVIDERS = "grafana/provisioning/dashboards/ion.yaml"


def made(given_: dict[str, Any], boards: dict[str, str] = BOARDS) -> dict[str, str]:
    """Return the files for settings."""
    return texts(Settings.model_validate(given_), boards)


def resources(found: dict[str, str], kind: str) -> dict[str, Shape]:
    """Return the specs of the operator's resources of a kind, by name."""
    bodies = yaml.safe_load_all(found[f"{OUT}/operator.yaml"])
    return {body["metadata"]["name"]: body["spec"] for body in bodies if body["kind"] == kind}


def blocks(terraform: str) -> dict[tuple[str, str], dict[str, str]]:
    """Return the text of each argument by resource; a file as `terraform fmt` lays it out."""
    found = {}
    for kind, name, body in re.findall(
        r'^resource "(\w+)" "([\w-]+)" \{\n(.*?)^\}\n', terraform, re.DOTALL | re.MULTILINE
    ):
        parts = re.split(r"^  (\w+) += ", body, flags=re.MULTILINE)
        found[kind, name] = dict(zip(parts[1::2], map(str.strip, parts[2::2]), strict=True))
    return found


def unquoted(literal: str) -> str:
    """Return the text of a literal, after which no template is left to fill."""
    assert "\\u" not in literal
    assert not re.search(r"(?<!\$)\$\{|(?<!%)%\{", literal)
    return str(json.loads(literal.replace("$${", "${").replace("%%{", "%{")))


@every_variant
def test_provisioned_datasources_have_the_documented_fields(given_: dict[str, Any]) -> None:
    """Each field is known to Grafana and of its type; what is not written is its default."""
    body = yaml.safe_load(made(given_)[DATASOURCES])
    assert body.keys() == {"apiVersion", "datasources"}
    assert body["apiVersion"] == 1
    for one in body["datasources"]:
        assert has(DATASOURCE, one)
        assert has(OPTIONS[one["type"]], one["jsonData"])
        assert one["access"] == "proxy"
        assert re.fullmatch(r"[a-z0-9-]{1,40}", one["uid"])


def test_one_server_is_one_datasource() -> None:
    """Without a second Prometheus there is the one, which is asked first, and Alertmanager."""
    found = yaml.safe_load(made({})[DATASOURCES])["datasources"]
    assert [(one["uid"], one["url"], one["isDefault"]) for one in found] == [
        ("ion-prometheus", "http://127.0.0.1:9090", True),
        ("ion-alertmanager", "http://127.0.0.1:9093", False),
    ]


def test_every_server_of_the_settings_is_a_datasource() -> None:
    """Both Prometheus servers and each Alertmanager, by their addresses; one is the default."""
    found = yaml.safe_load(made(MANY)[DATASOURCES])["datasources"]
    assert [(one["uid"], one["url"], one["isDefault"]) for one in found] == [
        ("ion-prometheus", "http://[2001:db8::1]:9090", True),
        ("ion-prometheus-longterm", "http://prometheus-longterm.monitoring:9090", False),
        ("ion-alertmanager", "http://am-0:9093", False),
        ("ion-alertmanager-2", "http://am-1:9093", False),
    ]
    assert len({one["name"] for one in found}) == len(found)


def test_a_query_takes_no_step_below_that_of_the_samples() -> None:
    """Samples are a minute apart, those that are kept for 90 days five."""
    found = yaml.safe_load(made(TWO)[DATASOURCES])["datasources"]
    steps = [one["jsonData"].get("timeInterval") for one in found]
    assert steps == ["1m", "5m", None]


@every_variant
def test_dashboards_find_the_datasources_that_they_ask(given_: dict[str, Any]) -> None:
    """Each identifier and name that boards begin with is that of a Prometheus here."""
    known = Settings.model_validate(given_)
    here = {one.uid: one.name for one in sources(known) if one.type == "prometheus"}
    assert {one.body()["value"]: one.body()["text"] for one in asked(known)} == here
    managers = {one.uid for one in sources(known) if one.type == "alertmanager"}
    named = {dict(one.options).get("alertmanagerUid") for one in sources(known)}
    assert named - {None} <= managers


@every_variant
def test_names_are_nobody_elses(given_: dict[str, Any]) -> None:
    """A datasource of somebody's own that is called Prometheus stays as it is."""
    assert all(one.name.startswith("ion ") for one in sources(Settings.model_validate(given_)))


def test_the_provider_reads_a_folder_and_lets_nobody_edit() -> None:
    """The documented fields; changes are made here, not in the browser."""
    body = yaml.safe_load(made({})[PROVIDERS])
    (provider,) = body["providers"]
    assert body["apiVersion"] == 1
    assert has(PROVIDER, provider)
    assert provider["type"] == "file"
    assert (provider["allowUiUpdates"], provider["disableDeletion"]) == (False, True)
    assert provider["updateIntervalSeconds"] >= 10
    assert f"./{OUT}:{provider['options']['path']}:ro" in made({})[PROVIDERS]


@every_variant
def test_nothing_in_provisioning_is_filled_from_the_environment(given_: dict[str, Any]) -> None:
    """Grafana replaces what follows a dollar in these files; there is none."""
    found = made(given_)
    assert "$" not in found[DATASOURCES] + found[PROVIDERS]


@every_variant
def test_the_operator_has_the_documented_fields(given_: dict[str, Any]) -> None:
    """Each resource is of a kind and has the fields of its definition, and a name of Kubernetes."""
    for body in yaml.safe_load_all(made(given_)[f"{OUT}/operator.yaml"]):
        assert body.keys() == {"apiVersion", "kind", "metadata", "spec"}
        assert body["apiVersion"] == "grafana.integreatly.org/v1beta1"
        assert has(SPECS[body["kind"]], body["spec"])
        assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", body["metadata"]["name"])


@every_variant
def test_the_operator_and_provisioning_say_the_same(given_: dict[str, Any]) -> None:
    """Datasources differ in one field, which the operator does not know."""
    found = made(given_)
    files = yaml.safe_load(found[DATASOURCES])["datasources"]
    specs = resources(found, "GrafanaDatasource").values()
    assert [{**spec["datasource"], "editable": False} for spec in specs] == files


def test_kustomize_has_what_the_operator_refers_to() -> None:
    """Each dashboard's folder and ConfigMap are there, and each ConfigMap's file is a dashboard."""
    found = made({})
    kustomization = yaml.safe_load(found[f"{OUT}/kustomization.yaml"])
    maps = {one["name"]: one["files"] for one in kustomization["configMapGenerator"]}
    boards = resources(found, "GrafanaDashboard")
    assert {name: [spec["configMapRef"]["key"]] for name, spec in boards.items()} == maps
    assert {f"{OUT}/{file}" for files in maps.values() for file in files} == set(BOARDS)
    assert {spec["folderRef"] for spec in boards.values()} == set(resources(found, "GrafanaFolder"))
    assert kustomization["resources"] == ["operator.yaml"]
    assert kustomization["generatorOptions"] == {"disableNameSuffixHash": True}


@every_variant
def test_terraform_has_the_documented_arguments(given_: dict[str, Any]) -> None:
    """Each resource has the arguments of the provider's documents, and brackets are closed."""
    text = made(given_)[f"{OUT}/grafana.tf"]
    found = blocks(text)
    assert text.count('resource "') == len(found)
    assert all(set(body) == ARGUMENTS[kind] for (kind, _), body in found.items())
    bare = re.sub(r'"(?:\\.|[^"\\])*"|#.*', "", text)
    assert all(bare.count(left) == bare.count(right) for left, right in ("{}", "()", "[]"))


@every_variant
def test_terraform_and_provisioning_say_the_same(given_: dict[str, Any]) -> None:
    """Each datasource has the same identifier, name, type, address and options."""
    found = made(given_)
    defined = {name: body for (_, name), body in blocks(found[f"{OUT}/grafana.tf"]).items()}
    for one in yaml.safe_load(found[DATASOURCES])["datasources"]:
        body = defined[one["uid"]]
        for name in ("uid", "name", "type", "url"):
            assert unquoted(body[name]) == one[name]
        assert json.loads(body["is_default"]) is one["isDefault"]
        options = re.findall(r"^    (\w+) += (.+)$", body["json_data_encoded"], re.MULTILINE)
        assert {name: json.loads(value) for name, value in options} == one["jsonData"]


def test_terraform_reads_each_dashboard_from_beside_it() -> None:
    """The names in the set are those of the files, which only this expression is a template of."""
    body = blocks(made({})[f"{OUT}/grafana.tf"])["grafana_dashboard", "ion"]
    assert body["config_json"] == 'file("${path.module}/${each.key}.json")'
    names = re.findall(r'"([^"]+)"', body["for_each"])
    assert names == [PurePosixPath(path).stem for path in sorted(BOARDS)]


@settings(deadline=None)
@given(st.text("${}%\"\\'#aé😀/.", max_size=20))
def test_the_address_of_grafana_is_a_literal(rest: str) -> None:
    """No character of links.grafana ends the text, begins a template or is an escape in halves."""
    address = f"https://grafana.example.com/a{rest}"
    try:
        known = Settings.model_validate({"links": {"grafana": address}})
    except ValueError:
        reject()  # the settings do not take it
    text = texts(known, BOARDS)[f"{OUT}/grafana.tf"]
    (literal,) = re.findall(r"^  url = (.+)$", text, re.MULTILINE)
    assert unquoted(literal) == known.links.grafana


def test_a_hostile_title_is_in_no_file() -> None:
    """Titles stay inside the dashboards, so that there is nothing to quote."""
    plain = made(TWO)
    assert made(TWO, {path: board(PurePosixPath(path).stem, title=HOSTILE) for path in BOARDS}) == (
        plain
    )


@every_variant
def test_files_are_headed_and_the_same_each_time(given_: dict[str, Any]) -> None:
    """They depend on nothing but settings and dashboards, not on their order."""
    found = made(given_)
    assert found == made(given_, dict(reversed(BOARDS.items())))
    assert all(text.startswith(f"# {MARK}\n") and text.endswith("\n") for text in found.values())


def test_no_secret_is_in_any_file() -> None:
    """Terraform takes the token from its own environment; the others need none."""
    everything = "".join(made(TWO).values()).lower()
    assert not re.search(r"(token|password|secret|auth)\w*\s*[:=]", everything)
