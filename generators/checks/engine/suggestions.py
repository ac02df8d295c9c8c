"""Suggestions: which known word was probably intended."""

from collections.abc import Collection
from difflib import get_close_matches

FEW = 12


def suggestion(word: str, known: Collection[str], cutoff: float = 0.6) -> str:
    """Return a suggestion of the known word that is most like a word; nothing where none is.

    A word of which only the end is missing is nearer than any other: cpu for cpu_seconds.
    """
    longer = sorted((name for name in known if name.startswith(f"{word}_")), key=len)
    near = longer or get_close_matches(word, sorted(known), 1, cutoff)
    return f"; did you mean '{near[0]}'?" if near else ""


def suggestion_or_choices(word: str, known: Collection[str], cutoff: float = 0.6) -> str:
    """Return a suggestion, or else what there is to choose from."""
    return suggestion(word, known, cutoff) or f"; there is {listed(known)}"


def listed(words: Collection[str]) -> str:
    """Return words in a row, the first of many."""
    if not words:
        return "none"
    more = f" and {len(words) - FEW} more" if len(words) > FEW else ""
    return ", ".join(list(words)[:FEW]) + more
