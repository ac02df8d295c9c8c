"""Every alert has a runbook, nothing else does, and what they link is there."""

import re
from dataclasses import replace
from typing import Any

import pytest

from exporter.settings import Settings, load
from exporter.settings.alerting import AlertsSettings
from generators.files import MARK
from generators.incomplete import Incomplete
from generators.policy import policy
from generators.rules.build import build
from generators.rules.model import Group, RuleFile, alerts
from generators.runbooks.build import FOLDER, texts
from generators.runbooks.reference import PATH
from generators.runbooks.statements import statements
from generators.runbooks.text_error import TextError
from tests.generators.rules.by_hand import by_hand
from tests.generators.runbooks.reading import (
    ROOT,
    documents,
    names,
    reference,
    runbook,
    stated,
    written,
)

VARIANTS: dict[str, dict[str, Any]] = {
    "no settings": {},
    "another objective": {"objectives": {"availability": "99.9%", "window": "7d"}},
    "a loose objective": {"objectives": {"availability": "50%", "window": "1d"}},
    "one server": {"prometheus": {"longterm": None}},
    "many servers": {
        "prometheus": {
            "exporters": ["a:9841", "b:9841"],
            "separate_exporters": True,
            "alertmanagers": ["a:9093", "b:9093"],
        }
    },
    "read seldom": {"google": {"poll_interval": "5m", "lookback": "2w"}},
    "by logs": {"application": {"road": "logs"}},
    "none of the policy": {
        "alerts": {name: {"enabled": False} for name in AlertsSettings().by_name()}
    },
    "all urgent": {
        "alerts": {
            name: {"severity": "critical", "for": "0s"} for name in ("CPUHigh", "MemoryHigh")
        }
    },
}
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)\)")


def test_every_alert_has_a_runbook_and_nothing_else_does() -> None:
    """The folder holds the index and one file for each alert of the rules."""
    found = {path.removeprefix(f"{FOLDER}/") for path in written() if path.startswith(FOLDER)}
    assert found == {"README.md", *(f"{name}.md" for name in names())}
    assert set(written()) - {f"{FOLDER}/{name}" for name in found} == {PATH}


def test_every_statement_is_of_an_alert() -> None:
    """Some deployment has every alert that is stated: none is left from former days."""
    assert sorted(statements()) == stated()


def test_an_alert_without_a_statement_is_named() -> None:
    """A rule without a runbook stops the generators, with the file to copy and that to write."""
    settings = Settings()
    labels = (("severity", "low"), ("category", "health"))
    new = by_hand("Forgotten", "up == 0", labels, (("dashboard_url", ""),))
    rules = build(settings)
    more = RuleFile("more.yml", "More.", (Group("ion_health", 60, (new,)),))
    expected = (
        "alert Forgotten has no runbook: copy generators/runbooks/texts/shared/template.md to "
        "generators/runbooks/texts/Forgotten.md"
    )
    with pytest.raises(TextError, match=expected):
        texts(settings, replace(rules, main=(*rules.main, more)), policy(settings))


def test_a_group_without_a_heading_is_named() -> None:
    """An alert in a group that the reference has no heading for is not left out silently."""
    settings = Settings()
    rules = build(settings)
    first = rules.main[1]
    moved = replace(first, groups=(replace(first.groups[0], name="ion_other"),))
    with pytest.raises(Incomplete, match="group ion_other has no heading"):
        texts(
            settings, replace(rules, main=(rules.main[0], moved, *rules.main[2:])), policy(settings)
        )


@pytest.mark.parametrize("path", sorted(written()))
def test_links_lead_somewhere(path: str) -> None:
    """A relative link leads to what is generated with it, or to a document written by hand."""
    targets = {
        str((ROOT / path).parent.joinpath(link).resolve().relative_to(ROOT))
        for link in LINK.findall(written()[path])
    }
    assert [t for t in targets - set(written()) if not (ROOT / t).exists()] == []


def test_other_alerts_are_links_only_where_they_are() -> None:
    """An alert that is switched off is not linked by the others, nor listed."""
    found = documents(alerts={"DatabaseLag": {"enabled": False}})
    assert f"{FOLDER}/DatabaseLag.md" not in found
    assert [path for path, text in found.items() if "DatabaseLag.md" in text] == []
    assert "[DatabaseLag](DatabaseLag.md)" in runbook("ReplicationLagTrend")


def test_the_bridge_has_a_runbook_where_there_is_a_bridge() -> None:
    """Without Sentry there is no bridge, hence no alert on it and no runbook."""
    assert f"{FOLDER}/BridgeDown.md" not in documents()
    assert reference().notifications.sentry is not None
    assert f"{FOLDER}/BridgeDown.md" in written()


def test_every_document_states_that_it_is_generated() -> None:
    """Each begins with the mark, ends with one newline, and is the same when made again."""
    for text in written().values():
        assert text.startswith(f"<!-- {MARK} -->\n# ")
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
    settings = reference()
    assert texts(settings, build(settings), policy(settings)) == written()


def test_the_index_names_each_runbook_once() -> None:
    """The index lists every alert below its severity."""
    index = written()[f"{FOLDER}/README.md"]
    assert sorted(re.findall(r"^- \[(\w+)\]\(\1\.md\)", index, re.MULTILINE)) == names()


@pytest.mark.parametrize("variant", VARIANTS)
def test_other_settings_work(variant: str) -> None:
    """Whatever the settings say, there is a runbook for each alert of theirs, without a hole."""
    given = Settings.model_validate(VARIANTS[variant])
    rules = build(given)
    found = texts(given, rules, policy(given))
    assert {f"{FOLDER}/{rule.alert}.md" for rule in alerts(rules.all)} < set(found)
    assert [path for path, text in found.items() if "{{" in text or "None" in text] == []


def test_a_second_service_and_all_settings_work() -> None:
    """Settings that use every key, without PagerDuty or with it, give runbooks, too."""
    given = load(ROOT / "tests" / "data" / "settings" / "good" / "full.yaml")
    rules = build(given)
    found = texts(given, rules, policy(given))
    assert len(found) == len({rule.alert for rule in alerts(rules.all)}) + 2
