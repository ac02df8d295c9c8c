"""The catalog keeps the rules that dashboards, rules and the page rely on."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from exporter.catalog import CATALOG, PRODUCTS
from exporter.catalog.model import (
    ApplicationMetric,
    CloudMonitoring,
    Family,
    MetricKind,
    Own,
    RedisInfo,
    Type,
    Unit,
    ValueType,
)

TARGET_LABELS = {"project_id", "location", "cluster", "namespace", "job", "instance", "zone"}
RESERVED = {"le", "quantile", "__name__"}
PREFIXES = {
    "Cloud SQL engines": ("cloudsql_",),
    "HTTPS load balancer": ("loadbalancer_",),
    "Application": ("app_",),
    "Exporter": ("ionmon_", "process_"),
    "Bridge": ("ionmon_",),
}


def prefixes(product: str) -> tuple[str, ...]:
    """Return what names of a product begin with; without a row above, its name in one word."""
    return PREFIXES.get(product, (product.lower().replace(" ", "") + "_",))


SUFFIXES = {Type.COUNTER: "_total", Type.INFO: "_info"}
EVERY = [family for _, families in PRODUCTS for family in families]
POLLED = [family for family in EVERY if isinstance(family.source, CloudMonitoring)]


def source(family: Family) -> CloudMonitoring:
    """Return the source of a family that is read from Cloud Monitoring."""
    assert isinstance(family.source, CloudMonitoring)
    return family.source


def broken(rule: object, families: list[Family] = EVERY) -> list[str]:
    """Return the names of families for which a rule does not hold."""
    assert callable(rule)
    return [family.name for family in families if not rule(family)]


def test_each_name_is_stated_once() -> None:
    """No two families of any product share a name."""
    assert [name for name, n in Counter(f.name for f in EVERY).items() if n > 1] == []
    assert len(CATALOG) == len(EVERY)


def test_each_name_is_its_product_s() -> None:
    """A family's name begins with the prefix of its product and is a Prometheus name."""
    for product, families in PRODUCTS:
        for family in families:
            assert family.name.startswith(prefixes(product))
            assert re.fullmatch("[a-z][a-z0-9_]*", family.name)


def test_suffixes_say_the_type() -> None:
    """A family is a counter if, and only if, it ends with _total; so an info with _info."""
    for kind, suffix in SUFFIXES.items():
        assert broken(lambda f, k=kind, s=suffix: (f.type is k) == f.name.endswith(s)) == []


def unit_in_name(family: Family) -> Unit:
    """Return the unit that a name ends with, the longest that fits."""
    bare = family.name.removesuffix(SUFFIXES.get(family.type, ""))
    fitting = [unit for unit in Unit if unit.suffix and bare.endswith(f"_{unit.suffix}")]
    return max(fitting, key=lambda unit: len(unit.suffix), default=Unit.NONE)


def test_suffixes_say_the_unit() -> None:
    """The unit in a family's name is the unit that is stated."""
    assert broken(lambda f: f.unit is unit_in_name(f)) == []


def test_no_label_is_taken() -> None:
    """No label is one that Prometheus puts on targets, or reserves, and none comes twice."""
    assert broken(lambda f: not (TARGET_LABELS | RESERVED) & set(f.label_names)) == []
    assert broken(lambda f: len(set(f.label_names)) == len(f.labels)) == []
    assert broken(lambda f: all(re.fullmatch("[a-z][a-z_]*", n) for n in f.label_names)) == []


def test_help_ends_with_the_origin() -> None:
    """A help text is a sentence, then its origin in brackets; it needs no escaping."""
    assert broken(lambda f: re.fullmatch(r"[A-Z0-9][^\[\]\n\\\"]+\. \[[^\[\]]+\]", f.help)) == []


def test_help_of_what_is_polled_names_metric_and_kind() -> None:
    """The origin of a Cloud Monitoring family is its metric type and kind."""
    for family in POLLED:
        origin = family.help.rsplit(" [", 1)[1]
        assert origin == f"{source(family).metric}, {source(family).kind}, read in the background]"


def test_each_product_has_its_source() -> None:
    """A family's source is of the sort that its product is read from."""
    sorts = {"Redis": RedisInfo, "Application": ApplicationMetric, "Exporter": Own, "Bridge": Own}
    for product, families in PRODUCTS:
        expected = sorts.get(product, CloudMonitoring)
        assert {expected} == {type(family.source) for family in families}


def test_every_label_is_read_from_somewhere() -> None:
    """The labels that a source fills are the family's labels, in their order, each from one."""
    assert broken(lambda f: [n for n, _ in source(f).labels] == list(f.label_names), POLLED) == []
    for family in POLLED:
        origins = [*(origin for _, origin in source(family).labels), *source(family).summed]
        assert len(set(origins)) == len(origins)
        assert {origin.split(".")[0] for origin in origins} <= {"metric", "resource"}


def test_no_metric_is_read_twice() -> None:
    """A metric of a monitored resource is one family: nothing is paid for twice."""
    read = Counter((source(f).metric, source(f).resource) for f in POLLED)
    assert [metric for metric, number in read.items() if number > 1] == []


def test_types_follow_from_kinds() -> None:
    """What is a gauge there is one here; what adds up is a counter, or a histogram."""
    for family in POLLED:
        if source(family).kind is MetricKind.GAUGE:
            expected = Type.GAUGE
        elif source(family).value is ValueType.DISTRIBUTION:
            expected = Type.HISTOGRAM
        else:
            expected = Type.COUNTER
        assert expected is family.type


def test_bounds_lie_within_the_range_that_is_kept() -> None:
    """The values whose neighbours are never thinned away lie where bounds are kept."""
    assert broken(lambda f: f.span[0] < f.span[1]) == []
    assert broken(lambda f: all(f.span[0] <= near <= f.span[1] for near in f.near)) == []


def test_closed_sets_of_values_are_sets() -> None:
    """A closed set of label values holds each value once."""
    labels = [label for family in EVERY for label in family.labels]
    assert [label for label in labels if len(set(label.values)) < len(label.values)] == []
    assert [label.name for label in labels if not label.meaning] == []


def imported(statement: str) -> Iterator[str]:
    """Yield the top-level modules that a fresh interpreter holds after a statement."""
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    yield from (name.partition(".")[0] for name in done.stdout.split())


@pytest.mark.parametrize("module", ["exporter.catalog", "exporter.catalog.signals"])
def test_it_imports_the_standard_library_only(module: str) -> None:
    """Beside the project itself, the catalog loads nothing that Python does not bring."""
    before = set(imported("pass"))
    foreign = set(imported(f"import {module}")) - before - set(sys.stdlib_module_names)
    assert {"exporter"} == foreign
