"""What amtool does not see is found."""

from pathlib import Path

import pytest
import yaml

from generators.alertmanager.build import CONFIG, SECRETS, texts
from generators.alertmanager.oldest_version import FIELDS, FUNCTIONS, INTEGRATIONS
from generators.alertmanager.proof import function_floor, problems, unmatched_severities
from tests.generators.alertmanager.samples import ALERTS, ALL, alert, settings

SLACK = "alertmanager/templates/slack.tmpl"


@pytest.mark.parametrize(
    ("path", "old", "new", "problem"),
    [
        (
            CONFIG,
            "title_link:",
            "message_text:",
            f"{CONFIG}: slack_configs: Alertmanager 0.25 has no field message_text",
        ),
        (
            CONFIG,
            "  url: http://127.0.0.1:9842/alerts",
            "  url_file: /s/slack",
            f"{CONFIG}: webhook_configs: Alertmanager 0.25 has no field url_file",
        ),
        (
            CONFIG,
            "- source_matchers:",
            "- name: x\n  source_matchers:",
            f"{CONFIG}: inhibit_rule: Alertmanager 0.25 has no field name",
        ),
        (
            CONFIG,
            "continue: true",
            "labels: {}",
            f"{CONFIG}: route: Alertmanager 0.25 has no field labels",
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
    assert function_floor({"a": text}) == (
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
    """None of the fields that came after 0.25 is in the list."""
    newer = {"url_file", "message_text", "app_token_file", "payload", "timeout", "threading"}
    assert not newer & {field for fields in FIELDS.values() for field in fields}
    assert not {"date", "tz", "since", "humanizeDuration", "urlUnescape", "toJson"} & FUNCTIONS
    assert set(INTEGRATIONS) <= set(FIELDS)
