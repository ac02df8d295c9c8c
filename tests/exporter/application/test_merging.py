"""Instances and versions of an application are merged exactly; what does not fit costs itself."""

from itertools import permutations

import pytest

from exporter.application.memory import Memory
from exporter.application.merging import Merger
from exporter.application.state import StoredLevel
from exporter.catalog.application import ACTIVE_USERS, REQUESTS
from exporter.exposition.samples import Buckets, Sample
from tests.exporter.application.states import (
    NOW,
    Layout,
    counter,
    gauge,
    histogram,
    merged,
    samples,
    scraped,
    state,
)

ORDERS = counter("kind", "pay")


def test_a_counter_has_its_total_and_when_it_began() -> None:
    """A whole number is written as one; created is when Redis began to count."""
    shape = counter("region")
    layout = Layout().count("c_total", shape, ("us",), 3).count("c_total", shape, ("eu",), 0.5)
    (part,) = merged(layout).parts
    assert part.samples == (Sample(("us",), 3, 7.0), Sample(("eu",), 0.5, 7.0))
    assert [type(sample.value) for sample in part.samples] == [int, float]


def test_swapped_labels_are_one_series() -> None:
    """Versions that name the same labels in another order count the same orders."""
    swapped = counter("pay", "kind")
    layout = Layout().count("orders_total", ORDERS, ("book", "card"), 100)
    layout.count("orders_total", swapped, ("card", "book"), 20, at=2.0)
    assert samples(merged(layout), "app_orders_total") == {"kind=book,pay=card": 120}


def test_a_label_more_makes_series_beside_the_old_ones() -> None:
    """The family has the labels of all versions; an old series has an empty one."""
    shape = counter("shop", "pay", "kind")
    layout = Layout().count("orders_total", ORDERS, ("book", "card"), 100)
    layout.count("orders_total", shape, ("web", "card", "book"), 20, at=2.0)
    layout.count("orders_total", shape, ("", "card", "book"), 3, at=2.0)
    found = merged(layout)
    assert samples(found, "app_orders_total") == {
        "kind=book,pay=card": 103,
        "kind=book,pay=card,shop=web": 20,
    }
    assert (found.notes, +found.dropped) == ([], {})


@pytest.mark.parametrize("turn", list(permutations(range(3))))
def test_three_versions_and_both_layouts_add_up(turn: tuple[int, ...]) -> None:
    """In whatever order they are announced, the same series and the same label order appear."""
    shapes = (counter("a"), counter("b", "a"), counter("a", "c"))
    new, old = Layout(), Layout(1)
    values = {shapes[0]: ("1",), shapes[1]: ("", "1"), shapes[2]: ("1", "x")}
    for at, index in enumerate(turn):
        new.count("n_total", shapes[index], values[shapes[index]], 10**index, at=float(at))
    old.count("n_total", shapes[0], ("1",), 1000)
    found = merged(new, old)
    assert samples(found, "app_n_total") == {"a=1": 1011, "a=1,c=x": 100}
    assert found.parts[0].family.label_names[0] == "a"


@pytest.mark.parametrize(("first", "kind"), [(1.0, "gauge"), (3.0, "counter")])
def test_of_contradicting_types_the_last_announced_is_exposed(first: float, kind: str) -> None:
    """The others are counted as left out, and noted; a description by its name is none twice."""
    layout = Layout().count("x_total", counter(), (), 5, at=first)
    layout.set("i", "x_total", gauge(), (), 7.0)
    layout.schemas["x_total", gauge().digest] = layout.schemas["x_total", gauge().digest].__class__(
        gauge(), 2.0
    )
    found = merged(layout)
    assert [str(part.family.type) for part in found.parts] == [kind]
    assert +found.dropped == {("app_x_total", "type"): 1}
    assert "was announced last; rename one" in found.notes[0]


