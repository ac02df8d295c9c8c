"""Selectors hold what they are given, whatever it is, and quote it."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.catalog.expression import Matcher
from exporter.catalog.model import Reduce
from generators.promql_tree.grafana_variables import MAGIC
from generators.promql_tree.tree import parse, selectors
from generators.selectors import (
    AGGREGATIONS,
    PatternMatcher,
    PresentMatcher,
    VariableMatcher,
    by_clause,
    selector,
)

HOSTILE = st.text(alphabet='ab"\\\n{}<>=~|.', max_size=8)
PATTERNS = st.text(alphabet='ab"\n,=|', max_size=8)  # each of them a regular expression


@given(HOSTILE)
def test_a_variable_stands_beside_any_value(value: str) -> None:
    """A label's own value stays as it is, though it would end the text."""
    matchers = (Matcher("own", (value,)), VariableMatcher("region", "region"))
    (found,) = selectors(parse(selector("x", matchers), variables=True))
    assert [(m.label, m.operator, m.value) for m in found.matchers] == [
        ("own", "=", value),
        ("region", "=~", MAGIC),
    ]


@given(PATTERNS)
def test_a_pattern_is_quoted_as_text(pattern: str) -> None:
    """What a pattern holds is the expression's affair: it cannot end the selector."""
    text = selector("x", (PatternMatcher("le", pattern), PresentMatcher("signal")))
    (found,) = selectors(parse(text, variables=True))
    assert [(m.label, m.operator, m.value) for m in found.matchers] == [
        ("le", "=~", pattern),
        ("signal", "!=", ""),
    ]


def test_a_variable_may_let_series_without_the_label_pass() -> None:
    """An empty alternative matches a label that is not there."""
    assert selector("x", (VariableMatcher("a", "b", absent=True),)) == 'x{a=~"$b|"}'


def test_a_selector_without_matchers_is_a_name() -> None:
    """There are no empty braces."""
    assert selector("x", ()) == "x"


def test_a_clause_keeps_labels_in_their_order() -> None:
    """Nothing is written where no label is kept."""
    assert by_clause(("b", "a")) == " by (b, a)"
    assert by_clause(()) == ""


def test_every_way_of_joining_gauges_has_its_aggregation() -> None:
    """A new way without one fails here, not in a query."""
    assert set(AGGREGATIONS) == set(Reduce)
