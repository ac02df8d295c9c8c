"""How finely charts are drawn: as pixels show, unless the page would get too heavy for a mail."""

from collections.abc import Sequence
from dataclasses import dataclass

# Bytes, measured on pages of the dashboards.
_HEAVIEST = 385_000  # of a page: less than 400 kB, for what is not counted here
_FRAME, _PANEL, _SERIES = 36_000, 2_200, 400
_POINT, _VALUE, _RANGE = 5.2, 13.0, 26.0  # of a path; of a table: a value, or the ends of a range
_LEAST = 100_000  # that charts have, however much else there is
_OF_PATHS = 0.55
_FINEST, _COARSEST, _FEWEST = 700, 40, 12


@dataclass(frozen=True, slots=True)
class ChartDetail:
    """How many columns a chart has at most, and its table rows; a column has two points."""

    columns: int
    rows: int


def detail(panels: int, lengths: Sequence[int], beside: int = 0) -> ChartDetail:
    """Return the detail of the charts of a page.

    lengths  of the series of all its panels, in points
    beside   bytes of what the page has beside its panels
    """
    fixed = _FRAME + beside + _PANEL * panels + _SERIES * len(lengths)
    left = max(_LEAST, _HEAVIEST - fixed)
    longest = max(lengths, default=1)
    if sum(lengths) * (_POINT + _VALUE) <= left:
        return ChartDetail(_FINEST, longest)
    each = left / len(lengths)
    return ChartDetail(
        columns=min(_FINEST, max(_COARSEST, round(each * _OF_PATHS / _POINT / 2))),
        rows=min(longest, max(_FEWEST, round(each * (1 - _OF_PATHS) / _RANGE))),
    )
