"""Every query parses, and names only series and labels that there are."""

import subprocess
from pathlib import Path

import promql_parser
import pytest
import yaml

from exporter.catalog import CATALOG
from exporter.catalog.model import Type
from exporter.settings import Settings
from generators.checks.engine.external_series import EXTERNAL
from generators.rules.build import build
from generators.rules.correlation import PAIRS, coefficient_name
from generators.rules.model import recordings
from generators.rules.rows import Pair
from generators.runbooks.fragments import Line
from generators.runbooks.queries import promql
from generators.runbooks.statements import statements
from generators.runbooks.text_error import TextError
from tests.generators.runbooks.reading import fences, names, runbook
from tests.generators.test_promql import nodes

TARGET = frozenset({"job", "instance"})
SLOW = Settings.model_validate({"objectives": {"latency": {"share": "95%", "within": "300ms"}}})
MADE = {
    "ALERTS": frozenset({"alertname", "alertstate", "severity"}),
    "ALERTS_FOR_STATE": frozenset({"alertname", "severity"}),
}


def known() -> dict[str, frozenset[str]]:
    """Return the labels of every series that there is, by its name."""
    found = dict(MADE)
    for family in CATALOG.values():
        labels = TARGET | set(family.label_names)
        if family.type is Type.HISTOGRAM:
            found |= {f"{family.name}_{end}": labels for end in ("sum", "count")}
            found[f"{family.name}_bucket"] = labels | {"le"}
        else:
            found[family.name] = labels
    found |= {row.name: TARGET | set(row.labels) for row in EXTERNAL}
    return found | {r.record: frozenset(r.labels) for r in recordings(build(SLOW).all)}


KNOWN = known()


def queries() -> list[tuple[str, str]]:
    """Return every query of every statement, by its alert."""
    return [(name, query.promql) for name, each in statements().items() for query in each.queries]


@pytest.mark.parametrize(("alert", "query"), queries())
def test_a_query_parses_and_names_what_there_is(alert: str, query: str) -> None:
    """Each selector is of a series that is exported or recorded, with labels that it has."""
    del alert
    selectors = [n for n in nodes(promql_parser.parse(query)) if hasattr(n, "matchers")]
    assert selectors
    for selector in selectors:
        assert selector.name in KNOWN
        labels = {m.name for m in selector.matchers.matchers}
        assert labels <= KNOWN[selector.name]


@pytest.mark.parametrize(("alert", "query"), queries())
def test_a_query_splits_by_labels_that_its_series_have(alert: str, query: str) -> None:
    """What is grouped by is a label of the series below: a misspelt one would join all."""
    del alert
    for node in nodes(promql_parser.parse(query)):
        if not isinstance(node, promql_parser.AggregateExpr) or node.modifier is None:
            continue
        below = [KNOWN[n.name] for n in nodes(node.expr) if hasattr(n, "matchers")]
        assert set(node.modifier.labels) <= frozenset.union(*below)


