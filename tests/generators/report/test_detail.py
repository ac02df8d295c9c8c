"""A page keeps its weight: the more series it has, the coarser each is."""

from generators.report.detail import detail


def test_the_more_the_coarser() -> None:
    """Few series have all that pixels show; however many, each keeps a shape and some rows."""
    few, many, crowd = (detail(count) for count in (1, 100, 5000))
    assert (few.columns, few.rows) == (700, 150)
    assert few.columns > many.columns > crowd.columns >= 60
    assert few.rows > many.rows > crowd.rows >= 24
