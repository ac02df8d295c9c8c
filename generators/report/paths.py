"""Paths of SVG, as short as they can be: whole units, each relative to the one before."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise

Corner = tuple[int, int, int]  # x, y of the foot, y of the value
Stretch = list[Corner]


def stretches(corners: Iterable[Corner | None]) -> list[Stretch]:
    """Return what lies between gaps."""
    groups = groupby(corners, key=lambda corner: corner is not None)
    return [[c for c in group if c is not None] for there, group in groups if there]


def stepped(stretch: Stretch, interpolation: str) -> Stretch:
    """Return a stretch with the corners of its steps, where it has any."""
    if interpolation not in {"stepAfter", "stepBefore"}:
        return stretch
    found = stretch[:1]
    for before, after in pairwise(stretch):
        late = interpolation == "stepAfter"
        corner = (after[0], *before[1:]) if late else (before[0], *after[1:])
        found += [corner, after]
    return found


def line(found: Iterable[Stretch]) -> str:
    """Return the line through values; a value without neighbours is not seen."""
    return "".join(_line([(x, y) for x, _, y in stretch]) for stretch in found if len(stretch) > 1)


def area(found: Iterable[Stretch]) -> str:
    """Return what lies between values and their feet."""
    return "".join(
        _line([*((x, y) for x, _, y in stretch), *((x, foot) for x, foot, _ in reversed(stretch))])
        + "z"
        for stretch in found
        if len(stretch) > 1
    )


def bars(found: Iterable[Stretch]) -> str:
    """Return a stroke from each foot to its value."""
    return "".join(f"M{x} {foot}v{y - foot}" for s in found for x, foot, y in s if y != foot)


def dots(found: Iterable[Stretch]) -> str:
    """Return a stroke without length at each value: with round ends it is a dot."""
    return "".join(f"M{x} {y}h0" for stretch in found for x, _, y in stretch)


def lonely(found: Iterable[Stretch]) -> list[Stretch]:
    """Return the values that no line goes through."""
    return [stretch for stretch in found if len(stretch) == 1]


def across(heights: Iterable[float], start: float, wide: float) -> str:
    """Return a line through the whole box at each height."""
    return "".join(f"M{start:.6g} {y:g}h{wide:.6g}" for y in heights)


def down(places: Iterable[float], high: int) -> str:
    """Return a line from top to bottom at each place."""
    return "".join(f"M{x:.6g} 0v{high}" for x in places)


def _line(points: Sequence[tuple[int, int]]) -> str:
    x, y = points[0]
    return f"M{x} {y}" + "".join(_moves(points))


def _moves(points: Sequence[tuple[int, int]]) -> Iterator[str]:
    """Yield the way from point to point: one `h` for a flat stretch, `l` with pairs for others."""
    steps = [(x - a, y - b) for (a, b), (x, y) in pairwise(points) if (x, y) != (a, b)]
    for (flat, _), group in groupby(steps, key=lambda step: (step[1] == 0, step[0] < 0)):
        if flat:
            yield f"h{sum(dx for dx, _ in group)}"
        else:
            yield "l" + "".join(_signed(dx) + _signed(dy) for dx, dy in group).lstrip()


def _signed(number: int) -> str:
    """Return a number that may follow another."""
    return f"{number}" if number < 0 else f" {number}"