def test_prometheus_takes_every_query(tmp_path: Path) -> None:
    """Debian's promtool finds no fault with any query: none uses what it does not know yet."""
    rules = [{"record": "query", "expr": expr, "labels": {"n": str(n)}} for n, (_, expr) in _each()]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))
    done = subprocess.run(
        ["promtool", "check", "rules", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"{len(rules)} rules found" in done.stdout


def _each() -> list[tuple[int, tuple[str, str]]]:
    return list(enumerate(queries()))


@pytest.mark.parametrize("name", names())
def test_every_query_is_in_the_runbook(name: str) -> None:
    """The runbook shows each query of the statement, as it is, once."""
    shown = [body.strip() for body in fences(runbook(name), "promql")]
    stated = statements()[name].queries
    assert [shown.count(query.promql) for query in stated] == [1] * len(stated)


@pytest.mark.parametrize("pair", PAIRS, ids=coefficient_name)
def test_every_pair_has_its_coefficient_in_the_runbook(pair: Pair) -> None:
    """A pair that is added is looked at, too: its coefficient, and both of its signals."""
    queries = {query.promql for query in statements()["CorrelatedChange"].queries}
    sides = (f"{b.name('value')} - {b.name('centre')}" for b in (pair.effect, pair.cause))
    assert {coefficient_name(pair), *sides} <= queries


REFERENCES = {
    "signal: response_time_p50 by region, service_name": (
        "project_region_service:response_time_p50:quantile5m"
    ),
    "signal: instances by region": "sum by (region) (cloudrun_instances)",
    "rate: redis_expired_keys_total by redis_id": (
        "sum by (redis_id) (rate(redis_expired_keys_total[5m]))"
    ),
    "increase: ionmon_series_dropped_total over 15m by family": (
        "sum by (family) (increase(ionmon_series_dropped_total[15m]))"
    ),
    "mean: app_query_duration_seconds by region": (
        "(sum by (region) (increase(app_query_duration_seconds_sum[5m])) / "
        "(sum by (region) (increase(app_query_duration_seconds_count[5m])) > 0))"
    ),
    "p99: app_query_duration_seconds": (
        "(histogram_quantile(0.99, sum by (le) "
        "(increase(app_query_duration_seconds_bucket[5m]))) >= 0)"
    ),
    "ratio: cloudrun_requests_total{response_code_class=4xx|5xx} / cloudrun_requests_total": (
        '((sum (increase(cloudrun_requests_total{response_code_class=~"4xx|5xx"}[5m])) or '
        "sum (increase(cloudrun_requests_total[5m])) * 0) / "
        "(sum (increase(cloudrun_requests_total[5m])) > 0))"
    ),
    "level max: cloudrun_instances{state=active} by region": (
        'max by (region) (cloudrun_instances{state="active"})'
    ),
    "level mean: redis_memory_used_bytes / redis_memory_max_bytes by redis_id": (
        "(avg by (redis_id) (redis_memory_used_bytes) / "
        "(avg by (redis_id) (redis_memory_max_bytes) > 0))"
    ),
    'promql: up{job="ionmon"}': 'up{job="ionmon"}',
}


@pytest.mark.parametrize("reference", REFERENCES)
def test_a_reference_becomes_promql(reference: str) -> None:
    """Each kind of reference is the query that the guide of the texts states."""
    assert promql(Line(reference, "x.md:1")) == REFERENCES[reference]


REFUSED = {
    "signal: error_rte": "unknown signal 'error_rte'; did you mean 'error_rate'",
    "signal: error_rate by regoin": "unknown label of cloudrun_requests_total 'regoin'; did you",
    "signal: error_rate / throughput": "'signal' takes one family",
    "rate: cloudrun_request_total": "unknown family .*; did you mean 'cloudrun_requests_total'",
    "rate: redis_up": "'rate' needs a counter or histogram, and redis_up is a gauge",
    "rate: redis_expired_keys_total by region": "unknown label of redis_expired_keys_total",
    "rate: cloudrun_requests_total{class=5xx}": "unknown label .* 'class'",
    "rate: cloudrun_requests_total{region}": "'region' is no matcher",
    "mean: redis_up": "'mean' needs a histogram",
    "p95: redis_expired_keys_total": "'p95' needs a histogram",
    "level max: redis_expired_keys_total": "'level max' needs a gauge",
    "level maxx: redis_up": "unknown kind of query 'level maxx'; did you mean 'level max'",
    "ratio: cloudrun_requests_total": "'ratio' needs a second family",
    "rates: cloudrun_requests_total": "unknown kind of query 'rates'; did you mean 'rate'",
    "cloudrun_requests_total": "is no query; write KIND: WHAT by LABEL",
    "rate: cloudrun_requests_total over 5": "is no query",
    "promql: sum by (region) (up": "not PromQL",
}


@pytest.mark.parametrize("reference", REFUSED)
def test_a_reference_to_what_there_is_not_is_refused(reference: str) -> None:
    """The error begins with file and line, and states what is wrong and what is known."""
    with pytest.raises(TextError, match=rf"^texts/X\.md:7: .*{REFUSED[reference]}"):
        promql(Line(reference, "texts/X.md:7"))


def test_a_misspelt_family_is_found() -> None:
    """The check above knows what there is: a name that differs by a letter is not in it."""
    assert "cloudrun_requests_total" in KNOWN
    assert "cloudrun_request_total" not in KNOWN
