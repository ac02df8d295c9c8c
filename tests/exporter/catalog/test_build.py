"""One row of the catalog becomes one family with its source."""

from exporter.catalog.build import DIST, INT, MILLI, D, G, Reads, Resource
from exporter.catalog.model import CloudMonitoring, Family, Label, Reduce, Type, Unit

ZONE = Label("area", "where it is")
STATE = Label("state", "how it is", ("on", "off"))
THING = Resource(prefix="p/", type="thing", labels=((ZONE, "location"),), summed=("id",), delay=90)


def test_a_row_is_a_family_with_its_source() -> None:
    """Labels of the resource come first, then the metric's, and what is summed is named."""
    reads = Reads(
        kind=D,
        value=DIST,
        unit=Unit.SECONDS,
        labels=((STATE, "s"),),
        summed=("code",),
        scale=MILLI,
        near=(0.1,),
    )
    expected = Family(
        name="t_seconds",
        type=Type.HISTOGRAM,
        unit=Unit.SECONDS,
        help="Time. [p/time, DELTA, read in the background]",
        labels=(ZONE, STATE),
        source=CloudMonitoring(
            metric="p/time",
            resource="thing",
            kind=D,
            value=DIST,
            labels=(("area", "resource.location"), ("state", "metric.s")),
            summed=("resource.id", "metric.code"),
            scale=1e-3,
            reduce=Reduce.SUM,
            delay=90,
        ),
        near=(0.1,),
    )
    assert expected == THING.metric("t_seconds", "time", reads, "Time.")


def test_the_type_follows_from_kind_and_value() -> None:
    """A GAUGE is a gauge, even of distributions; what adds up counts."""
    found = [
        THING.metric("t", "t", Reads(kind=kind, value=value), "T.").type
        for kind, value in ((G, INT), (G, DIST), (D, INT), (D, DIST))
    ]
    assert found == [Type.GAUGE, Type.GAUGE, Type.COUNTER, Type.HISTOGRAM]
