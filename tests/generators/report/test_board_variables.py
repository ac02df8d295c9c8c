"""Variables are written into expressions and titles as Grafana writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import SettingsError
from generators.dashboards.file.board import VariableInFile
from generators.report import board_variables
from generators.report.board_variables import FilledVariable, Scope

ONE = FilledVariable(name="one", label="One", values=("eu-1",))
SOME = FilledVariable(name="some", label="Some", values=("a.b", "c|d"), many=True)
EVERY = FilledVariable(
    name="every", label="Every", values=("a", "b"), chosen_all=True, all_value=".+", many=True
)
SCOPE = Scope({v.name: v for v in (ONE, SOME, EVERY)}, {"__interval": "30s"})


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('x{a="$one"}', 'x{a="eu-1"}'),
        ('x{a="${one}"}', 'x{a="eu-1"}'),
        ('x{a="[[one]]"}', 'x{a="eu-1"}'),
        ('x{a=~"$some"}', r'x{a=~"(a\\.b|c\\|d)"}'),
        ('x{a=~"${some:pipe}"}', 'x{a=~"a.b|c|d"}'),
        ('x{a=~"${some:regex}"}', r'x{a=~"(a\.b|c\|d)"}'),
        ("${some:csv}", "a.b,c|d"),
        ("${some:doublequote}", '"a.b","c|d"'),
        ("${some:glob}", "{a.b,c|d}"),
        ('x{a=~"$every|"}', 'x{a=~".+|"}'),
        ("rate(x[$__interval])", "rate(x[30s])"),
        ("$other and ${other}", "$other and ${other}"),
    ],
)
def test_expressions(said: str, expected: str) -> None:
    """Each way to write a variable is filled in; what is no variable stays."""
    assert SCOPE.filled(said) == expected


def test_titles() -> None:
    """A title names what is chosen, in words."""
    assert SCOPE.titled("Of $every: $some, $one") == "Of All: a.b + c|d, eu-1"


def test_given_values_win() -> None:
    """What a command line says stands instead of what the file chose; All has no values yet."""
    found = [
        VariableInFile.model_validate(one)
        for one in (
            {"name": "region", "multi": True, "includeAll": True, "current": {"value": ["$__all"]}},
            {"name": "size", "type": "custom", "query": "1, 2", "current": {"value": "2"}},
        )
    ]
    region, size = board_variables.read(found, {})
    assert (region.chosen_all, region.values, size.values) == (True, (), ("2",))
    region, size = board_variables.read(found, {"region": ("a", "b")})
    assert (region.chosen_all, region.values, region.text) == (False, ("a", "b"), "a + b")


def test_unknown_variable() -> None:
    """A name that no dashboard has is refused with those there are."""
    with pytest.raises(SettingsError, match=r"--var regoin: no such variable.*region"):
        board_variables.unknown([[VariableInFile(name="region")]], ["regoin"])


@given(st.text(min_size=1))
def test_a_value_is_one_string_of_promql(value: str) -> None:
    """Whatever a label's value is, a quote in it never ends the string that it is written into."""
    written = Scope(
        {"v": FilledVariable(name="v", label="V", values=(value,), many=True)}, {}
    ).filled("$v")
    unescaped = written.replace("\\\\", "").replace('\\"', "")
    assert '"' not in unescaped
