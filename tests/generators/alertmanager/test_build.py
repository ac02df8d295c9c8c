"""The files as a whole, checked by amtool."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter.settings import load
from generators.alertmanager.build import CONFIG, SECRETS, texts
from generators.alertmanager.proof import problems
from generators.alertmanager.route_cases import route_cases, wrong_routes
from generators.files import MARK
from generators.rules.build import build
from generators.rules.model import alerts
from tests.generators.alertmanager.samples import ALERTS, ALL, VARIANTS, settings, write

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_amtool_takes_it(variant: str, tmp_path: Path) -> None:
    """Whatever is configured, amtool takes the files and sends every alert where it should."""
    given = settings(VARIANTS[variant])
    found = texts(given, ALERTS)
    write(tmp_path, found)
    command = ["amtool", "check-config", str(tmp_path / CONFIG)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert wrong_routes(tmp_path / CONFIG, route_cases(given, ALERTS)) == []
    assert problems(found, ALERTS) == ()


def test_the_reference_deployment(tmp_path: Path) -> None:
    """With the real alerts the reference deployment's files are sound and every alert arrives."""
    given = load(ROOT / "examples" / "reference.yaml")
    real = tuple(alerts(build(given).all))
    found = texts(given, real)
    write(tmp_path, found)
    assert problems(found, real) == ()
    assert wrong_routes(tmp_path / CONFIG, route_cases(given, real)) == []


def test_every_file_says_that_it_is_generated() -> None:
    """Each file says on its first line that it is generated."""
    found = texts(settings(ALL), ALERTS)
    assert [path for path, text in found.items() if MARK not in text.split("\n", 1)[0]] == []
    assert set(found) == {
        "alertmanager/out/alertmanager.yml",
        "alertmanager/out/pagerduty.tf",
        "alertmanager/out/secrets.yml",
        "alertmanager/templates/common.tmpl",
        "alertmanager/templates/email.tmpl",
        "alertmanager/templates/pagerduty.tmpl",
        "alertmanager/templates/slack.tmpl",
    }


def test_without_pagerduty_there_is_no_policy() -> None:
    """The Terraform is written for those who have PagerDuty."""
    assert "alertmanager/out/pagerduty.tf" not in texts(settings(VARIANTS["only slack"]), ALERTS)


