"""How finely charts are drawn: as pixels show, unless the page would get too heavy for a mail."""

from dataclasses import dataclass

# Of a whole page, so that it keeps within 400 kB: a point is about 5 bytes, a value about 14.
_POINTS, _VALUES = 32_000, 10_000
_FINEST, _COARSEST = 700, 60  # columns of a chart
_MOST, _FEWEST = 150, 24  # rows of a table of values


@dataclass(frozen=True, slots=True)
class ChartDetail:
    """How many columns a chart has at most, and its table rows; a column has two points."""

    columns: int
    rows: int


def detail(series: int) -> ChartDetail:
    """Return the detail of the charts of a page with so many series."""
    many = max(1, series)
    return ChartDetail(
        columns=min(_FINEST, max(_COARSEST, _POINTS // many // 2)),
        rows=min(_MOST, max(_FEWEST, _VALUES // many)),
    )
