"""Trees of queries: values read back, variables of dashboards are replaced."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.catalog.expression import Matcher
from generators.promql_tree.grafana_variables import is_variable, is_variable_time
from generators.promql_tree.regexes import alternatives
from generators.promql_tree.tree import Selector, Unparsable, parse, selectors
from generators.selectors import selector

VALUES = st.text(st.characters(exclude_categories=["Cs"]))
SPECIAL = st.text(st.sampled_from('\\.|+*?()[]{}^$"ab\n'))


@given(st.lists(VALUES | SPECIAL, min_size=1, max_size=4))
def test_values_read_back(values: list[str]) -> None:
    """Whatever is matched on, as one value or as alternatives, is read as these values."""
    (found,) = selectors(parse(selector("x", (Matcher("a", tuple(values)),))))
    assert found.matchers[0].plain == tuple(values)


@pytest.mark.filterwarnings("ignore::FutureWarning")
@given(SPECIAL)
def test_what_is_taken_for_text_is_text(pattern: str) -> None:
    """A regular expression that is read as plain alternatives matches these, and only these."""
    try:
        re.compile(pattern)
    except re.error:  # no query with it parses
        return
    found = alternatives(pattern)
    if found is None:
        return
    assert [text for text in found if not re.fullmatch(pattern, text, re.DOTALL)] == []
    assert not re.fullmatch(pattern, "".join(found) + "c", re.DOTALL)


@pytest.mark.parametrize(
    ("query", "same"),
    [
        ("rate(x[$__rate_interval])", True),
        ("rate(x[${__rate_interval}])", True),
        ("rate(x[[[window]]])", True),
        ("max(x offset $back)", True),
        ("max_over_time(x[$__range:$step] offset $back)", True),
        ('x{a=~"$a", b="${b:regex}", c="[[c]]", d=\'$d\'}', False),
        ("topk($n, x) > $limit", False),
        ("sum by ($by) (x) * $__range_s", False),
        ("sum($metric)", False),
    ],
)
def test_a_dashboard_s_query_parses(query: str, same: bool) -> None:
    """Grafana's variables stand for durations, texts, numbers and names, wherever they are."""
    (found,) = selectors(parse(query, variables=True))
    if same:
        assert found.window is None or is_variable_time(found.window)
        assert found.offset == 0 or is_variable_time(found.offset)
    assert is_variable(found.name) is (query == "sum($metric)")
    assert [m.label for m in found.matchers if not is_variable(m.value)] == []
    with pytest.raises(Unparsable):
        parse(query.replace('"', "").replace("'", ""))


def test_what_is_no_variable_stays() -> None:
    """A regular expression's end and label_replace's groups are no variables."""
    query = 'label_replace(x{a=~"b$"}, "c", "$1", "a", "(.*)")'
    assert parse(query, variables=True) == parse(query)


def test_a_name_may_stand_in_braces() -> None:
    """A selector by __name__ is the selector of that name."""
    assert parse('{__name__="x", a="b"}') == parse('x{a="b"}')
    assert isinstance(parse('x{a="b"}'), Selector)