def entries(variant: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Return receiver, kind and body of every integration."""
    body = yaml.safe_load(texts(settings(VARIANTS[variant]), ALERTS)[CONFIG])
    return [
        (receiver["name"], kind, entry)
        for receiver in body["receivers"]
        for kind, found in receiver.items()
        if kind != "name"
        for entry in found
    ]


def test_whether_the_end_is_sent_is_stated_everywhere() -> None:
    """Defaults differ by channel, so that each says whether it tells the end; all but one do."""
    said = {(name, kind): entry["send_resolved"] for name, kind, entry in entries("all")}
    assert [where for where, tells in said.items() if not tells] == [
        ("heartbeat", "webhook_configs")
    ]


def test_a_receiver_is_one_channel() -> None:
    """Each has one entry, but that of escalations, and those that the bridge shares."""
    kinds = [(name, kind) for name, kind, _ in entries("with a webhook") if "critical" in name]
    assert kinds == [
        ("critical-pagerduty", "pagerduty_configs"),
        ("critical-pagerduty", "webhook_configs"),
        ("critical-slack", "slack_configs"),
        ("critical-webhook", "webhook_configs"),
    ]
    names = [name for name, *_ in entries("with a webhook")]
    assert {name for name in names if names.count(name) > 1} == {
        "escalation",
        "critical-pagerduty",
        "heartbeat",
    }
    mentions = [name for name, _, entry in entries("all") if "pretext" in entry]
    assert mentions == ["critical-slack"]


def test_a_token_of_the_webhook_is_read_from_a_file() -> None:
    """The webhook's token is named as a file, in a way that Alertmanager 0.25 knows."""
    (entry,) = (e for name, _, e in entries("with a webhook") if name == "high-webhook")
    assert entry["url"] == "https://hooks.example.com/ion"
    assert entry["http_config"] == {"authorization": {"credentials_file": "/s/token"}}


def test_the_bridge_is_reached_as_the_settings_say() -> None:
    """The journal and Sentry's receiver post to one address, with its token and its authority."""
    plain = [e for name, _, e in entries("all") if name in ("journal", "low-sentry")]
    assert plain == [{"send_resolved": True, "url": "http://127.0.0.1:9842/alerts"}] * 2
    (first, second) = (
        e for name, _, e in entries("with a bridge") if name in ("journal", "low-sentry")
    )
    assert first == second
    assert first["url"] == "https://127.0.0.1:9842/alerts"
    assert first["http_config"] == {
        "authorization": {"credentials_file": "/s/bridge-token"},
        "tls_config": {"ca_file": "/s/ca.pem"},
    }


def test_names_of_secrets_are_paths_of_the_server(tmp_path: Path) -> None:
    """A name in the settings is a file below secrets_dir in every file, wherever they are made."""
    (tmp_path / "monitoring.yaml").write_text(
        "notifications:\n"
        "  secrets_dir: /run/secrets\n"
        "  slack: {webhook_url_file: slack, channel: '#a'}\n"
        "  pagerduty: {routing_key_file: /etc/pd}\n"
        "  sentry: {dsn_file: sentry}\n"
        "  email: {to: [a@example.com], from: i@example.com, smarthost: 'm:25', username: ion, "
        "password_file: smtp}\n"
    )
    found = texts(load(tmp_path / "monitoring.yaml"), ALERTS)
    named = set(re.findall(r"_file: (\S+)", found[CONFIG]))
    assert named == {"/run/secrets/slack", "/run/secrets/smtp", "/etc/pd"}
    listed = [secret["file"] for secret in yaml.safe_load(found[SECRETS])["secrets"]]
    assert set(listed) == {*named, "/run/secrets/sentry"}
    assert not any(str(tmp_path) in text for text in found.values())


@pytest.mark.parametrize(
    ("group", "pretext", "names"),
    [
        ("S0123ABCD", "<!subteam^S0123ABCD>", False),
        ("@oncall", "@oncall", True),
        ("oncall", "@oncall", True),
    ],
)
def test_mention(group: str, pretext: str, names: bool) -> None:
    """A group's id is written as a mention, a handle as one that Slack has to look up."""
    slack = {**ALL["slack"], "oncall_group": group}
    body = yaml.safe_load(texts(settings({"slack": slack}), ALERTS)[CONFIG])
    (critical,) = (
        r["slack_configs"][0] for r in body["receivers"] if r["name"] == "critical-slack"
    )
    assert critical["pretext"] == f'{{{{ if eq .Status "firing" }}}}{pretext}{{{{ end }}}}'
    assert critical["link_names"] is names


def test_runbooks_without_an_address_have_no_button() -> None:
    """Where the settings say no address of the runbooks, no button leads nowhere."""
    with_address = {"runbooks": "https://docs.example.com"}
    shown = [
        "Runbook" in texts(settings(ALL, links=links), ALERTS)[CONFIG]
        for links in ({}, with_address)
    ]
    assert shown == [False, True]


def test_the_manifest_names_every_secret_and_none_is_written() -> None:
    """Secrets are files, each listed with its key, its reader and what it must contain."""
    found = texts(settings(ALL), ALERTS)
    listed = yaml.safe_load(found[SECRETS])["secrets"]
    files = {secret["file"]: secret["reader"] for secret in listed}
    assert files == {
        "/s/slack": "alertmanager",
        "/s/pagerduty": "alertmanager",
        "/s/mail": "alertmanager",
        "/s/sentry": "ionmon",
    }
    named = set(re.findall(r"_file: (\S+)", found[CONFIG]))
    assert named == {"/s/slack", "/s/pagerduty", "/s/mail"}


def test_the_same_settings_give_the_same_bytes() -> None:
    """Files do not depend on when or how often they are made."""
    assert texts(settings(ALL), ALERTS) == texts(settings(ALL), ALERTS)
