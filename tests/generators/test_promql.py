"""Every query parses, names only what is exported, and quotes whatever it is given."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from exporter.catalog import CATALOG, application, cloud_run, cloud_sql, redis
from exporter.catalog.expression import (
    Changes,
    Complement,
    Events,
    Expression,
    Level,
    LevelRatio,
    Matcher,
    Mean,
    MeanOf,
    Quantile,
    Rate,
    Ratio,
    Share,
    Signal,
)
from exporter.catalog.model import Reduce, Type
from exporter.catalog.own import DATA_SECONDS
from exporter.catalog.signals import SIGNALS
from exporter.catalog.walk import counts_source_time, families_in, leaves, walk
from generators.promql import View, render, render_signal, with_minimum
from generators.selectors import quote, quote_regex, selector

SERIES = {
    name: family
    for family in CATALOG.values()
    for name in (
        [f"{family.name}_{end}" for end in ("bucket", "sum", "count")]
        if family.type is Type.HISTOGRAM
        else [family.name]
    )
}
SPECIAL = tuple(r"\.+*?()|[]{}^$")
VALUES = st.text(st.characters(exclude_categories=["Cs"]))
HOSTILE = ['"', "\\", '\\"', "\n", 'a"} or vector(1) #', "{{x}}", ".*", "a|b", "[", "é\u2028", "'"]


def nodes(node: Any) -> Iterator[Any]:
    """Yield every node of a parsed query."""
    yield node
    for name in ("expr", "lhs", "rhs", "vector_selector"):
        if hasattr(node, name):
            yield from nodes(getattr(node, name))
    for argument in getattr(node, "args", ()):
        yield from nodes(argument)


def selected(query: str) -> list[Any]:
    """Return the selectors of a query."""
    found = nodes(promql_parser.parse(query))
    return [node for node in found if isinstance(node, promql_parser.VectorSelector)]


def grouped(query: str) -> set[str]:
    """Return the labels that aggregations and matchings of a query name."""
    found: set[str] = set()
    for node in nodes(promql_parser.parse(query)):
        modifier = getattr(node, "modifier", None)
        if isinstance(node, promql_parser.AggregateExpr) and modifier:
            found |= set(modifier.labels)
        elif isinstance(node, promql_parser.BinaryExpr) and modifier and modifier.matching:
            found |= set(modifier.matching.labels)
    return found


def referred(query: str) -> dict[str, set[str]]:
    """Return the families that a query refers to, each with its labels that the query names."""
    found: dict[str, set[str]] = {}
    for node in selected(query):
        family = SERIES[node.name]
        tested = {matcher.name for matcher in node.matchers.matchers}
        assert tested <= set(family.label_names)
        named = grouped(query) & set(family.label_names)
        found.setdefault(family.name, set()).update(tested | named)
    return found


def needed(expression: Expression, view: View) -> dict[str, set[str]]:
    """Return the families that a query has to read, each with the labels that it has to name."""
    named = {*view.by, *(m.label for m in view.only)}
    named |= {matcher.label for leaf in leaves(expression) for matcher in leaf.matchers}
    named |= {part.by for part in walk(expression) if isinstance(part, Share)}
    families = {family.name: family for family in families_in(expression)}
    if isinstance(expression, Rate) and counts_source_time(expression.events.family):
        families[DATA_SECONDS.name] = DATA_SECONDS
        named |= set(DATA_SECONDS.label_names)
    return {name: named & set(family.label_names) for name, family in families.items()}


def views(signal: Signal) -> Iterator[View]:
    """Yield several ways of looking at a signal."""
    only = tuple(Matcher(label, ('a"b', "c.d")) for label in signal.by)
    for by in ((), signal.by[:1], signal.by):
        yield View(window="5m", by=by)
        yield View(window="1h", by=by, only=only)


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_a_signal_refers_to_what_it_needs(signal: Signal) -> None:
    """For each split and filter the query parses, and names its families and labels, no other."""
    for view in views(signal):
        assert referred(render(signal.expression, view)) == needed(signal.expression, view)
        referred(render_signal(signal, view))


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_what_a_signal_is_split_by_is_what_is_left(signal: Signal) -> None:
    """The outermost aggregation of each query keeps the labels of the split."""
    view = View(window="5m", by=signal.by)
    sums = [
        set(node.modifier.labels)
        for node in nodes(promql_parser.parse(render_signal(signal, view)))
        if isinstance(node, promql_parser.AggregateExpr) and node.modifier
    ]
    assert sums
    assert [labels for labels in sums if not set(signal.by) <= labels] in ([], [{"gcp_project"}])


@given(VALUES)
def test_a_value_reads_back(value: str) -> None:
    """Any text, quoted, is one string that the parser reads as that text."""
    (found,) = selected(f"x{{a={quote(value)}}}")
    assert [m.value for m in found.matchers.matchers] == [value]


@given(st.lists(VALUES | st.sampled_from(HOSTILE), min_size=2, max_size=4))
def test_alternatives_read_back(values: list[str]) -> None:
    """Several values are one regular expression that matches each of them and nothing else."""
    text = selector("x", (Matcher("a", tuple(values)),))
    (found,) = selected(text)
    (matcher,) = found.matchers.matchers
    assert [v for v in values if not re.fullmatch(matcher.value, v)] == []
    assert re.fullmatch(matcher.value, "".join(values) + "!") is None


@given(VALUES | st.sampled_from(SPECIAL), VALUES | st.sampled_from(SPECIAL))
def test_a_quoted_expression_matches_only_itself(value: str, other: str) -> None:
    """A value that is quoted for a regular expression matches itself alone."""
    assert (re.fullmatch(quote_regex(value), other) is not None) == (value == other)


@given(st.sampled_from(SIGNALS), VALUES | st.sampled_from(HOSTILE))
def test_no_value_leaves_its_quotes(signal: Signal, value: str) -> None:
    """Whatever is matched on, the query has the selectors and labels that a plain value gives."""
    plain, hostile = (
        render_signal(
            signal, View(window="5m", by=(), only=tuple(Matcher(n, (v,)) for n in signal.by))
        )
        for v in ("x", value)
    )
    assert [s.name for s in selected(plain)] == [s.name for s in selected(hostile)]
    found = {m.value for s in selected(hostile) for m in s.matchers.matchers if m.name in signal.by}
    assert {value} == found


REQUESTS, HITS = Events(cloud_run.REQUESTS), Events(redis.KEYSPACE_HITS)
ERRORS = Events(cloud_run.REQUESTS, (Matcher("response_code_class", ("4xx", "5xx")),))
DURATION, LAG = cloud_run.REQUEST_DURATION, cloud_sql.REPLICA_LAG
BY = View(window="5m", by=("region",))
ALL = "sum by (region) (increase(cloudrun_requests_total[5m]))"
BAD = 'sum by (region) (increase(cloudrun_requests_total{response_code_class=~"4xx|5xx"}[5m]))'
QUERIES: list[tuple[Expression, View, str]] = [
    (REQUESTS, BY, ALL),
    (
        Events(DURATION),
        View(window="5m"),
        "sum (increase(cloudrun_request_duration_seconds_count[5m]))",
    ),
    (Ratio((ERRORS,), (REQUESTS,)), BY, f"(({BAD} or {ALL} * 0) / ({ALL} > 0))"),
    (
        Complement(Ratio((ERRORS,), (REQUESTS,))),
        BY,
        f"(1 - (({BAD} or {ALL} * 0) / ({ALL} > 0)))",
    ),
    (
        Rate(HITS),
        View(window="1h", by=(), only=(Matcher("redis_id", ("c",)), Matcher("region", ("r",)))),
        'sum (rate(redis_keyspace_hits_total{redis_id="c"}[1h]))',
    ),
    (
        Rate(REQUESTS),
        View(window="5m", by=("region",), only=(Matcher("gcp_project", ("p",)),)),
        (
            "sum by (region) (sum by (region, gcp_project) "
            '(increase(cloudrun_requests_total{gcp_project="p"}[5m])) '
            "/ on (gcp_project) group_left () "
            "(sum by (gcp_project) (increase(ionmon_data_seconds_total"
            '{family="cloudrun_requests_total",gcp_project="p"}[5m])) > 0))'
        ),
    ),
    (
        Mean(DURATION),
        View(window="5m"),
        (
            "(sum (increase(cloudrun_request_duration_seconds_sum[5m])) / "
            "(sum (increase(cloudrun_request_duration_seconds_count[5m])) > 0))"
        ),
    ),
    (
        MeanOf(HITS, REQUESTS),
        BY,
        (f"({ALL.replace('cloudrun_requests', 'redis_keyspace_hits')} / ({ALL} > 0))"),
    ),
    (
        Quantile(0.95, DURATION),
        BY,
        (
            "(histogram_quantile(0.95, sum by (region, le) "
            "(increase(cloudrun_request_duration_seconds_bucket[5m]))) >= 0)"
        ),
    ),
    (Level(LAG, Reduce.MAX), BY, "max by (region) (cloudsql_replica_lag_seconds)"),
    (Level(LAG, Reduce.MEAN), View(window="5m"), "avg (cloudsql_replica_lag_seconds)"),
    (
        LevelRatio(
            Level(CATALOG["redis_memory_used_bytes"], Reduce.SUM),
            Level(CATALOG["redis_memory_max_bytes"], Reduce.SUM),
        ),
        View(window="5m"),
        "(sum (redis_memory_used_bytes) / (sum (redis_memory_max_bytes) > 0))",
    ),
    (
        Changes(Level(cloud_run.INSTANCES, Reduce.SUM)),
        View(window="5m"),
        "changes((sum (cloudrun_instances))[5m:30s])",
    ),
    (
        Share(Events(application.FEATURE_USES), "feature"),
        BY,
        (
            "(sum by (region, feature) (increase(app_feature_uses_total[5m])) / on (region) "
            "group_left () (sum by (region) (increase(app_feature_uses_total[5m])) > 0))"
        ),
    ),
]


@pytest.mark.parametrize(
    ("expression", "view", "query"), QUERIES, ids=lambda v: type(v).__name__[:12]
)
def test_expressions_are_rendered(expression: Expression, view: View, query: str) -> None:
    """Each kind of expression has its PromQL: ratios by event, rates by source time."""
    assert query == render(expression, view)
    promql_parser.parse(query)


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
@pytest.mark.parametrize("held", ["", "3m"])
def test_some_time_ago_is_configured_for_every_part(signal: Signal, held: str) -> None:
    """A query of a week ago is that of now with an offset in each of its selectors."""
    now = render(signal.expression, View(window="5m", held=held))
    ago = render(signal.expression, View(window="5m", held=held, offset="1w"))
    assert ago.replace(" offset 1w", "") == now
    assert ago.count(" offset 1w") == len(selected(now))
    promql_parser.parse(ago)


def test_too_few_events_have_no_value() -> None:
    """A signal with a minimum is cut where its own split has fewer events in the window."""
    signal = next(s for s in SIGNALS if s.name == "response_time_p95")
    query = render_signal(signal, BY)
    assert query == f"({render(signal.expression, BY)}) and ({ALL} >= 100)"
    assert with_minimum(replace(signal, minimum_events=None), "up", BY) == "up"


def test_prometheus_takes_every_query(tmp_path: Path) -> None:
    """Prometheus' own parser accepts all signals, however they are split and filtered."""
    hostile = (Matcher("region", tuple(HOSTILE)), Matcher("redis_id", ('"\\\n',)))
    queries = [
        render_signal(signal, replace(view, only=(*view.only, *hostile)))
        for signal in SIGNALS
        for view in views(signal)
    ]
    rules = [{"record": "x:y:z", "expr": query, "labels": {"n": str(n)}}
             for n, query in enumerate(queries)]  # fmt: skip
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": rules}]}))
    done = subprocess.run(
        ["promtool", "check", "rules", str(path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{len(queries)} rules found" in done.stdout
