"""Which places are read, what a query takes, and what a window is made of."""

import numpy as np
import pytest

from exporter.errors import IonmonError
from exporter.settings import Settings
from generators.analysis.chosen_places import chosen
from generators.analysis.reading import SeriesReader, before, recorded_or, seconds_of, stretches
from generators.tuning.model import TimeGrid
from tests.generators.analysis.hand_source import HandSource

GRID = TimeGrid(1_767_571_200, 300, 13)
SETTINGS = Settings.model_validate({"services": {"shop": {"databases": ["shop-db"]}}})
SHOP = (("region", "eu"), ("service_name", "shop"))
OTHER = (("region", "us"), ("service_name", "other"))
POOL = (("region", "eu"),)
DATABASE, CACHE = (("database_id", "shop-db"), ("region", "us")), (("redis_id", "cache"),)


@pytest.mark.parametrize(
    ("service", "region", "taken"),
    [
        ("", "", {SHOP, OTHER, POOL, DATABASE, CACHE}),
        ("shop", "", {SHOP, POOL, DATABASE}),
        ("", "eu", {SHOP, POOL, CACHE}),
        ("shop", "us", {DATABASE}),
        ("other", "", {OTHER, POOL}),
    ],
)
def test_chosen_places(service: str, region: str, taken: set[object]) -> None:
    """A service has its databases, no other's caches, and what belongs to no service."""
    places = chosen(SETTINGS, service, region)
    assert {p for p in (SHOP, OTHER, POOL, DATABASE, CACHE) if places.takes(p)} == taken


def test_series_are_known_by_their_place() -> None:
    """The name of a series is no part of its place, and what is not chosen is left out."""
    named = (("__name__", "x"), *SHOP)
    hand = HandSource({"x": {named: [1.0], OTHER: [2.0]}})
    shown: list[str] = []
    reader = SeriesReader(hand, chosen(SETTINGS, "shop", ""), shown.append)
    found = reader.read("x", GRID, "the x")
    assert [*found] == [SHOP]
    assert found[SHOP][-1] == 1
    assert shown == ["the x"]


@pytest.mark.parametrize(("service", "region"), [("shop", "eu"), ("other", "us"), ("", "")])
def test_names_that_something_has(service: str, region: str) -> None:
    """They are no error, even where nothing has both."""
    reader = SeriesReader(
        HandSource({"x": {SHOP: [1.0], OTHER: [2.0]}}), chosen(SETTINGS, service, region)
    )
    reader.read("x", GRID, "")
    reader.check_names()


def test_names_that_nothing_has() -> None:
    """What there is, is named; also where it was read and not chosen."""
    hand = HandSource({"x": {SHOP: [1.0], OTHER: [2.0]}})
    for service, region, said in (
        ("shpo", "", "--service shpo: nothing in this window is of it; there is other, shop"),
        ("", "asia", "--region asia: nothing in this window is of it; there is eu, us"),
    ):
        reader = SeriesReader(hand, chosen(SETTINGS, service, region))
        reader.read("x", GRID, "")
        with pytest.raises(IonmonError, match=said):
            reader.check_names()


def test_what_rules_recorded_comes_first() -> None:
    """The expression stands in only where the recorded series has no value; the name is dropped."""
    assert recorded_or("a:b:c", "x\nor\ny", ("region",)) == "max by (region) (a:b:c or (x\nor\ny))"


def test_stretches() -> None:
    """Each run of true values has its beginning, and the first place after it."""
    flags = np.array([True, False, True, True, False, True])
    assert [*stretches(flags)] == [(0, 1), (2, 4), (5, 6)]
    assert not [*stretches(np.zeros(3, dtype=np.bool_))]


def test_times_of_a_grid() -> None:
    """A longer grid ends alike; flags of a whole grid last as long as it does."""
    wide = before(GRID, 3601)
    assert (wide.end, wide.start, wide.count) == (GRID.end, GRID.start - 3900, 26)
    assert seconds_of(np.ones(13, dtype=np.bool_), GRID) == 3600
    assert seconds_of(np.arange(13) < 2, GRID) == 600
