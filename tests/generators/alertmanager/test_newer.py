"""What a newer Alertmanager opens, and that an older amtool can check the rest."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter.settings import Settings
from exporter.settings.versions import has
from generators.alertmanager.build import CONFIG, SECRETS, texts
from generators.alertmanager.older_tool import readable, reduced, renders
from generators.alertmanager.proof import problems
from generators.alertmanager.routes import INCIDENT, OVER_SERVICES
from tests.generators.alertmanager.samples import ALERTS, BRIDGE, opened, settings

VERSIONS = ("0.25", "0.26", "0.28", "0.30", "0.32", "0.33", "0.34", "0.35")
TEAMS_FILE = "alertmanager/templates/msteams.tmpl"
FIRST = '{{ if eq .NotificationReason "first notification" }}<!subteam^S0123ABCD>{{ end }}'


def config(given: Settings) -> dict[str, Any]:
    """Return alertmanager.yml."""
    found: dict[str, Any] = yaml.safe_load(texts(given, ALERTS)[CONFIG])
    return found


def entries(body: dict[str, Any], receiver: str, kind: str) -> list[dict[str, Any]]:
    """Return the entries of a kind at a receiver."""
    (found,) = (r for r in body["receivers"] if r["name"] == receiver)
    return list(found.get(kind, []))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_knows_what_it_gets(version: str) -> None:
    """With everything that a version opens, the files have nothing that it lacks."""
    given = opened(version)
    found = texts(given, ALERTS)
    assert problems(found, ALERTS, version) == ()
    assert (TEAMS_FILE in found) is has(version, "0.28")
    secrets = {secret["key"] for secret in yaml.safe_load(found[SECRETS])["secrets"]}
    assert ("notifications.msteams.webhook_url_file" in secrets) is has(version, "0.28")
    assert ("notifications.slack.app_token_file" in secrets) is has(version, "0.30")


def test_a_version_alone_changes_what_needs_no_key() -> None:
    """A patch of the oldest version, and a newer one before the recorder, write the same receivers.

    What is not asked for is not used.
    """
    usual = {"slack": {"webhook_url_file": "/s/slack", "channel": "#a"}, "bridge": BRIDGE}
    oldest = config(settings(usual))
    same = [config(settings(usual, alertmanager={"version": v})) for v in ("0.25.1", "0.32")]
    assert same == [oldest, oldest]
    recorded = config(settings(usual, alertmanager={"version": "0.33"}))
    assert recorded.pop("event_recorder")
    assert recorded == oldest


def test_a_secret_address_stays_in_its_file() -> None:
    """The webhook's address and, without a bridge, the heartbeat's are named as files."""
    beat = {"heartbeat": {"url_file": "/s/beat"}, "webhook": {"url_file": "/s/hook"}}
    body = config(settings(beat, alertmanager={"version": "0.26"}))
    assert entries(body, "heartbeat", "webhook_configs") == [
        {"send_resolved": False, "url_file": "/s/beat"}
    ]
    (hook,) = entries(body, "high-webhook", "webhook_configs")
    assert hook == {"send_resolved": True, "url_file": "/s/hook"}
    bridged = config(settings({**beat, "bridge": {}}, alertmanager={"version": "0.26"}))
    (only,) = entries(bridged, "heartbeat", "webhook_configs")
    assert only["url"].endswith("/alerts")


@pytest.mark.parametrize(
    ("version", "address"),
    [
        ("0.30", {"app_token_file": "/s/app"}),
        (
            "0.32",
            {
                "api_url": "https://slack.com/api/chat.postMessage",
                "http_config": {"authorization": {"credentials_file": "/s/app"}},
            },
        ),
        ("0.35", {"app_token_file": "/s/app"}),
    ],
)
def test_the_token_of_an_app(version: str, address: dict[str, Any]) -> None:
    """A token is named in its own field, but where Alertmanager panics on it beside an update."""
    body = config(opened(version))
    (slack,) = entries(body, "high-slack", "slack_configs")
    keys = ("api_url", "app_token_file", "http_config", "api_url_file")
    assert {name: slack[name] for name in keys if name in slack} == address
    assert slack.get("update_message", False) is has(version, "0.32")


def test_only_the_first_message_mentions() -> None:
    """Where messages are edited, the mention is in an incident's first one, and only there."""
    (edited,) = entries(config(opened("0.35")), "critical-slack", "slack_configs")
    assert edited["pretext"] == FIRST
    (each,) = entries(config(opened("0.31")), "critical-slack", "slack_configs")
    assert each["pretext"] == '{{ if eq .Status "firing" }}<!subteam^S0123ABCD>{{ end }}'


