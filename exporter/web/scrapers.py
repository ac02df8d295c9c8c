"""Who scrapes, and what each of them has seen: a series at zero counts as seen once all have.

A client is a scraper from its second visit on; it is waited for as long as it keeps its pace.
"""

from dataclasses import dataclass

PATIENCE = 2.5
FADE = 0.8  # two servers behind one address: the longer of their paces counts
LONGEST_PACE = 120.0
MOST_CLIENTS = 1000


@dataclass(slots=True)
class Scrape:
    """A client's last visit, the time between its last two, the generation it last got."""

    at: float
    generation: int
    pace: float | None = None


class Scrapers:
    """Notes every scrape; times are Unix seconds."""

    def __init__(self) -> None:
        self._visits: dict[str, Scrape] = {}

    def note(self, client: str, now: float, generation: int) -> None:
        """Note that `client` was served `generation`."""
        last = self._visits.get(client)
        pace = None if last is None else max(now - last.at, (last.pace or 0.0) * FADE)
        if len(self._visits) > MOST_CLIENTS:
            self._visits = {c: v for c, v in self._visits.items() if self._alive(v, now)}
        self._visits[client] = Scrape(now, generation, pace)

    def seen(self, now: float) -> int | None:
        """Return the newest generation that every scraper has got; None without a scraper."""
        visits = tuple(self._visits.values())
        alive = [v for v in visits if self._alive(v, now)]
        if alive:
            return min(v.generation for v in alive)
        return max((v.generation for v in visits), default=None)

    def visited(self, since: float, now: float) -> bool:
        """Say whether every scraper has come since; False without a scraper."""
        visits = tuple(self._visits.values())
        alive = [v for v in visits if self._alive(v, now)] or visits
        return bool(alive) and all(v.at > since for v in alive)

    def _alive(self, visit: Scrape, now: float) -> bool:
        if visit.pace is None or visit.pace > LONGEST_PACE:
            return False
        return now - visit.at <= PATIENCE * visit.pace + 1.0
