"""Keeps label values few: the first so many pass, what comes after them is `other`."""

import threading

OTHER = "other"
LONGEST = 200


class Bounded:
    """Remembers the first `most` values."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[str, str] = {}
        self._lock = threading.Lock()

    def of(self, value: str) -> str:
        """Return the value where it is one of the first, else `other`."""
        found = self._known.get(value)
        if found is not None:
            return found
        with self._lock:
            if len(self._known) >= self._most or not value:
                return OTHER
            return self._known.setdefault(value, value[:LONGEST])
