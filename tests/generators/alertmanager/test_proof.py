"""What amtool does not see is found."""

from pathlib import Path

import pytest
import yaml

from exporter.settings.versions import (
    APP_TOKEN,
    EVENT_BATCHES,
    EVENTS,
    MSTEAMS,
    NAMED_OUTPUTS,
    UPDATE_MESSAGE,
    URL_FILE,
    has,
)
from generators.alertmanager.build import CONFIG, SECRETS, texts
from generators.alertmanager.known_fields import FIELDS, FUNCTIONS, INTEGRATIONS
from generators.alertmanager.proof import problems, unknown_words, unmatched_severities
from tests.generators.alertmanager.samples import ALERTS, ALL, alert, opened, settings

SLACK = "alertmanager/templates/slack.tmpl"
LACKS = "Alertmanager 0.25 has no field"


@pytest.mark.parametrize(
    ("path", "old", "new", "problem"),
    [
        (
            CONFIG,
            "title_link:",
            "message_text:",
            f"{CONFIG}: slack_configs: {LACKS} message_text, which came with 0.31",
        ),
        (
            CONFIG,
            "  url: http://127.0.0.1:9842/alerts",
            "  url_file: /s/slack",
            f"{CONFIG}: webhook_configs: {LACKS} url_file, which came with 0.26",
        ),
        (
            CONFIG,
            "- source_matchers:",
            "- name: x\n  source_matchers:",
            f"{CONFIG}: inhibit_rule: {LACKS} name, which came with 0.30",
        ),
        (
            CONFIG,
            "continue: true",
            "labels: {}",
            f"{CONFIG}: route: {LACKS} labels, which came with 0.34",
        ),
        (
            SLACK,
            'define "ion.slack.colour"',
            'define "ion.slack.color"',
            f"{CONFIG}: template ion.slack.colour is defined nowhere",
        ),
        (
            SLACK,
            "{{ if $between }}",
            "{{ since .StartsAt }}{{ if $between }}",
            f"{SLACK}: Alertmanager 0.25 has no template function since",
        ),
        (
            SECRETS,
            "file: /s/slack",
            "file: /s/other",
            f"{CONFIG}: api_url_file: /s/slack is not in {SECRETS}",
        ),
    ],
)
def test_what_is_put_in_by_hand_is_found(path: str, old: str, new: str, problem: str) -> None:
    """A newer field or function, a missing template or secret: each is reported by name."""
    found = texts(settings(ALL), ALERTS)
    assert old in found[path]
    assert problem in problems({**found, path: found[path].replace(old, new)}, ALERTS)


def test_severities_without_a_route_or_an_alert() -> None:
    """A severity that no route takes, or that no alert has, is reported; not so the watchdog."""
    config = yaml.safe_load(texts(settings(ALL), ALERTS)[CONFIG])
    assert unmatched_severities(config, ALERTS) == ()
    odd = (*(a for a in ALERTS if a.severity != "low"), alert("Odd", "urgent"))
    assert unmatched_severities(config, odd) == (f"{CONFIG}: no route takes severity 'urgent'",)
    config["route"]["routes"].append(config["route"]["routes"][-2])
    assert unmatched_severities(config, ALERTS) == (
        f"{CONFIG}: 2 routes take severity 'low', not 1",
    )


def test_functions_are_found_wherever_they_stand() -> None:
    """A function is seen in a pipe and in brackets; fields, variables and texts are none."""
    text = '{{ $x := .Labels.date }}{{ "since" }}{{/* tz */}}{{ (humanize 1) | tz "UTC" }}'
    assert unknown_words({"a": text}) == (
        "a: Alertmanager 0.25 has no template function humanize",
        "a: Alertmanager 0.25 has no template function tz",
    )


def test_the_templates_have_no_definition_too_many() -> None:
    """With all channels and links every template is used."""
    links = {"runbooks": "https://docs.example.com"}
    found = texts(settings(ALL, links=links), ALERTS)
    whole = "".join(found[path] for path in found if Path(path).suffix in (".tmpl", ".yml"))
    names = [part.split('"')[1] for part in whole.split("{{ define ")[1:]]
    assert len(names) > 10
    assert [name for name in names if f'template "{name}"' not in whole] == []


def test_the_floor_knows_no_newer_field() -> None:
    """Fields and functions that came after 0.25 are known since a later version."""
    newer = {"url_file", "message_text", "app_token_file", "payload", "timeout", "threading"}
    since = {name: v for fields in FIELDS.values() for name, v in fields.items()}
    assert all(has(since[name], "0.26") for name in newer)
    functions = {"date", "tz", "since", "humanizeDuration", "urlUnescape", "toJson", "trimSpace"}
    assert all(has(FUNCTIONS[name], "0.26") for name in functions)
    assert set(INTEGRATIONS) <= set(FIELDS)


@pytest.mark.parametrize(
    ("section", "field", "version"),
    [
        ("webhook_configs", "url_file", URL_FILE),
        ("receiver", "msteamsv2_configs", MSTEAMS),
        ("slack_configs", "app_token_file", APP_TOKEN),
        ("slack_configs", "update_message", UPDATE_MESSAGE),
        ("alertmanager.yml", "event_recorder", EVENTS),
        ("event_recorder.webhook_outputs", "batch", EVENT_BATCHES),
        ("event_recorder.webhook_outputs", "name", NAMED_OUTPUTS),
    ],
)
def test_settings_and_check_agree(section: str, field: str, version: str) -> None:
    """The version from which on the settings allow a field is the one from which it is known."""
    assert FIELDS[section][field] == version


@pytest.mark.parametrize("version", ["0.25", "0.28.1", "0.32", "0.35"])
def test_a_file_is_judged_by_the_stated_version(version: str) -> None:
    """What a version opens is no fault from it on; an older one names each field that it lacks."""
    given = opened("0.35")
    found = problems(texts(given, ALERTS), ALERTS, version)
    named = {line.rpartition(", which came with ")[0].rpartition(" ")[2] for line in found}
    expected = {
        "0.25": {"url_file", "msteamsv2_configs", "app_token_file", "event_recorder"},
        "0.28.1": {"app_token_file", "update_message", "event_recorder"},
        "0.32": {"event_recorder"},
        "0.35": set(),
    }
    assert expected[version] <= named
    assert bool(found) is (version != "0.35")
    assert "url_file" not in named or version == "0.25"
    field = f"{CONFIG}: Alertmanager {version} has no template field NotificationReason"
    assert (field in found) is (version in ("0.25", "0.28.1"))
