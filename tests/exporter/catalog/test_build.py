"""One row of the catalog becomes one family with its source."""

from exporter.catalog.build import DIST, INT, MILLI, D, G, Reads, Resource
from exporter.catalog.model import CloudMonitoring, Family, Label, Reduce, Type, Unit

ZONE = Label("area", "where it is")
STATE = Label("state", "how it is", ("on", "off"))
THING = Resource("p/", "thing", ((ZONE, "location"),), ("id",), delay=90)


def test_a_row_is_a_family_with_its_source() -> None:
    """Labels of the resource come first, then the metric's, and what is summed is named."""
    reads = Reads(D, DIST, Unit.SECONDS, ((STATE, "s"),), ("code",), MILLI, near=(0.1,))
    expected = Family(
        "t_seconds",
        Type.HISTOGRAM,
        Unit.SECONDS,
        "Time. [p/time, DELTA, read in the background]",
        (ZONE, STATE),
        CloudMonitoring(
            "p/time",
            "thing",
            D,
            DIST,
            (("area", "resource.location"), ("state", "metric.s")),
            ("resource.id", "metric.code"),
            1e-3,
            Reduce.SUM,
            delay=90,
        ),
        (0.1,),
    )
    assert expected == THING.metric("t_seconds", "time", reads, "Time.")


def test_the_type_follows_from_kind_and_value() -> None:
    """A GAUGE is a gauge, even of distributions; what adds up counts."""
    found = [
        THING.metric("t", "t", Reads(kind, value), "T.").type
        for kind, value in ((G, INT), (G, DIST), (D, INT), (D, DIST))
    ]
    assert found == [Type.GAUGE, Type.GAUGE, Type.COUNTER, Type.HISTOGRAM]
