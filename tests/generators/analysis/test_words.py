"""What a person reads of an analysis: rows, and sentences where there are none."""

import math
from dataclasses import replace

import pytest

from exporter.catalog.model import Unit
from generators.analysis.model import (
    Analysis,
    Anomaly,
    Examined,
    Growth,
    NotKnown,
    PairMovement,
)
from generators.analysis.series_statistics import IntervalEstimate
from generators.analysis.words import MOST, WordedSection, sections, window
from generators.tuning.model import TimeGrid

DAY = 86400
GRID = TimeGrid(1_767_571_200, 300, 2017)
PLACE = (("gcp_project", "shop"), ("region", "eu"), ("service_name", "ion"))
ANOMALY = Anomaly(
    signal="error_rate",
    noun="error rate",
    unit=Unit.RATIO,
    alert="ErrorRateAnomaly",
    place=PLACE,
    start=GRID.start + 3600,
    end=GRID.start + 7200,
    seconds=3600,
    at=GRID.start + 3900,
    distance=9.25,
    value=0.042,
    centre=0.003,
    spread=0.004,
    fires=True,
)
GROWTH = Growth(
    alert="DiskTrend",
    subject="disk",
    unit=Unit.RATIO,
    place=PLACE,
    limit=1.0,
    level=0.8,
    peak=0.81,
    slope=IntervalEstimate(0.01 / DAY, 0.008 / DAY, 0.012 / DAY),
    seconds=IntervalEstimate(19.0 * DAY, 16.0 * DAY, 24.0 * DAY),
    rule_slope=1e-7,
    rule_seconds=20.0 * DAY,
    within=3.0 * DAY,
)
PAIR = PairMovement(
    pair="a_b",
    effect="response time",
    cause="query time",
    place=PLACE[:2],
    strongest=0.93,
    at=GRID.start,
    above=7200,
    since=GRID.start,
    fires=False,
    rank=IntervalEstimate(0.7, 0.5, 0.8),
)


def read(
    anomalies: tuple[Anomaly, ...] = (),
    growth: tuple[Growth, ...] = (),
    pairs: tuple[PairMovement, ...] = (),
    not_known: tuple[NotKnown, ...] = (),
) -> tuple[WordedSection, ...]:
    """Return the sections of an analysis of five series each."""
    return sections(
        Analysis(
            window=GRID,
            anomalies=Examined(5, anomalies, not_known),
            growth=Examined(5, growth, ()),
            pairs=Examined(5, pairs, ()),
        )
    )


def test_a_row_of_each_kind() -> None:
    """Values have their units, places no project where there is one, intervals both ends."""
    odd, grown, pairs, unknown = read((ANOMALY,), (GROWTH,), (PAIR,))
    assert odd.rows == (
        ("2026-01-05 01:00", "1h", "error rate", "ion in eu", "4.2%", "0.3%", "9.2× above",
         "ErrorRateAnomaly"),
    )  # fmt: skip
    assert odd.title.startswith("Anomalies: 1 stretch outside")
    assert grown.rows == (("disk", "ion in eu", "80%", "+1%", "100%", "19d (16d to 24d)", "20d"),)
    assert pairs.rows == (
        ("response time moves with query time", "in eu", "0.93", "2h", "before 2026-01-05 00:00",
         "0.70 (0.50 to 0.80)", ""),
    )  # fmt: skip
    assert unknown == WordedSection(
        title="Not known: nothing is missing in this window", head=unknown.head, rows=()
    )


def test_nothing_found() -> None:
    """It is said how much was looked at."""
    odd, grown, pairs, _ = read((), (replace(GROWTH, slope=None, seconds=None),), ())
    assert read((), (replace(GROWTH, slope=None, rule_seconds=None),), ())[1].title == (
        "Growth: not known, none of 1 level has a slope"
    )
    assert (odd.title, odd.rows) == ("Anomalies: none, in 5 series", ())
    assert grown.title == "Growth: no level reaches its limit within 90 days, of 1"
    assert pairs.title == "Pairs: not known, nothing has data"


