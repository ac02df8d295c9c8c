"""The circle closes: what promtool makes of a stimulus is the value that was asked for."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import Phase as HypothesisPhase
from hypothesis import strategies as st

from exporter.catalog import CATALOG, application, cloud_run, cloud_sql, redis
from exporter.catalog.buckets import expected
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
)
from exporter.catalog.model import Reduce
from exporter.catalog.signals import SIGNALS
from exporter.catalog.walk import split
from generators.promql import View, render, render_signal
from generators.promtool.documents import dumped
from generators.rule_tests.stimulus import Given, signal_stimulus, stimulus
from generators.rule_tests.story import Phase, inputs

REQUESTS = Events(cloud_run.REQUESTS)
ERRORS = Events(cloud_run.REQUESTS, (Matcher("response_code_class", ("4xx", "5xx")),))
HITS, MISSES = Events(redis.KEYSPACE_HITS), Events(redis.KEYSPACE_MISSES)
ACTIVE = Level(application.POOL_CONNECTIONS, Reduce.SUM, (Matcher("state", ("active",)),))
NAMES = sorted({label for family in CATALOG.values() for label in family.label_names})
IDENTITY = ("gcp_project", "region", "redis_id")
AMOUNTS = st.floats(0.001, 1e6)
SHARES = st.floats(0, 1)
LATENCIES = st.floats(0.001, expected(cloud_run.REQUEST_DURATION)[-1])


@dataclass(frozen=True, repr=False)
class Case:
    """An expression, the value it is to take, and with how many events."""

    expression: Expression
    value: float
    events: float

    def __repr__(self) -> str:
        """Say what a person needs; the expression in full has pages."""
        return f"{type(self.expression).__name__} {self.value!r} of {self.events!r} events"


def _of(values: st.SearchStrategy[Any], *expressions: Expression) -> st.SearchStrategy[Case]:
    return st.builds(Case, st.sampled_from(expressions), values, st.floats(10, 1e6))


CASES = st.one_of(
    _of(AMOUNTS, REQUESTS, ERRORS, HITS, Events(cloud_run.REQUEST_DURATION)),
    _of(AMOUNTS, Rate(REQUESTS), Rate(ERRORS), Rate(HITS)),
    _of(SHARES, Ratio((ERRORS,), (REQUESTS,)), Ratio((HITS,), (HITS, MISSES))),
    _of(SHARES, Complement(Ratio((ERRORS,), (REQUESTS,)))),
    _of(AMOUNTS, Mean(cloud_run.REQUEST_DURATION), Mean(application.ROUTING_CONFIDENCE)),
    _of(AMOUNTS, MeanOf(HITS, MISSES)),
    _of(LATENCIES, *(Quantile(q, cloud_run.REQUEST_DURATION) for q in (0.5, 0.95, 0.99))),
    _of(AMOUNTS, *(Level(cloud_sql.REPLICA_LAG, how) for how in Reduce)),
    _of(SHARES, LevelRatio(ACTIVE, Level(application.POOL_LIMIT, Reduce.SUM))),
    _of(st.integers(0, 5), Changes(Level(cloud_run.INSTANCES, Reduce.SUM))),
    _of(SHARES, Share(Events(application.FEATURE_USES), "feature")),
)


def groups(cases: list[Case]) -> Iterator[dict[str, Any]]:
    """Yield a promtool test for each case: the difference is next to nothing."""
    for case in cases:
        given_ = Given(case.events, dict.fromkeys(IDENTITY, "here"))
        story = [Phase(stimulus(case.expression, case.value, given_), 20)]
        query = render(case.expression, View(window="5m"))
        if isinstance(case.expression, Share):
            query = f'sum(({query}) and on (feature) app_feature_uses_total{{feature="one"}})'
        yield group(story, within(query, case.value), "{}")


def within(query: str, value: float) -> str:
    """Return a query that is 1 where another one's value is the wanted one."""
    return f"abs(({query}) - {value!r}) <= bool {1e-4 * abs(value) + 1e-6!r}"