def test_a_prefix_of_ones_own_is_the_same_name() -> None:
    """`x` and `app_x` meet under one exported name, with the labels of both."""
    layout = Layout().count("x_total", counter("a"), ("1",), 5)
    layout.count("app_x_total", counter("a", "b"), ("1", "2"), 6).count(
        "app_x_total", counter("a", "b"), ("1", ""), 1
    )
    assert samples(merged(layout), "app_x_total") == {"a=1": 6, "a=1,b=2": 6}


def test_a_catalog_family_keeps_its_labels() -> None:
    """A version with a label less or more is counted, too: by its own labels and the catalog's."""
    less = counter("region", "endpoint", "method")
    more = counter("region", "endpoint", "method", "response_code_class", "shop")
    layout = Layout().count("app_requests_total", less, ("eu", "/a", "GET"), 2)
    layout.count("app_requests_total", more, ("eu", "/a", "GET", "2xx", "s"), 3)
    found = merged(layout)
    assert found.parts[0].family.label_names == (*REQUESTS.label_names, "shop")
    assert samples(found, "app_requests_total") == {
        "endpoint=/a,method=GET,region=eu": 2,
        "endpoint=/a,method=GET,region=eu,response_code_class=2xx,shop=s": 3,
    }


def test_a_total_never_falls() -> None:
    """What a failover took back is shown on, also while nothing is there."""
    merger, found = Merger(120.0, 100), []
    for total in (9.0, 5.0, None):
        layout = Layout()
        if total is None:
            layout.meta = {}
        else:
            layout.count("c_total", counter(), (), total)
        found.append(merger.merge(state(layout), NOW, scraped).parts[0].samples)
    assert found == [(Sample((), 9, 7.0),)] * 3


def test_a_part_that_did_not_change_is_the_same() -> None:
    """So that its encoding can be kept; a changed one is another."""
    merger, layout = Merger(120.0, 100), Layout()
    for name in ("a_total", "b_total"):
        layout.count(name, counter(), (), 1)
    first = merger.merge(state(layout), NOW, scraped).parts
    layout.count("b_total", counter(), (), 2, at=9.0)
    again = merger.merge(state(layout), NOW, scraped).parts
    assert (first[0] is again[0], first[1] is again[1]) == (True, False)


def test_a_new_series_shows_zero_until_scrapers_came() -> None:
    """Later than the first reading, so that an increase sees its first counts."""
    merger, layout, found = Merger(120.0, 100), Layout(), []
    layout.count("c_total", counter("a"), ("old",), 3)
    for seen in (False, False, False, True):
        given = merger.merge(state(layout), NOW, lambda _, seen=seen: seen)  # type: ignore[misc]
        found.append(samples(given, "app_c_total"))
        layout.count("c_total", counter("a"), ("new",), 5)
    assert found == [{"a=old": 3}, *[{"a=old": 3, "a=new": 0}] * 2, {"a=old": 3, "a=new": 5}]


def test_series_that_were_saved_are_not_new() -> None:
    """An exporter that starts again, in front of an empty Redis, shows their values at once."""
    merger, layout = Merger(120.0, 100), Layout()
    layout.count("c_total", counter("a"), ("old",), 3)
    merger.merge(state(layout), NOW, scraped)
    saved = Memory(merger.memory.marks, merger.memory.schemas, first=False)
    layout.count("c_total", counter("a"), ("new",), 5)
    found = Merger(120.0, 100, saved).merge(state(layout), NOW, lambda _: False)
    assert samples(found, "app_c_total") == {"a=old": 3, "a=new": 0}


def test_counts_that_were_there_before_their_description_are_shown_with_it() -> None:
    """Nothing rose when it came, and the family is the one that was shown before."""
    merger, new, old = Merger(120.0, 100), Layout(), Layout(1)
    new.count("orders_total", ORDERS, ("book", "card"), 100)
    old.totals[old.name("orders_total", ORDERS, "", ("book", "card"))] = 20.0
    before = merger.merge(state(new, old), NOW, scraped)
    assert samples(before, "app_orders_total") == {"kind=book,pay=card": 100}
    old.describe("orders_total", ORDERS)
    found = merger.merge(state(new, old), NOW, scraped)
    assert samples(found, "app_orders_total") == {"kind=book,pay=card": 120}


