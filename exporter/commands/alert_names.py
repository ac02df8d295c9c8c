"""How a command takes an alert: by its name, by its id, or by the first characters of the id."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

SHORTEST_ID = 4  # characters
ID_NEEDED = "no such alert fires; give at least four characters of its id"
_START = re.compile(r"[0-9a-f]{1,16}")


def may_be_id(text: str) -> bool:
    """Return whether an id may begin so, however short it is."""
    return _START.fullmatch(text) is not None


def is_start_of_id(text: str) -> bool:
    """Return whether a text is long enough to choose an alert by its id."""
    return len(text) >= SHORTEST_ID and may_be_id(text)


def closest(name: str, names: Iterable[str]) -> str:
    """Return the name that looks most like another one, empty where none does."""
    lower = {each.lower(): each for each in names}
    return next((lower[each] for each in get_close_matches(name.lower(), lower, 1)), "")
