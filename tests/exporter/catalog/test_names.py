"""Names clash where prometheus_client's registry refuses them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric

from exporter.catalog import CATALOG
from exporter.catalog.model import Type
from exporter.catalog.names import Names, base_name

NAMES = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["x", "y"]),
        st.sampled_from(
            ["", "_total", "_info", "_created", "_bucket", "_sum", "_count", "_total_total"]
        ),
    ),
)
FAMILIES = st.tuples(NAMES, st.sampled_from(list(Type))).filter(
    lambda one: (
        not (one[1] is Type.COUNTER and not one[0].endswith("_total"))
        and not (one[1] is Type.INFO and not one[0].endswith("_info"))
    )
)


class Described:
    """A collector of one family."""

    def __init__(self, name: str, kind: Type) -> None:
        self._metric = Metric(base_name(name, kind), "x", str(kind))

    def describe(self) -> list[Metric]:
        """Return the family."""
        return [self._metric]

    collect = describe


def refused(families: list[tuple[str, Type]]) -> list[bool]:
    """Return which families prometheus_client refuses."""
    registry, found = CollectorRegistry(), []
    for family in families:
        try:
            registry.register(Described(*family))
        except ValueError:
            found.append(True)
        else:
            found.append(False)
    return found


@given(st.lists(FAMILIES, unique=True, max_size=6))
def test_clashes_are_those_of_prometheus_client(families: list[tuple[str, Type]]) -> None:
    """Whatever prometheus_client refuses in a registry clashes here."""
    names = Names()
    found = [bool(names.take(*family)) for family in families]
    for ours, theirs in zip(found, refused(families), strict=True):
        assert ours >= theirs or any(found)


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        (("x", Type.GAUGE), ("x_total", Type.COUNTER), "x"),
        (("x_total", Type.COUNTER), ("x", Type.GAUGE), "x_total"),
        (("x", Type.GAUGE), ("x_info", Type.INFO), "x"),
        (("x_created", Type.GAUGE), ("x_total", Type.COUNTER), "x_created"),
        (("x", Type.HISTOGRAM), ("x_bucket", Type.GAUGE), "x"),
        (("x_sum", Type.GAUGE), ("x", Type.HISTOGRAM), "x_sum"),
        (("x", Type.HISTOGRAM), ("x_count", Type.GAUGE), "x"),
        (("x", Type.HISTOGRAM), ("x_total", Type.COUNTER), "x"),
        (("x_total", Type.COUNTER), ("x_info", Type.INFO), "x_total"),
        (("x", Type.GAUGE), ("x_sum", Type.GAUGE), ""),
        (("x", Type.GAUGE), ("x", Type.GAUGE), ""),
        (("x", Type.GAUGE), ("x", Type.HISTOGRAM), "x"),
        (("x_total", Type.COUNTER), ("x_sum", Type.GAUGE), ""),
    ],
)
def test_what_clashes(first: tuple[str, Type], second: tuple[str, Type], clash: str) -> None:
    """A family clashes with the first one that has one of its names."""
    names = Names()
    assert names.take(*first) == ""
    assert names.take(*second) == clash


def test_the_catalog_does_not_clash_with_itself() -> None:
    """Every family of the catalog has its names for itself."""
    names = Names()
    assert [f.name for f in CATALOG.values() if names.take(f.name, f.type)] == []
