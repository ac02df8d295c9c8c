"""Points played step by step give what the exporter would have exposed."""

from dataclasses import replace

from exporter.backfill.playing import PlayedCounter, PlayedGauge
from exporter.backfill.reading import ReadPoint, WindowPoints
from exporter.catalog import CATALOG
from exporter.cloud_monitoring.ledger import Ledger
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.totals import Amount
from exporter.exposition.samples import Part
from tests.exporter.backfill.test_plan import COUNTER, CUT, GAUGE, family_cut

TAIL = ("ionmon", "a:1")
START = CUT - 3600


def points(name: str, *values: tuple[int, float], **labels: str) -> WindowPoints:
    """Return points of one series, by the seconds before the cut at which they end."""
    found = WindowPoints()
    names = CATALOG[name].label_names
    exported = tuple(labels.get(label, "") for label in names)
    for before, value in values:
        end = (CUT - before) * SECOND
        one = ReadPoint(
            key=str(labels),
            labels=exported,
            start=end - 60 * SECOND,
            end=end,
            amount=Amount(value=value),
        )
        found.by_step[-(-(CUT - before) // 60) * 60].append(one)
    return found


def counter() -> PlayedCounter:
    """Return a counter at its start."""
    ledger = replace(Ledger.begin(60 * SECOND, START * SECOND), first=False)
    return PlayedCounter(family_cut(COUNTER), ledger, TAIL)


def values(part: Part | None) -> dict[str, object]:
    """Return the samples of a counter by code class."""
    assert part is not None
    at = part.family.label_names.index("response_code_class")
    assert all(sample.labels[-2:] == TAIL for sample in part.samples)
    return {sample.labels[at]: sample.value for sample in part.samples}


def test_a_new_series_begins_with_zero() -> None:
    """Its first sample is 0, as are those of every class; the next one has all that it counted."""
    played = counter()
    found = points(COUNTER, (600, 5), (540, 2), response_code_class="2xx")
    first = values(played.play(CUT - 600, found))
    assert set(first.values()) == {0}
    assert {"2xx", "4xx", "5xx"} <= set(first)
    second = values(played.play(CUT - 540, found))
    assert (second["2xx"], second["5xx"]) == (7, 0)
    assert values(played.play(CUT - 480, found))["2xx"] == 7


def test_a_point_counts_once() -> None:
    """A point that comes twice, and one before the start, are not counted."""
    played = counter()
    found = points(COUNTER, (3600, 9), (600, 5), (600, 5), response_code_class="2xx")
    for at in range(START, CUT - 500, 60):
        part = played.play(at, found)
    assert values(part)["2xx"] == 5


def test_a_counter_ends_with_zero() -> None:
    """At its cut it has its value, a step later 0, and then it is gone."""
    played = counter()
    found = points(COUNTER, (600, 5), response_code_class="2xx")
    played.play(CUT - 600, found)
    assert values(played.play(CUT, found))["2xx"] == 5
    assert set(values(played.play(CUT + 60, found)).values()) == {0}
    assert played.play(CUT + 120, found) is None


def test_what_had_no_point_for_a_day_is_removed() -> None:
    """A series ends a day after its last point, and its rows are deleted from the totals."""
    cut = replace(family_cut(COUNTER), cut=CUT + 2 * 86400)
    ledger = replace(Ledger.begin(60 * SECOND, START * SECOND), first=False)
    played = PlayedCounter(cut, ledger, TAIL)
    played.play(CUT - 600, points(COUNTER, (600, 5), response_code_class="2xx"))
    hours = range(CUT // 3600 * 3600, CUT + 95000, 3600)
    counts = [len(values(played.play(at, WindowPoints()))) for at in hours]
    assert counts[0] > 0
    assert counts[-1] == 0
    assert len(played.gone[1]) == counts[0]


def test_a_gauge_stands_for_two_periods() -> None:
    """The newest point counts, until two periods have passed or the cut; labels join."""
    played = PlayedGauge(family_cut(GAUGE), TAIL)
    found = points(GAUGE, (630, 3.0), (600, 4.0), (540, float("nan")), state="active")
    found.by_step[CUT - 600] += points(GAUGE, (600, 1.0), state="idle").by_step[CUT - 600]
    part = played.play(CUT - 600, found)
    assert part is not None
    assert sorted(sample.value for sample in part.samples) == [1.0, 4.0]
    part = played.play(CUT - 540, found)
    assert part is not None
    assert [sample.value for sample in part.samples] == [1.0]
    part = played.play(CUT - 480, found)
    assert part is not None
    assert not part.samples
    assert played.play(CUT + 60, found) is None
