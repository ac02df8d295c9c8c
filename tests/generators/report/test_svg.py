"""Small drawings keep to the limits that a panel fixes."""

from generators.report.display import Field
from generators.report.model import DrawnSeries
from generators.report.svg import HIGH, spark


def heights(field: Field) -> list[float]:
    """Return how high the points of a sparkline of 0.6 and 0.62 are, as shares of its box."""
    line, _ = spark(
        DrawnSeries(
            name="a", labels=(), field=field, color="green", times=(0.0, 60.0), values=(0.6, 0.62)
        )
    )
    return [1 - float(point.split(",")[1]) / HIGH for point in line[1:].split("L")]


def test_a_share_is_drawn_from_0_to_1() -> None:
    """Little noise stays little where the limits are known, and fills the box where not."""
    low, high = heights(Field(minimum=0, maximum=1))
    assert 0.5 < low < high < 0.7
    low, high = heights(Field())
    assert low < 0.1
    assert high > 0.9