def test_a_version_s_new_fields_of_a_known_series_are_not_new() -> None:
    """A series that goes on in another schema does not go back to zero."""
    merger, layout = Merger(120.0, 100), Layout()
    layout.count("orders_total", ORDERS, ("book", "card"), 100)
    merger.merge(state(layout), NOW, scraped)
    layout.count("orders_total", counter("pay", "kind"), ("card", "book"), 20, at=2.0)
    found = merger.merge(state(layout), NOW, lambda _: False)
    assert samples(found, "app_orders_total") == {"kind=book,pay=card": 120}


def test_what_cannot_be_merged_costs_only_itself() -> None:
    """It is noted and counted with its reason; all else is shown."""
    layout = Layout().count("good_total", counter(), (), 1)
    layout.set("i", "g", gauge("region"), ("us",), 1.0)
    layout.set("i", "app_requests_total", gauge(), (), 1.0)
    layout.totals["nothing"] = 1.0
    layout.totals[layout.name("lost_total", counter("q"), "", ("1",))] = 1.0
    layout.count("short_total", counter("a", "b"), ("1",), 1)
    layout.count("h", histogram((1.0,)), (), {"what": 1, "1.0": 2})
    found = merged(layout)
    assert samples(found, "app_good_total") == {"": 1}
    assert samples(found, "app_g") == {"region=us": 1.0}
    assert samples(found, "app_h") == {"": Buckets((1.0,), (2, 0), 0.0)}
    assert +found.dropped == {
        ("app_requests_total", "type"): 1,
        ("totals", "unreadable"): 1,
        ("app_lost_total", "schema"): 1,
        ("app_short_total", "labels"): 1,
        ("app_h", "labels"): 1,
    }
    assert len(found.notes) == 5


def test_at_the_limit_the_series_that_rose_last_are_kept() -> None:
    """A new version's series fit: those that have not risen for longest are dropped first."""
    merger, layout, shape = Merger(120.0, 3), Layout(), counter("v")
    for number in range(6):
        layout.count("c_total", shape, (f"v{number}",), 1)
        found = merger.merge(state(layout, now=NOW + number), NOW, scraped)
    assert set(samples(found, "app_c_total")) == {"v=v3", "v=v4", "v=v5"}
    layout.count("c_total", shape, ("v1",), 2)
    found = merger.merge(state(layout, now=NOW + 6), NOW, scraped)
    assert set(samples(found, "app_c_total")) == {"v=v1", "v=v4", "v=v5"}
    assert found.dropped["app_c_total", "limit"] == 3
    assert "more than 3 series, those that rose longest ago" in found.notes[0]


def test_equally_busy_series_at_the_limit_stay_the_same() -> None:
    """Series that all rise do not take turns on the page."""
    merger, shape, shown = Merger(120.0, 3), counter("v"), []
    for turn in range(4):
        layout = Layout()
        for number in range(6):
            layout.count("c_total", shape, (f"v{number}",), turn + 1)
        found = merger.merge(state(layout, now=NOW + turn), NOW, scraped)
        shown.append(set(samples(found, "app_c_total")))
    assert shown == [shown[0]] * 4


def test_what_is_forgotten_begins_anew() -> None:
    """Fields that Redis has no more are gone; a series that comes back is shown at zero first."""
    merger, shape = Merger(120.0, 100), counter("a")
    layout = Layout().count("c_total", shape, ("x",), 9).count("c_total", shape, ("y",), 8)
    merger.merge(state(layout), NOW, scraped)
    del layout.totals[layout.name("c_total", shape, "", ("x",))]
    merger.forget(layout.read(), {"c_total"})
    assert samples(merger.merge(state(layout), NOW, scraped), "app_c_total") == {"a=y": 8}
    layout.count("c_total", shape, ("x",), 2)
    found = merger.merge(state(layout), NOW, lambda _: False)
    assert samples(found, "app_c_total") == {"a=y": 8, "a=x": 0}


