"""What rule files have from newer versions of Prometheus on."""

from functools import cache
from typing import Any

import pytest

from exporter.settings import Settings
from generators.promtool.documents import parsed
from generators.promtool.older_promtool import reduced
from generators.rules.build import Rules, build
from generators.rules.model import alerts

BASE: dict[str, Any] = {
    "notifications": {
        "slack": {"webhook_url_file": "slack", "channel": "#a"},
        "escalation": {"channel": "#b"},
    },
    "alerts": {
        "labels": {"environment": "production"},
        "ErrorBudgetExhausted": {"severity": "critical"},
    },
}


@cache
def built(version: str, longterm: str | None = "127.0.0.1:9091") -> Rules:
    """Return the rules for a version, of two servers or of one."""
    servers = {"version": version} | ({"longterm": longterm} if longterm else {})
    return build(Settings.model_validate(BASE | {"prometheus": servers}))


def groups(rules: Rules) -> dict[str, dict[str, Any]]:
    """Return the groups as the files have them, by name."""
    found = (group for file in rules.all for group in parsed(file.text())["groups"])
    return {group["name"]: group for group in found}


def test_what_comes_late_is_waited_for() -> None:
    """From 2.53 on the second server waits for remote write; what reads its own series does not."""
    late = {name for name, group in groups(built("2.53")).items() if "query_offset" in group}
    second = {group.name for file in built("2.53").longterm for group in file.groups}
    assert second - late == {"ion_longterm_escalation"}
    assert late <= second
    assert {groups(built("2.53"))[name]["query_offset"] for name in late} == {"30s"}
    alone = groups(built("3.16", longterm=None))
    assert [name for name, group in alone.items() if "query_offset" in group] == []


def test_what_all_alerts_of_a_group_have_stands_once() -> None:
    """From 3.0 on labels that all alerts share are the group's, and no recorded series gets one."""
    newest = groups(built("3.0"))
    assert newest["ion_health"]["labels"] == {"category": "health", "environment": "production"}
    assert newest["ion_alerts"]["labels"] == {"environment": "production"}
    for name, group in newest.items():
        shared = group.get("labels", {}).items()
        assert not shared or all("alert" in rule for rule in group["rules"]), name
        assert not any(shared & rule.get("labels", {}).items() for rule in group["rules"]), name


@pytest.mark.parametrize("version", ["2.42", "2.53", "3.0", "3.16"])
def test_every_version_has_the_same_rules(version: str) -> None:
    """Read as 2.42 reads them, files of every version are those of 2.42."""
    oldest, other = built("2.42"), built(version)
    for old, new in zip(oldest.all, other.all, strict=True):
        known = parsed(old.text())
        assert reduced(parsed(new.text()), "2.42") == known
        if version == "2.42":
            assert new.text() == old.text()
    assert [*alerts(oldest.all)] == [*alerts(other.all)]
