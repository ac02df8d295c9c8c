"""Writes a flush as the arguments of the script FLUSH."""

import secrets
from collections.abc import Iterable, Iterator, Mapping

from .layout import MOST_FIELDS, Shape
from .sending import Dated, Flush


def arguments(flush: Flush, instance: str, epoch: str, now: float) -> list[object]:
    """Return the arguments in the order of the script; `now` is of a monotonic clock."""
    return [
        *(instance, flush.number, flush.before, epoch, secrets.token_hex(8)),
        *(flush.dropped, MOST_FIELDS),
        *_counted((name, repr(rise)) for name, rise in flush.totals.items()),
        *_counted((name,) for name in flush.gone),
        *_counted(_levels(flush.levels, now)),
        *_counted(_levels(flush.other_levels, now)),
        *_counted(_shapes(flush.shapes, now)),
        *_counted(_shapes(flush.other_shapes, now)),
    ]


def _levels(levels: Mapping[str, Dated[float]], now: float) -> Iterator[tuple[str, str, str]]:
    for name, level in levels.items():
        yield name, repr(level.value), f"{now - level.at:.6f}"


def _shapes(shapes: Mapping[str, Dated[Shape]], now: float) -> Iterator[tuple[str, str, str]]:
    for name, shape in shapes.items():
        yield name, shape.value.written(), f"{now - shape.at:.6f}"


def _counted(rows: Iterable[tuple[str, ...]]) -> list[object]:
    """Return how many rows there are, and then all their columns."""
    found = list(rows)
    return [len(found), *(text.encode("utf-8", "replace") for row in found for text in row)]
