"""What rules read of each other is there, on the server that reads it."""

import re
from collections.abc import Iterable

import pytest

from exporter.settings import Settings
from generators.rules.build import build
from generators.rules.longterm import KEPT
from generators.rules.model import RuleFile, recordings

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
