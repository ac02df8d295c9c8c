"""Who scrapes, and what each scraper has seen: a series at zero counts as seen once all have it.

A client is a scraper from its second visit on, and as long as it keeps coming at its pace.
"""

from dataclasses import dataclass

PATIENCE = 2.5
PACE_DECAY = 0.8  # two servers behind one address: the longer of their paces counts
MAX_PACE = 120.0
MAX_CLIENTS = 1000


@dataclass(slots=True)
class Scrape:
    """A client's last visit, the time between its last two visits, the generation it last got."""

    at: float
    generation: int
    pace: float | None = None


class Scrapers:
    """Records every scrape; times are seconds on the monotonic clock."""

    def __init__(self) -> None:
        self._visits: dict[str, Scrape] = {}

    def note(self, client: str, now: float, generation: int) -> None:
        """Record that `client` was served `generation`."""
        last = self._visits.get(client)
        pace = None if last is None else max(now - last.at, (last.pace or 0.0) * PACE_DECAY)
        if len(self._visits) > MAX_CLIENTS:
            self._visits = {c: v for c, v in self._visits.items() if self._alive(v, now)}
        self._visits[client] = Scrape(now, generation, pace)

    def seen(self, now: float) -> int | None:
        """Return the newest generation that every scraper has seen; None without a scraper."""
        visits = tuple(self._visits.values())
        alive = [v for v in visits if self._alive(v, now)]
        if alive:
            return min(v.generation for v in alive)
        return max((v.generation for v in visits), default=None)

    def visited(self, since: float, now: float) -> bool:
        """Return whether every scraper has come after `since`; False without a scraper."""
        visits = tuple(self._visits.values())
        alive = [v for v in visits if self._alive(v, now)] or visits
        return bool(alive) and all(v.at > since for v in alive)

    def _alive(self, visit: Scrape, now: float) -> bool:
        if visit.pace is None or visit.pace > MAX_PACE:
            return False
        return now - visit.at <= PATIENCE * visit.pace + 1.0
