"""What settings do not read has no rule, no test, no panel and no runbook, in no written file."""

import json
import re
from pathlib import Path
from posixpath import basename, dirname, join, normpath
from typing import Any

import pytest
import yaml

from exporter.catalog import CATALOG
from exporter.settings import Settings
from generators.boards import Board
from generators.checks.engine.gathering import CheckRequest
from generators.checks.run import run
from generators.files import write
from generators.output_folders import DASHBOARDS, RULE_FILES, RULE_TESTS
from generators.policy import unread_alerts
from generators.promql_tree.tree import Node, parse, selectors
from generators.promtool.kept_results import KeptResults
from generators.rule_tests.files import documents
from generators.rules import unread
from generators.rules.build import Rules, build
from generators.rules.model import alerts, recordings
from tests.generators.generated import texts
from tests.generators.rule_tests.judging import failing

pytestmark = pytest.mark.slow

_REDIS = {"targets": [{"name": "cache", "url": "redis://10.0.0.3:6379"}]}
_DATABASE = {"families": {"cloudsql_*": {"enabled": False}}}
_INSIDE = {"application": {"redis": "cache"}}
_APPLICATION = {"ConnectionPoolTrend", "ApplicationSilent", "ApplicationFieldsHigh"}
_CACHE = {"CacheHitRateLow", "CacheHitRateL2Anomaly", "RedisClientsTrend", "RedisReadTwice"}
_PAIRS = {"DbConnectionsAnomaly", "QueryTimeAnomaly", "CorrelatedChange"}
_SQL = {"DatabaseLag", "ReplicationLagTrend", "DatabaseMemoryTrend", "DiskTrend"}
_REQUESTS = {"ErrorBudgetTrend", "ThroughputAnomaly", "ErrorRateAnomaly", "ResponseTimeP95Anomaly"}
_RUN = {
    *("ResponseTimeCritical", "ResponseTimeWarning", "ErrorRateCritical", "ErrorRateWarning"),
    *("SLABreach", "ErrorBudgetBurn", "ErrorBudgetExhausted", "CPUHigh", "MemoryHigh"),
    *("MemoryTrend", "CorrelatedChange"),
}

# Settings, by what they leave out, and the alerts that are not written then.
CASES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "Redis": ({}, _CACHE | _APPLICATION),
    "a database": (
        {"google": _DATABASE, "redis": _REDIS, **_INSIDE},
        _SQL | _PAIRS | {"ReplicationStopped"},
    ),
    "an application": ({"redis": _REDIS}, _APPLICATION),
    "everything but a database": (
        {"google": {"families": {"cloudrun_*": {"enabled": False}}}},
        _RUN | _REQUESTS | _CACHE | _APPLICATION,
    ),
    "one signal of two pairs": (
        {
            "google": {"families": {"cloudsql_query_duration_seconds": {"enabled": False}}},
            "redis": _REDIS,
            **_INSIDE,
        },
        {"QueryTimeAnomaly"},
    ),
}
PAIR_OF = "one signal of two pairs"
EVERYTHING = Settings()
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")


def settings(name: str) -> Settings:
    """Return the settings that leave something out."""
    given = CASES[name][0]
    google = {"projects": ["my-project"], **given.get("google", {})}
    servers = {"longterm": "127.0.0.1:9091"}
    return Settings.model_validate({**given, "google": google, "prometheus": servers})


def exprs(node: object) -> list[str]:
    """Return every query of a file's data."""
    if isinstance(node, dict):
        own = [node["expr"]] if isinstance(node.get("expr"), str) else []
        return own + [text for value in node.values() for text in exprs(value)]
    return [text for value in node for text in exprs(value)] if isinstance(node, list) else []


