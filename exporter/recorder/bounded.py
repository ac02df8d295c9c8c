"""Limits the number of a label's values: after the first so many, each is `other`."""

import threading

OTHER = "other"
LONGEST = 200


class Bounded:
    """Accepts the first `limit` values."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._known: dict[str, str] = {}
        self._lock = threading.Lock()

    def of(self, value: str) -> str:
        """Return the value where it is one of the first, else `other`."""
        found = self._known.get(value)
        if found is not None:
            return found
        with self._lock:
            if len(self._known) >= self._limit or not value:
                return OTHER
            return self._known.setdefault(value, value[:LONGEST])
