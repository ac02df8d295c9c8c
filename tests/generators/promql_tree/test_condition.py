"""Conditions: what is read is written again, and a change touches what it is meant for alone."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from generators.promql_tree.condition import Operation, condition, limits, number, with_limits
from generators.promql_tree.tree import parse

ROOT = Path(__file__).parents[3]
WRITTEN = [
    rule["expr"]
    for path in sorted((ROOT / "alertmanager/out/rules").glob("*.yml"))
    for group in yaml.safe_load(path.read_text())["groups"]
    for rule in group["rules"]
    if "alert" in rule
]


@pytest.mark.parametrize(
    "query",
    [
        *WRITTEN,
        "a > 1 and b > 2 or c unless d < 3",
        "a - (b - c) > 4 * (d + 1)",
        "a ^ b ^ c >= -4",
        "x ^ (3 ^ 2) > 1",
        "(x ^ 3) ^ 2 > 1",
        "-a ^ 2 < 1e-7",
        "a > bool 1 and on (x) b",
        "max_over_time(a[1h:5m] offset 5m) > 0.1234567890123",
        r"""a{b=~"x\\.y|z",c='d"\\\\'} > 1 and label_replace(d, "g", "\"", "h", "\\d") < 2""",
        r"""a{b="held_0",c=~"held_1\\d"} > 1""",
        'label_replace(a{b=~"x|y"} offset -1h, "c", "$1", "d", "(.*)") == 1 unless ignoring (e) f',
    ],
)
def test_what_is_read_is_written_again(query: str) -> None:
    """Parentheses may come and go; what is computed stays."""
    assert parse(str(condition(query))) == parse(query)


def test_what_would_be_lost_is_refused() -> None:
    """Milliseconds of a range are not written again."""
    with pytest.raises(ValueError, match="whole seconds"):
        condition("increase(a[5m1ms]) > 1")


def test_limits_are_found_in_their_order() -> None:
    """A limit is a comparison with a number by size, at any depth of operators."""
    found = limits(condition("(a > 1 and b == 2) or c > d unless e <= -0.5"))
    assert [str(limit) for limit in found] == ["a{} > 1.0", "e{} <= -0.5"]


def test_a_change_of_limits_leaves_the_rest() -> None:
    """Numbers that are no limits, and names that look like some, stay."""

    def changed(limit: Operation) -> Operation:
        return replace(limit, right=number(9))

    whole = condition('a{b="> 1"} * 3 > 1 unless rate(c[5m]) > 1')
    expected = 'a{b="> 1"} * 3 > 9 unless rate(c[5m]) > 9'
    assert parse(str(with_limits(whole, changed))) == parse(expected)