def group(story: list[Phase], query: str, labels: str) -> dict[str, Any]:
    """Return a promtool test that wants 1 of a query in minute 15."""
    series = [{"series": i.series, "values": i.values} for i in inputs(story)]
    samples = [{"labels": labels, "value": 1}]
    test = {"expr": query, "eval_time": "15m", "exp_samples": samples}
    return {"interval": "1m", "input_series": series, "promql_expr_test": [test]}


def judged(tests: list[dict[str, Any]], folder: Path) -> str:
    """Return what promtool says of tests; nothing where all hold."""
    path = folder / "circle.yml"
    path.write_text(dumped({"evaluation_interval": "1m", "tests": tests}))
    done = subprocess.run(
        ["promtool", "test", "rules", str(path)], capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


@settings(
    max_examples=settings.default.max_examples // 10,  # each of many cases
    deadline=None,
    phases=[HypothesisPhase.explicit, HypothesisPhase.generate],  # one case of many fails by itself
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(CASES, min_size=30, max_size=60))
def test_an_expression_takes_the_value_that_was_asked_for(cases: list[Case]) -> None:
    """For each kind of expression, promtool finds the wanted value in its stimulus."""
    with TemporaryDirectory() as folder:
        assert judged([*groups(cases)], Path(folder)) == ""


@pytest.mark.parametrize(
    ("q", "some"),
    [
        pytest.param(q, some, marks=[] if (q, some) == (0.95, 10.3) else [pytest.mark.deep])
        for q in (0.5, 0.95, 0.99)
        for some in (10.3, 856986.3836916883)
    ],
)
def test_a_quantile_at_the_edge_of_a_bucket_is_taken(tmp_path: Path, q: float, some: float) -> None:
    """Where rounding may take a rank over a bucket's edge, the quantile is still the wanted one."""
    quantile = Quantile(q, cloud_run.REQUEST_DURATION)
    bounds = expected(cloud_run.REQUEST_DURATION)
    edges = [bound * by for bound in bounds[:-1] for by in (1 - 1e-9, 1, 1 + 1e-9)]
    cases = [Case(quantile, edge, some) for edge in edges]
    assert judged([*groups(cases)], tmp_path) == ""


@pytest.mark.parametrize("whole", [False, True])
def test_each_signal_takes_a_value(tmp_path: Path, *, whole: bool) -> None:
    """With its events enough, every signal takes a value, in full split and as a whole."""
    tests = []
    for signal in SIGNALS:
        value = 1.0 if isinstance(signal.expression, Changes) else 0.4
        given_ = Given(400, {})
        story = [Phase(signal_stimulus(signal, value, given_), 20)]
        query = (
            f"max({render_signal(signal, View(window='5m', by=() if whole else split(signal)))})"
        )
        if isinstance(signal.expression, Share):
            value = 0.6  # the greater share is that of all others
        tests.append(group(story, within(query, value), "{}"))
    assert judged(tests, tmp_path) == ""


@pytest.mark.parametrize(
    ("expression", "value", "text"),
    [
        (Ratio((ERRORS,), (REQUESTS,)), 1.2, "a ratio of events cannot be 1.2"),
        (Share(HITS, "redis_node"), -0.1, "a share of events cannot be -0.1"),
        (Quantile(0.95, cloud_run.REQUEST_DURATION), 1e9, "no bucket holds 1e+09"),
        (Quantile(0.95, cloud_run.REQUEST_DURATION), 1e-6, "1e-06 is too small"),
        (Changes(ACTIVE), 6, "cannot change 6 times"),
    ],
)
def test_what_cannot_be_is_refused(expression: Expression, value: float, text: str) -> None:
    """A value that an expression never takes has no stimulus, and the error says why."""
    with pytest.raises(ValueError, match=re.escape(text)):
        stimulus(expression, value, Given(100, {}))
