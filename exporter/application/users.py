"""Active users: counted by Redis over windows of time, seldom, and apart from all other metrics."""

from collections.abc import Mapping, Sequence

from exporter.application.scripts import USERS
from exporter.application.state import text_of
from exporter.recorder.layout import WINDOWS, Keys
from exporter.redis.client import Command, Reply

_PARTS = 10  # how often a window is counted while one of its slots passes
_LONGEST = 200


class ActiveUsers:
    """The numbers of users by region and window, as last counted."""

    def __init__(self, keys: Keys, meta: str) -> None:
        """Count all windows at the first reading."""
        self._keys, self._meta = keys, meta
        self._due = dict.fromkeys((name for name, _, _ in WINDOWS), float("-inf"))
        self.counts: dict[tuple[str, str], int] = {}
        self.notes: tuple[str, ...] = ()

    def command(self, now: float) -> Command | None:
        """Return the command that counts the windows that are due; None where none is."""
        self._requested = [window for window in WINDOWS if now >= self._due[window[0]]]
        if not self._requested:
            return None
        numbers = [str(n) for _, width, slots in self._requested for n in (width, slots)]
        return ("EVAL", USERS, "2", self._meta, self._keys.regions, self._keys.users, *numbers)

    def take(self, reply: Reply, now: float) -> None:
        """Take the reply to the command; an error costs the users alone."""
        for name, width, _ in self._requested:
            self._due[name] = now + width / _PARTS
        if not isinstance(reply, list):
            self.notes = (_note(text_of(reply)),)
            return
        rows, errors = reply
        self.notes = tuple(_note(text_of(error)) for error in errors)
        if errors and not rows:
            return
        found: dict[tuple[str, str], int] = {}
        for region, *counts in rows:
            for (name, _, _), count in zip(self._requested, counts, strict=True):
                found[text_of(region), name] = int(count)
        self._merge(found, [name for name, _, _ in self._requested])

    def _merge(self, found: Mapping[tuple[str, str], int], requested: Sequence[str]) -> None:
        regions = {region for region, _ in found}
        kept = {
            key: count
            for key, count in self.counts.items()
            if key[1] not in requested and (key[0] in regions or not requested)
        }
        self.counts = dict(sorted({**kept, **found}.items()))
        if regions - {region for region, _ in kept} and len(requested) < len(WINDOWS):
            # A new region: its other windows are counted with the next reading.
            self._due = dict.fromkeys(self._due, float("-inf"))


def _note(text: str) -> str:
    printable = "".join(c if c.isprintable() else " " for c in text[:_LONGEST])
    return f"active users: {printable}"
