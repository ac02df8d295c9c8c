"""A page keeps its weight: the more series it has, the coarser each is."""

from generators.report.detail import detail


def test_the_more_the_coarser() -> None:
    """Few points are all shown; however many, each series keeps a shape and some rows."""
    few, many, crowd = (detail(20, [361] * count) for count in (5, 100, 5000))
    assert (few.columns, few.rows) == (700, 361)
    assert few.columns > many.columns > crowd.columns >= 40
    assert few.rows > many.rows > crowd.rows >= 12


def test_a_page_without_charts_has_a_detail() -> None:
    """Nothing is asked of it."""
    assert detail(3, []).columns == 700