def test_an_escalation_is_a_new_message() -> None:
    """An edit notifies nobody, so an escalation is never one."""
    (escalation,) = entries(config(opened("0.35")), "escalation", "slack_configs")
    assert "update_message" not in escalation
    assert escalation["app_token_file"] == "/s/app"


@pytest.mark.parametrize(
    ("more", "labels"),
    [({}, INCIDENT), ({"group_by": {"slack": ["alertname"]}}, ("alertname",))],
)
def test_an_edited_message_is_an_incident(more: dict[str, Any], labels: tuple[str, ...]) -> None:
    """What joined an edited message would notify nobody; a grouping of one's own stays."""
    for given, expected in ((opened("0.35", **more), labels), (opened("0.31"), OVER_SERVICES)):
        routes = config(given)["route"]["routes"]
        (slack,) = (
            below
            for route in routes
            for below in route.get("routes", [])
            if below["receiver"] == "critical-slack"
        )
        assert tuple(slack["group_by"]) == expected


@pytest.mark.parametrize(
    ("version", "output"),
    [
        ("0.33", {}),
        ("0.34.2", {"batch": True}),
        ("0.35", {"name": "bridge", "batch": True}),
    ],
)
def test_the_event_recorder_posts_to_the_bridge(version: str, output: dict[str, Any]) -> None:
    """Its output has the bridge's token and authority, and the fields of the version."""
    found = texts(opened(version), ALERTS)
    assert yaml.safe_load(found[CONFIG])["event_recorder"] == {
        "webhook_outputs": [
            {
                "url": "https://127.0.0.1:9842/events",
                "http_config": {
                    "authorization": {"credentials_file": "/s/bridge-token"},
                    "tls_config": {"ca_file": "/s/ca.pem"},
                },
                **output,
            }
        ]
    }
    assert "--enable-feature=event-recorder" in found[CONFIG].split("\n", 3)[2]


def test_without_a_bridge_nothing_is_recorded() -> None:
    """Only the bridge takes events."""
    given = settings({"webhook": {"url_file": "/s/hook"}}, alertmanager={"version": "0.35"})
    found = texts(given, ALERTS)[CONFIG]
    assert "event_recorder" not in found
    assert "--enable-feature" not in found


def test_an_older_tool_gets_what_it_knows(tmp_path: Path) -> None:
    """A copy lacks newer fields and has an address for each; a file without them is read itself."""
    newest = texts(opened("0.35"), ALERTS)[CONFIG]
    body = reduced(yaml.safe_load(newest), "0.25")
    assert problems(texts(opened("0.25"), ALERTS) | {CONFIG: yaml.safe_dump(body)}, ALERTS)[:1] == (
        f"{CONFIG}: Alertmanager 0.25 has no template field NotificationReason",
    )
    (hook,) = entries(body, "high-webhook", "webhook_configs")
    assert hook == {"send_resolved": True, "url": "http://127.0.0.1"}
    assert entries(body, "high-msteams", "msteamsv2_configs") == []
    path = tmp_path / "alertmanager.yml"
    path.write_text(newest)
    for version, same in (("0.25", False), ("0.35", True), (None, True)):
        with readable(path, version) as file:
            assert (file == path) is same
            assert yaml.safe_load(file.read_text())["route"] == yaml.safe_load(newest)["route"]
    assert [renders(FIRST, version) for version in ("0.25", "0.32", None)] == [False, True, True]
