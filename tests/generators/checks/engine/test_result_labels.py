"""The labels that are worked out are those of Prometheus' own answers."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.catalog import CATALOG
from exporter.catalog.expression import Share, Signal
from exporter.catalog.signals import SIGNALS
from exporter.catalog.walk import split
from exporter.settings import Settings
from generators.checks.engine.known_series import known
from generators.checks.engine.result_labels import shape
from generators.checks.expressions import problems
from generators.promql import View, render_signal
from generators.promql_tree.tree import parse
from tests.generators.checks.judging import context, group
from tests.servers import Prometheus, blocks, prometheus

KNOWN = known(Settings())
START = 1_790_000_040
BY_HAND = [
    "cloudrun_instances",
    "sum by (region, state) (cloudrun_instances)",
    "sum without (region, instance) (cloudrun_instances)",
    "sum (cloudrun_instances)",
    "topk (2, cloudrun_instances)",
    'count_values by (region) ("size", cloudrun_instances)',
    "quantile by (state) (0.5, cloudrun_instances)",
    "-cloudrun_instances",
    "2 * cloudrun_instances > 0",
    "cloudrun_instances > bool 1",
    "avg_over_time(cloudrun_instances[5m])",
    "max_over_time(sum by (region) (cloudrun_instances)[5m:1m])",
    'cloudrun_instances{region="region-a", state!=""}',
    (
        "sum by (region, state) (cloudrun_instances) / on (region) group_left () "
        "sum by (region) (cloudrun_instances)"
    ),
    (
        "sum by (region) (cloudrun_instances) / on (region) group_right () "
        "sum by (region, state) (cloudrun_instances)"
    ),
    (
        "sum by (region, state) (cloudrun_instances) / ignoring (state) group_left () "
        "sum by (region) (cloudrun_instances)"
    ),
    (
        'sum by (region, state) (cloudrun_instances{state="idle"}) / on (region) '
        "sum by (region) (cloudrun_instances)"
    ),
    (
        'sum by (region, state) (cloudrun_instances{state="idle"}) + ignoring (state) '
        "sum by (region) (cloudrun_instances)"
    ),
    (
        'sum by (region, state) (cloudrun_instances{state="idle"}) >= on (region) '
        "sum by (region) (cloudrun_instances) * 0"
    ),
    "redis_up * on (redis_id, redis_node) group_left (role) redis_instance_info",
    "sum by (region, state) (cloudrun_instances) and on (region) cloudrun_pending_requests",
    "cloudrun_instances unless on () redis_up < 0",
    "vector(1)",
    "vector(1) or cloudrun_instances",
    'label_replace(sum by (region) (cloudrun_instances), "place", "$1", "region", "(.*)")',
    'label_join(sum by (region) (cloudrun_instances), "place", "-", "region", "region")',
    "histogram_quantile(0.9, rate(cloudrun_request_duration_seconds_bucket[5m]))",
    'absent(cloudrun_instances{region="none", state=~"i.*", service_name="a", service_name="b"})',
    'absent_over_time(cloudrun_instances{region="none"}[5m])',
    "absent(sum(cloudrun_instances) > 1e9)",
    "round(cloudrun_instances)",
    "clamp_max(cloudrun_instances, scalar(sum(cloudrun_instances)))",
    "predict_linear(cloudrun_instances[5m], 60)",
    "quantile_over_time(0.5, cloudrun_instances[5m])",
    "day_of_week()",
    "hour(timestamp(cloudrun_instances))",
    "sort_desc(cloudrun_instances)",
]


def _values(label: str, closed: tuple[str, ...]) -> tuple[str, ...]:
    """Return two values of a label; of `family` that by which a rate divides."""
    if label == "family":
        return ("cloudrun_requests_total", "cloudsql_up")
    return (*closed, f"{label}-a", f"{label}-b")[:2]


def page() -> Iterator[str]:
    """Yield a line a minute for two or more series of each family of the catalog."""
    for series in KNOWN.series.values():
        if not series.name.startswith(("cloud", "redis", "app", "ionmon", "memory", "load")):
            continue
        choices = [
            [f'{label}="{value}"' for value in _values(label, values)]
            for label, values in series.labels.items()
        ]
        rows = zip(*(itertools.cycle(choice) for choice in choices), strict=True)
        for labels in itertools.islice(rows, 2):
            for text in _with_buckets(labels):
                for minute in range(12):
                    yield f"{series.name}{{{text}}} {1000 * minute} {START + 60 * minute}\n"


def _with_buckets(labels: tuple[str, ...]) -> Iterator[str]:
    """Yield a series' labels; of a bucket those of two, since one alone has no quantile."""
    others = [label for label in labels if not label.startswith("le=")]
    bounds = ['le="1.0"', 'le="+Inf"'] if len(others) < len(labels) else [None]
    for bound in bounds:
        yield ",".join((*others, bound) if bound else others)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Run Prometheus on series of every family."""
    folder = tmp_path_factory.mktemp("labels")
    path = folder / "page.om"
    path.write_text("".join(page()) + "# EOF\n")
    blocks(path, folder / "data")
    with prometheus(folder, "", "--storage.tsdb.retention.time=100y") as found:
        yield found


def answered(server: Prometheus, query: str) -> set[str]:
    """Return every label of the answer to a query."""
    rows = server.query(query, START + 11 * 60)
    assert rows, query
    return {name for row in rows for name, _ in row} - {"__name__"}


@pytest.mark.parametrize("query", BY_HAND)
def test_labels_are_those_that_prometheus_gives(server: Prometheus, query: str) -> None:
    """Each kind of expression has the labels that are worked out for it, no more and no fewer."""
    assert set(shape(parse(query), KNOWN).labels) == answered(server, query)


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_labels_of_signals_are_those_that_prometheus_gives(
    server: Prometheus, signal: Signal
) -> None:
    """Every signal, in its full split, has the labels that Prometheus answers with."""
    query = render_signal(signal, View(window="5m", by=split(signal)))
    assert set(shape(parse(query), KNOWN).labels) == answered(server, query)


@st.composite
def views(draw: st.DrawFn) -> tuple[Signal, View]:
    """Return a signal with some part of its split, and some window."""
    signal = draw(st.sampled_from(SIGNALS))
    by = tuple(draw(st.lists(st.sampled_from(split(signal)), unique=True)) if split(signal) else ())
    return signal, View(window=draw(st.sampled_from(["2m", "5m", "1h", "2d"])), by=by, held="3m")


@given(views())
@settings(deadline=None)
def test_a_signal_has_the_labels_of_its_split(found: tuple[Signal, View]) -> None:
    """However a signal is split, its labels are those of the split, and nothing is wrong."""
    signal, view = found
    query = render_signal(signal, view)
    own = {signal.expression.by} if isinstance(signal.expression, Share) else set()
    assert set(shape(parse(query), KNOWN).labels) == {*view.by, *own}
    rule = {"record": "own:test:value", "expr": query}
    assert problems(context(group(rule))) == []


def test_every_family_has_its_series() -> None:
    """Each family of the catalog is known under the names that Prometheus stores."""
    missing = [name for name in CATALOG if not {name, f"{name}_bucket"} & KNOWN.series.keys()]
    assert missing == []
