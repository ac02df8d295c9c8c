"""A patch between two texts of a file, as `patch` takes it."""

from collections.abc import Iterator
from difflib import unified_diff

_UNIX, _WINDOWS = "\n", "\r\n"
_NO_END = "\\ No newline at end of file\n"


def line_end(text: str) -> str:
    """Return how the lines of a text end. Raises ValueError where not all end alike."""
    windows = text.count(_WINDOWS)
    if windows and windows != text.count(_UNIX):
        raise ValueError("some lines end as on Windows and some do not; make them alike")
    if "\r" in text.replace(_WINDOWS, ""):
        raise ValueError("has a carriage return within a line; remove it")
    return _WINDOWS if windows else _UNIX


def patch(path: str, old: str, new: str) -> str:
    """Return what makes one text of another, empty where they are the same."""
    found = unified_diff(_lines(old), _lines(new), path, path)
    return "".join(one if one.endswith(_UNIX) else f"{one}\n{_NO_END}" for one in found)


def replaced(old: str, new: str) -> Iterator[str]:
    """Yield the lines that the new text has no more; a missing end of the last one is no change."""
    before, after = (text.removesuffix(_UNIX).split(_UNIX) for text in (old, new))
    for one in [*unified_diff(before, after, n=0, lineterm="")][2:]:
        if one.startswith("-"):
            yield one[1:]


def _lines(text: str) -> list[str]:
    """Return the lines with their ends, as `patch` counts them: by line feeds alone."""
    *whole, last = text.split(_UNIX)
    return [*(f"{one}\n" for one in whole), *([last] if last else [])]
