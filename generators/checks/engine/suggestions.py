"""What was probably meant."""

from collections.abc import Collection
from difflib import get_close_matches

FEW = 12


def meant(word: str, known: Collection[str], cutoff: float = 0.6) -> str:
    """Return the question whether a known word was meant, or nothing where none is like it.

    A word of which only the end is missing is nearer than any other: cpu for cpu_seconds.
    """
    longer = sorted((name for name in known if name.startswith(f"{word}_")), key=len)
    near = longer or get_close_matches(word, sorted(known), 1, cutoff)
    return f"; did you mean '{near[0]}'?" if near else ""


def meant_of(word: str, known: Collection[str], cutoff: float = 0.6) -> str:
    """Return that question, or else what there is to choose from."""
    return meant(word, known, cutoff) or f"; there is {listed(known)}"


def listed(words: Collection[str]) -> str:
    """Return words in a row, the first of many."""
    if not words:
        return "none"
    more = f" and {len(words) - FEW} more" if len(words) > FEW else ""
    return ", ".join(list(words)[:FEW]) + more
