"""What counters have risen by, from snapshot to snapshot."""

from dataclasses import replace

from exporter.catalog import cloud_run
from exporter.catalog.model import Family
from exporter.catalog.signals import SIGNALS
from exporter.exposition.samples import Part, Sample
from exporter.exposition.snapshot import snapshot
from exporter.summary.evaluation import Window
from exporter.summary.totals import MOST, RisingTotals, TotalsReading
from exporter.summary.watched import watched_families

REQUESTS, INSTANCES = cloud_run.REQUESTS, cloud_run.INSTANCES


def part(family: Family, **values: float) -> Part:
    """Return a part with a series for each region."""
    names = family.label_names
    rows = ((dict.fromkeys(names, "x") | {"region": r}, value) for r, value in values.items())
    return Part(family, tuple(Sample(tuple(row[n] for n in names), value) for row, value in rows))


class Fed:
    """Totals that are fed with parts; a reading at each call, a second after the last."""

    def __init__(self) -> None:
        self.covered = 0.0
        self.totals = RisingTotals(watched_families(SIGNALS), lambda *_: self.covered)
        self.readings: list[TotalsReading] = []

    def feed(self, *parts: Part) -> None:
        """Expose these parts, and read."""
        self.totals.feed(snapshot(parts, len(self.readings)))
        self.readings.append(self.totals.reading(len(self.readings)))

    def since(self, first: int = 0) -> Window:
        """Return what rose from a reading to the last."""
        return self.readings[-1].since(self.readings[first])

    def rises(self, first: int = 0) -> dict[str, float]:
        """Return what requests rose by, by region."""
        found = self.since(first).rises[REQUESTS.name]
        at = found.labels.index("region")
        return {key[at]: value for key, value in found.values.items() if isinstance(value, float)}


def test_a_new_series_has_not_risen_yet() -> None:
    """What it shows first is a base; from then on it counts."""
    fed = Fed()
    fed.feed(part(REQUESTS, eu=100.0))
    assert fed.rises() == {"eu": 0}
    fed.feed(part(REQUESTS, eu=110.0, us=5.0))
    assert fed.rises() == {"eu": 10, "us": 0}
    fed.feed(part(REQUESTS, eu=111.0, us=7.0))
    assert fed.rises() == {"eu": 11, "us": 2}
    assert fed.rises(1) == {"eu": 1, "us": 2}


def test_parts_of_several_polls_add_up() -> None:
    """Only the replaced part is looked at; the other rises by nothing."""
    fed = Fed()
    first, second = part(REQUESTS, eu=1.0), part(REQUESTS, us=1.0)
    fed.feed(first, second)
    fed.feed(first, part(REQUESTS, us=4.0))
    assert fed.rises() == {"eu": 0, "us": 3}


def test_a_restart_counts_from_zero() -> None:
    """As in Prometheus: what is less than before is a rise of its own."""
    fed = Fed()
    fed.feed(part(REQUESTS, eu=100.0))
    fed.feed(part(REQUESTS, eu=8.0))
    assert fed.rises() == {"eu": 8}


def test_what_ends_is_gone_and_may_come_back() -> None:
    """A place without series has no rise, and begins anew later."""
    fed = Fed()
    fed.feed(part(REQUESTS, eu=1.0, us=1.0))
    fed.feed(part(REQUESTS, eu=2.0, us=9.0))
    fed.feed(part(REQUESTS, eu=3.0))
    assert fed.rises() == {"eu": 2}
    fed.feed(part(REQUESTS, eu=3.0, us=20.0))
    fed.feed(part(REQUESTS, eu=3.0, us=21.0))
    assert fed.rises(1) == {"eu": 1, "us": 1}


def test_a_label_that_is_new_makes_new_series() -> None:
    """An application's new version may have one: what it had counted is no rise."""
    fed = Fed()
    fed.feed(part(REQUESTS, eu=5.0))
    wider = replace(REQUESTS, labels=(*REQUESTS.labels, replace(REQUESTS.labels[0], name="new")))
    fed.feed(part(wider, eu=900.0))
    assert fed.rises() == {"eu": 0}


def test_source_time_is_that_of_the_events() -> None:
    """It is read when a part comes, and begins at the first one."""
    fed = Fed()
    fed.covered = 5000.0
    fed.feed(part(REQUESTS, eu=1.0))
    fed.covered = 5060.0
    same = part(REQUESTS, eu=2.0)
    fed.feed(same)
    fed.covered = 5120.0
    fed.feed(same)
    assert fed.since().covered == {("x", REQUESTS.name): 60.0}
    assert fed.since(1).covered == {("x", REQUESTS.name): 0.0}


def test_changes_of_a_gauge_are_counted() -> None:
    """Those of its sum at a place; the gauge itself is its last parts."""
    fed = Fed()
    for value in (3.0, 3.0, 4.0, 3.0):
        fed.feed(part(INSTANCES, eu=value, us=1.0))
    found = fed.since().changes[INSTANCES.name]
    assert sorted(value for value in found.values.values() if isinstance(value, float)) == [0, 2]
    assert fed.since().gauges[INSTANCES.name][0].samples[0].value == 3.0


def test_a_family_of_too_many_places_is_not_watched() -> None:
    """Nor a gauge of too many series, as long as it has them: memory and time are bounded."""
    fed, many = Fed(), {f"r{n}": 1.0 for n in range(MOST + 1)}
    fed.feed(part(REQUESTS, **many), part(INSTANCES, **many))
    fed.feed(part(REQUESTS, eu=1.0), part(INSTANCES, eu=1.0))
    assert fed.rises() == {}
    assert fed.readings[0].gauges.get(INSTANCES.name, ()) == ()
    assert len(fed.readings[1].gauges[INSTANCES.name]) == 1
