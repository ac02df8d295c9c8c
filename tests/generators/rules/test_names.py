"""What rules read of each other is there, on the server that reads it."""

import re
from collections.abc import Iterable, Iterator

import pytest

from exporter.settings import Settings
from generators.promql_tree.tree import Call, Selector, parse, paths
from generators.rules.build import build
from generators.rules.longterm import KEPT
from generators.rules.model import Recording, RuleFile, recordings

VARIANTS = {
    "default": {},
    "a week": {"objectives": {"availability": "99%", "window": "7d"}},
    "ninety days": {"objectives": {"window": "90d"}},
}
RECORDED = re.compile(r"(?<![\w:])[a-z_]\w*:[\w:]+")
QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')


def named(files: Iterable[RuleFile]) -> set[str]:
    """Return the recorded series that rules of these files read."""
    rules = (rule for file in files for group in file.groups for rule in group.rules)
    texts = (QUOTED.sub("", rule.expr) for rule in rules)
    return {name for text in texts for name in RECORDED.findall(text)}


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_series_that_a_rule_names_is_recorded(variant: str) -> None:
    """The first server records what its rules read; the second, or what it is sent."""
    rules = build(Settings.model_validate(VARIANTS[variant]))
    first = {rule.record for rule in recordings(rules.main)}
    second = {rule.record for rule in recordings(rules.longterm)}
    sent = {name for name in first if re.fullmatch(KEPT, name)}
    assert named(rules.main) - first == set()
    assert named(rules.longterm) - second - sent == set()
    assert len(named(rules.all)) > 100


def ranges(rule: Recording) -> Iterator[float]:
    """Yield the seconds of each range over which a rule takes a rise."""
    for node, above in paths(parse(rule.expr)):
        match (*above, node):
            case (*_, Call(function="increase" | "changes"), Selector(window=float(window))):
                yield window


def test_rises_span_their_whole_windows() -> None:
    """Both ends are in their ranges: Prometheus 3 leaves out the left one of whole minutes."""
    files = (file for file in build(Settings()).main if file.name == "recording.yml")
    found = [seconds for rule in recordings(files) for seconds in ranges(rule)]
    assert {round(seconds * 1000) % 60_000 for seconds in found} == {1}
    assert {120.001, 300.001, 3600.001} <= {*found}
