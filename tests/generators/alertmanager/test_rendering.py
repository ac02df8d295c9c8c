"""Every template of the configuration is rendered, and a stranger's label is shown as text."""

import json
from pathlib import Path

import pytest
import yaml

from generators.alertmanager.build import CONFIG, texts
from generators.alertmanager.rendering import MANY, data, templates, unrendered
from tests.generators.alertmanager.samples import ALERTS, VARIANTS, settings, write

pytestmark = pytest.mark.slow

SLACK = "alertmanager/templates/slack.tmpl"
SAFE = "alertmanager/templates/common.tmpl"


@pytest.mark.parametrize("variant", VARIANTS)
def test_whatever_is_generated_is_rendered(variant: str, tmp_path: Path) -> None:
    """Firing, resolved, many and hostile alerts are rendered for every channel."""
    write(tmp_path, texts(settings(VARIANTS[variant]), ALERTS))
    assert unrendered(tmp_path) == []


def test_every_channel_has_templates(tmp_path: Path) -> None:
    """Texts of Slack, of mail's HTML and of the rest are all found."""
    write(tmp_path, texts(settings(VARIANTS["all"]), ALERTS))
    found = templates(yaml.safe_load((tmp_path / CONFIG).read_text()))
    assert {template.reader for template in found} == {"slack", "html", "text"}
    assert len(found) > 20


@pytest.mark.deep
def test_a_template_that_fails_is_named_with_its_place(tmp_path: Path) -> None:
    """A template that is not there is reported for each case, by the field that uses it."""
    found = texts(settings(VARIANTS["only slack"]), ALERTS)
    found[CONFIG] = found[CONFIG].replace('template "ion.slack.text"', 'template "ion.slack.txt"')
    write(tmp_path, found)
    problems = unrendered(tmp_path)
    assert [text for text in problems if "slack_configs[0].text: cannot be rendered" in text]
    assert {name for name in data() if f"({name})" in "".join(problems)} == set(data())


def test_a_label_that_pings_is_found(tmp_path: Path) -> None:
    """Where a template writes a label as it is, a stranger's mention is found."""
    found = texts(settings(VARIANTS["only slack"]), ALERTS)
    assert '{{ template "ion.slack.text" . }}' in found[CONFIG]
    raw = "{{ (index .Alerts 0).Labels.region }}"
    found[CONFIG] = found[CONFIG].replace('{{ template "ion.slack.text" . }}', raw)
    write(tmp_path, found)
    assert [text for text in unrendered(tmp_path) if "'<!channel>' of a label" in text]


def test_many_are_many() -> None:
    """The cases have one alert and many, over or not, and can be written as JSON."""
    assert len(data()["many"]["alerts"]) == MANY
    assert len(json.loads(json.dumps(data()))) == 10