def test_a_family_that_is_forgotten_is_gone_with_its_description() -> None:
    """What Redis describes no more is exposed no more; another family stays."""
    merger, shape = Merger(120.0, 100), counter("a")
    layout = Layout().count("c_total", shape, ("x",), 9).count("d_total", shape, ("x",), 8)
    merger.merge(state(layout), NOW, scraped)
    left = Layout().count("d_total", shape, ("x",), 8)
    merger.forget(left.read(), {"c_total"})
    found = merger.merge(state(left), NOW, scraped)
    assert [part.family.name for part in found.parts] == ["app_d_total"]


def test_what_began_anew_before_it_was_read_is_lowered_and_nothing_else_is() -> None:
    """A living instance counts at once; what Redis lost of other families stays as it was."""
    merger, shape = Merger(120.0, 100), counter("a")
    layout = Layout().count("c_total", shape, ("x",), 9).count("d_total", shape, ("x",), 8)
    layout.count("e_total", shape, ("x",), 7)
    merger.merge(state(layout), NOW, scraped)
    layout.count("c_total", shape, ("x",), 2).count("d_total", shape, ("x",), 1)
    del layout.totals[layout.name("e_total", shape, "", ("x",))]
    del layout.schemas["e_total", shape.digest]
    layout.meta |= {"forgotten": "3", "forgotten:c_total": "3", "forgotten:d_total": "2"}
    assert layout.read().forgotten(2.0) == {"c_total"}
    merger.forget(layout.read(), layout.read().forgotten(2.0))
    found = merger.merge(state(layout), NOW, scraped)
    shown = [samples(found, f"app_{name}_total") for name in "cde"]
    assert shown == [{"a=x": 2}, {"a=x": 8}, {"a=x": 7}]


def test_a_gauge_s_field_without_a_name_is_noted() -> None:
    """Another program's field costs itself, is counted and named."""
    layout = Layout().set("i", "depth", gauge(), (), 3)
    layout.gauges["i", "other"] = StoredLevel(1.0, 5.0)
    found = Merger(120.0, 100).merge(state(layout), NOW, scraped)
    assert samples(found, "app_depth") == {"": 3}
    assert found.dropped["gauges", "unreadable"] == 1
    assert ["'other'" in note for note in found.notes] == [True]


def test_users_are_a_gauge_of_region_and_window() -> None:
    """Estimates are shown as they are."""
    merger = Merger(120.0, 100, Memory())
    found = merger.merge(state(), NOW, scraped)
    merger.show_users({("us", "5m"): 3, ("us", "1h"): 4}, found)
    assert [part.family for part in found.parts] == [ACTIVE_USERS]
    assert samples(found, "app_active_users") == {
        "region=us,window=5m": 3,
        "region=us,window=1h": 4,
    }


def test_label_values_are_cleaned_and_stay_apart() -> None:
    """Control characters, lone surrogates and endless values become text; all are counted."""
    layout, shape = Layout(), counter("a")
    for value in ("a\x1fb", "a\x00b", "\ud800", "x" * 100_000, "fine"):
        layout.count("c_total", shape, (value,), 1)
    layout.set("i", "g", gauge("a"), ("a\nb",), 1.0)
    found = merged(layout)
    (values, gauges) = (samples(found, name) for name in ("app_c_total", "app_g"))
    assert len(values) == 5
    assert "a=fine" in values
    assert all(name.isprintable() and len(name) <= 202 for name in (*values, *gauges))
    assert found.cleaned == {"app_c_total": 4, "app_g": 1}