@pytest.mark.parametrize(
    ("change", "listed"),
    [
        ({}, True),
        ({"seconds": IntervalEstimate(100.0 * DAY, 80.0 * DAY, 120.0 * DAY)}, False),
        ({"slope": IntervalEstimate(1e-7, -1e-8, 2e-7)}, False),
        ({"slope": IntervalEstimate(1e-7, -1e-8, 2e-7), "rule_seconds": 2.0 * DAY}, True),
        ({"slope": None, "seconds": None, "rule_seconds": None}, False),
    ],
)
def test_what_grows_is_listed(
    change: dict[str, IntervalEstimate | float | None], *, listed: bool
) -> None:
    """A level that surely grows and is full within 90 days, or whose alert's rule says so."""
    _, grown, *_ = read(growth=(replace(GROWTH, **change),))  # type: ignore[arg-type]
    assert bool(grown.rows) is listed


def test_what_may_never_be_full() -> None:
    """An open interval has its nearer end; what does not surely grow has no time."""
    opened = replace(GROWTH, seconds=IntervalEstimate(19.0 * DAY, 16.0 * DAY, math.inf))
    steady = replace(GROWTH, slope=IntervalEstimate(1e-7, -1e-8, 2e-7), rule_seconds=2.0 * DAY)
    _, grown, *_ = read(growth=(opened, steady))
    assert [row[5] for row in grown.rows] == ["19d (16d or later)", "no steady growth"]


def test_what_goes_on() -> None:
    """It lasts so far; what was there from the start began before."""
    (row,) = read((replace(ANOMALY, start=GRID.start, end=None, distance=-4.5),))[0].rows
    assert row[:2] == ("before 2026-01-05 00:00", "1h so far")
    assert row[6] == "4.5× below"


def test_pairs_that_are_listed() -> None:
    """By ranks, against each other, too; or by the rule alone, which was once."""
    none = replace(PAIR, above=0, since=None, rank=IntervalEstimate(0.5, 0.2, 0.7))
    against = replace(none, rank=IntervalEstimate(-0.7, -0.8, -0.5))
    once = replace(PAIR, rank=None)
    *_, pairs, _ = read(pairs=(none, against, once))
    assert [row[0].split()[2:4] for row in pairs.rows] == [["moves", "against"], ["moved", "with"]]
    assert pairs.rows[1][5] == "not known"
    assert pairs.title == "Pairs: 2 of 3 declared pairs moved together"


def test_long_lists_are_cut() -> None:
    """Twenty stretches are shown, and it is said how many are not."""
    odd = read((ANOMALY,) * (MOST + 3))[0]
    assert (len(odd.rows), odd.note) == (MOST, "and 3 more; --json has all")


def test_what_is_not_known_is_gathered() -> None:
    """One row a reason, with three places, the longest time, and projects where there are two."""
    places = [(("gcp_project", f"p{n}"), ("region", "eu")) for n in range(5)]
    found = tuple(NotKnown("error rate", p, 300 * (n + 1), "no data") for n, p in enumerate(places))
    unknown = read(not_known=found)[3]
    assert unknown.rows == (
        ("error rate", "in eu (p4), in eu (p3), in eu (p2) and 2 more", "25m", "no data"),
    )


def test_a_short_window_says_what_it_cannot_tell() -> None:
    """Under three days, a rise of every morning is growth: that is said beside what grows."""
    short = Analysis(
        window=TimeGrid(GRID.start, 300, 289),
        anomalies=Examined(0, (), ()),
        growth=Examined(1, (GROWTH,), ()),
        pairs=Examined(0, (), ()),
    )
    assert sections(short)[1].note.startswith("Within less than 3 days,")
    assert window(short) == "2026-01-05 00:00 to 2026-01-06 00:00 UTC"
