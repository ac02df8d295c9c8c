"""Rules are put in order of what they read, and asked for so that old servers answer rightly."""

from pathlib import Path

import pytest

from exporter.backfill.rules import RecordingRule, levels, over_a_range, read_rules, value_labels
from exporter.errors import IonmonError
from tests.exporter.backfill.small import RULES, written

GENERATED = Path(__file__).parents[3] / "alertmanager/out/rules"


def test_levels_of_written_rules(tmp_path: Path) -> None:
    """A rule comes after what it reads, whatever file order is; alerts are left out."""
    found = read_rules(written(tmp_path))
    assert [[rule.record for rule in level] for level in found.levels] == [
        ["region:requests:increase5m", "code:requests:longterm_total"],
        ["region:requests:longterm_mean"],
    ]
    assert found.levels[1][0].every == 300
    assert found.names >= {"cloudrun_requests_total", "ionmon_counting_start_timestamp_seconds"}
    assert found.read_later(0) == {"region:requests:increase5m"}
    assert found.keeps("a:longterm_mean")
    assert not found.keeps("region:requests:increase5m")


def test_one_server_keeps_everything(tmp_path: Path) -> None:
    """Without a second server nothing is sent, and all is kept."""
    rules = written(tmp_path)
    (tmp_path / "prometheus.yml").unlink()
    assert read_rules(rules).keeps("region:requests:increase5m")


def test_what_the_second_server_evaluates_is_kept(tmp_path: Path) -> None:
    """A file that the first server does not load is the second one's, which keeps its series."""
    rules = written(tmp_path)
    (rules / "own.yml").write_text("groups: [{name: a, rules: [{record: 'a:b:c', expr: up}]}]")
    assert read_rules(rules).keeps("a:b:c")


def test_other_rules_are_another_plan(tmp_path: Path) -> None:
    """The digest changes with a rule, and with what is sent."""
    rules = written(tmp_path)
    before = read_rules(rules).digest
    (rules / "first.yml").write_text(RULES.replace("[5m]", "[6m]"))
    assert read_rules(rules).digest != before


def test_generated_rules_are_read() -> None:
    """All levels of the generated rules are found, none waits for another one."""
    found = read_rules(GENERATED)
    rules = [rule for level in found.levels for rule in level]
    assert len(rules) > 200
    for number, level in enumerate(found.levels):
        later = {r.record for after in found.levels[number:] for r in after}
        assert all(not (rule.reads - {rule.record}) & later for rule in level)


def test_rules_that_cannot_be_read(tmp_path: Path) -> None:
    """No rules, wrong PromQL, and a circle are named."""
    with pytest.raises(IonmonError, match="there are no rules; write them with `ionmon configs`"):
        read_rules(tmp_path)
    (tmp_path / "a.yml").write_text("groups: [{name: a, rules: [{record: 'a:b:c', expr: 'x ('}]}]")
    with pytest.raises(IonmonError, match=r"a\.yml: a:b:c: "):
        read_rules(tmp_path)
    circle = [
        RecordingRule(record=a, expr=b, labels=(), reads=frozenset((b,)), every=60)
        for a, b in ("ab", "ba")
    ]
    with pytest.raises(IonmonError, match="in a circle: a, b"):
        list(levels(circle))


def test_labels_of_count_values() -> None:
    """The label that `count_values` makes is named so that it sorts behind all others."""
    text = 'a * on (x) group_left (history) count_values by (x) ("history", b_history{c="d"})'
    assert value_labels(text) == ("history",)
    assert over_a_range(text) == (
        text.replace("(history", "(zzz_history").replace('"history', '"zzz_history'),
        {"zzz_history": "history"},
    )
    assert over_a_range("sum(a)") == ("sum(a)", {})
