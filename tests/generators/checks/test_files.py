"""The form of rule files: fields, names of recorded series, duplicates, what nobody uses."""

import pytest

from exporter.settings import Settings
from tests.generators.checks.judging import ALERT, group, judged

RECORD = {"record": "region:pending:max", "expr": "max by (region) (cloudrun_pending_requests)"}


def test_a_good_file_has_no_problem() -> None:
    """A group with every field of Prometheus 2.42 is left alone."""
    both = group(RECORD, {**ALERT, "keep_firing_for": "5m"}, interval="1m", limit=10)
    assert judged(both) == []


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("groups: [", ["1: yaml: expected the node content, but found '<stream end>'"]),
        ("", ["1: field: this is no rule file; begin it with groups:"]),
        ("[]", ["1: field: this is no rule file; begin it with groups:"]),
        (
            "group:\n  - name: a",
            [
                "1: field: a rule file has no field group; did you mean 'groups'?",
                "1: field: a rule file needs the field groups; write it",
            ],
        ),
        ("groups: {}", ["1: field: groups of a rule file is not a list; write a list"]),
        (
            "groups:\n  - nmae: a\n    rules: []",
            [
                "2: field: a group has no field nmae; did you mean 'name'?",
                "2: field: a group needs the field name; write it",
            ],
        ),
        (
            "groups:\n  - {name: a, rules: []}\n  - {name: a, rules: []}",
            [
                "2: field: two groups have the name a; rename one",
                "3: field: two groups have the name a; rename one",
            ],
        ),
        pytest.param(
            f"groups: {'[' * 5000}{']' * 5000}", ["1: yaml: is nested too deeply"], id="deep"
        ),
        (
            "groups:\n  - {name: a, rules: [], name: b}",
            ["2: field: name is written twice in one mapping; remove one"],
        ),
    ],
)
def test_a_file_that_is_none_is_said_to_be(text: str, problems: list[str]) -> None:
    """What is no YAML, no mapping, or has other fields, is named with its line."""
    assert judged(text) == problems


def test_newer_fields_are_named_with_their_version() -> None:
    """Fields that came after Prometheus 2.42 are no typing mistakes."""
    text = group(RECORD, labels={"team": "a"}, query_offset="1m")
    fix = "leave it out, or write a newer prometheus.version"
    assert [found.partition(": ")[2] for found in judged(text)] == [
        f"field: a group has no field labels before Prometheus 3.0; {fix}",
        f"field: a group has no field query_offset before Prometheus 2.53; {fix}",
    ]


def test_fields_of_the_stated_version_are_taken() -> None:
    """From its version on a field is none too many, and labels of a group are those of its alerts.

    An alert has its severity from its group; without any, it is reported.
    """
    text = group({**ALERT, "labels": {}}, labels={"severity": "high"}, query_offset="1m")
    newest = Settings.model_validate({"prometheus": {"version": "3.0"}})
    assert judged(text, settings=newest) == []
    between = Settings.model_validate({"prometheus": {"version": "2.53"}})
    (problem,) = judged(text, settings=between)
    assert "no field labels before Prometheus 3.0" in problem
    bare = group({**ALERT, "labels": {}})
    assert any("severity" in problem for problem in judged(bare, settings=newest))


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (
            {**RECORD, "alert": "X"},
            "field: a rule is either an alert or a record; write one of the two",
        ),
        ({"expr": "up"}, "field: a rule is either an alert or a record; write one of the two"),
        ({"record": "a:b:c"}, "field: a rule needs the field expr; write it"),
        ({**RECORD, "for": "5m"}, "field: a rule with record has no field for"),
        ({**ALERT, "fro": "5m"}, "field: a rule with alert has no field fro; did you mean 'for'?"),
        ({**RECORD, "labels": ["a"]}, "field: labels of a rule is not a mapping; write a mapping"),
        (
            {**RECORD, "record": "pending_max"},
            "recording: pending_max is not level:metric:operations",
        ),
        ({**RECORD, "record": "a:pending_max"}, "recording: a:pending_max is not level:metric"),
    ],
)
def test_a_rule_of_another_form_is_named(rule: dict[str, object], problem: str) -> None:
    """A rule without what it needs, or with what nobody reads, is a problem."""
    assert [f for f in judged(group(rule)) if f.partition(": ")[2].startswith(problem)]


def test_what_is_made_twice_is_distinguished_by_labels() -> None:
    """Two rules of one name are one too many, unless their labels differ."""
    other = {**RECORD, "labels": {"team": "a"}}
    assert judged(group(RECORD, other)) == []
    assert judged(group(RECORD, other, RECORD)) == [
        "10: recording: region:pending:max is also made by own.yml:4; remove one, or add a label"
    ]
    calm = {**ALERT, "labels": {"severity": "low"}}
    assert judged(group(ALERT, calm)) == []
    assert len(judged(group(ALERT, ALERT))) == 1


def test_what_nobody_uses_is_named_where_the_uses_are_known() -> None:
    """A recorded series that neither a rule nor a stated use takes is a problem."""
    using = {"record": "global:pending:max", "expr": "max(region:pending:max)"}
    unused = ["6: recording: nothing uses global:pending:max; remove the rule"]
    text = group(RECORD, using)
    assert judged(text) == []
    assert judged(text, uses=()) == unused
    assert judged(text, uses=("region:.*",)) == unused
    assert judged(text, uses=("global:.*max",)) == []


def test_an_alias_that_holds_itself_ends() -> None:
    """YAML may refer to itself; the file is read once."""
    assert judged("groups: &a [*a]") != []