def queries(found: dict[str, str]) -> dict[str, set[str]]:
    """Return the names that the queries of rules and boards read, by the path of their file."""
    read: dict[str, set[str]] = {}
    for path, text in found.items():
        board = path.startswith(DASHBOARDS) and path.endswith(".json")
        if board or path.startswith(RULE_FILES):
            data = json.loads(text) if board else yaml.load(text, yaml.CSafeLoader)
            trees: list[Node] = [parse(expr, variables=True) for expr in exprs(data)]
            read[path] = {one.name for tree in trees for one in selectors(tree)}
    return read


def names(rules: Rules) -> set[str]:
    """Return the names of recorded series."""
    return {rule.record for rule in recordings(rules.all)}


@pytest.mark.parametrize("name", CASES)
def test_no_written_query_reads_what_is_not_read(name: str) -> None:
    """Neither an exported series, nor one that is recorded where all is read."""
    given = settings(name)
    family = {*given.unread_families}
    series = {f"{one}{suffix}" for one in family for suffix in ("", "_bucket", "_sum", "_count")}
    lost = names(build(EVERYTHING)) - names(build(given))
    assert family
    assert family <= CATALOG.keys()
    assert lost
    for path, read in queries(texts(given)).items():
        assert read.isdisjoint(series | lost), (path, read & (series | lost))


@pytest.mark.parametrize("name", CASES)
def test_these_alerts_are_left_out(name: str) -> None:
    """Those of the table, and all others; the command names each of them."""
    given = settings(name)
    every = {rule.alert for rule in alerts(build(EVERYTHING).all)}
    written = {rule.alert for rule in alerts(build(given).all)}
    assert every - written == CASES[name][1]
    assert {*unread_alerts(given), *unread.names(given)} == CASES[name][1]


@pytest.mark.parametrize("name", CASES)
def test_no_file_is_about_what_is_left_out(name: str) -> None:
    """No test, no runbook, no link to a runbook, and no panel that an alert would open."""
    found, out = texts(settings(name)), CASES[name][1]
    about = {basename(p).partition(".")[0] for p in found if p.startswith((RULE_TESTS, "docs/ru"))}
    assert about.isdisjoint(out)
    for path, text in found.items():
        if path.endswith(".md"):
            targets = {normpath(join(dirname(path), link)) for link in LINK.findall(text)}
            assert targets <= found.keys(), (path, targets - found.keys())


def test_where_nothing_is_named_everything_is_written() -> None:
    """Settings without a project say nothing of what is read."""
    assert (unread_alerts(EVERYTHING), unread.names(EVERYTHING)) == ({}, ())


def test_what_is_not_written_may_be_set() -> None:
    """A file of settings stays valid where a source is switched off; no alert appears by it."""
    others = {"RedisReadTwice": {"enabled": False}, "RedisClientsTrend": {"severity": "high"}}
    google = {"projects": ["my-project"]}
    given = Settings.model_validate({"google": google, "alerts": {"others": others}})
    assert "RedisClientsTrend" in unread.names(given)
    assert "RedisReadTwice" not in unread.names(given)
    assert others.keys().isdisjoint(rule.alert for rule in alerts(build(given).all))


@pytest.mark.parametrize("name", CASES)
def test_the_check_finds_nothing(tmp_path: Path, name: str) -> None:
    """Every board is there, since links of old notifications lead to it, and each is whole."""
    given = settings(name)
    write(tmp_path, texts(given))
    outcome = run(CheckRequest(tmp_path, given), lambda *_: None, KeptResults(None), offline=True)
    assert [str(problem) for problem in outcome.problems] == []
    assert len([*(tmp_path / DASHBOARDS).glob("*.json")]) == len(Board)


def test_tests_of_fewer_pairs_hold() -> None:
    """Promtool finds that the pairs which are left move together, and do nothing else."""
    rules = build(settings(PAIR_OF))
    tests = [one for one in documents(rules) if one.rule.alert == "CorrelatedChange"]
    pairs = {dict(rule.labels).get("pair") for rule in alerts(rules.longterm)} - {None}
    assert len(pairs) == 2
    assert tests
    for test in tests:
        assert not failing(test, rules.longterm)
