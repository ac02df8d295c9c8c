"""The statistics of one poll: how much of it counted, what was dropped and why."""

from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from exporter.cloud_monitoring.ledger import Outcome

MAX_KEY = 200


@dataclass(slots=True, kw_only=True)
class PollStatistics:
    """Series, points and their outcomes, what was dropped and why, labels that are unknown.

    `cleaned` are the series known to the poll whose label values were cleaned or cut.
    """

    series: int = 0
    points: int = 0
    newest: int = 0
    repeated: int = 0
    stale: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    cleaned: AbstractSet[bytes] = frozenset()

    @property
    def counted(self) -> int:
        """Return how many points were counted."""
        return self.outcomes[Outcome.COUNTED] + self.outcomes[Outcome.REBUCKETED]

    @property
    def too_late(self) -> int:
        """Return how many points came too late: their time was already settled."""
        return self.outcomes[Outcome.LATE]

    def admit(self, key: str, refusal: str, on_page: set[str]) -> bool:
        """Count a series, and return whether to read it; `on_page` are the keys of its page so far.

        A series that comes twice on a page is noted and read: each of its points counts once.
        """
        self.series += 1
        if refusal:
            self.drop("invalid", f"{key[:MAX_KEY]}: {refusal}")
            return False
        if key in on_page:
            self.repeated += 1
            if self.repeated == 1:
                note = f"{key[:MAX_KEY]} came twice on one page; its points count once"
                self.notes.append(note)
        on_page.add(key)
        return True

    def drop(self, reason: str, note: str, what: str = "series") -> None:
        """Count a series or point that was dropped; the first of each reason becomes a note."""
        self.dropped[reason] += 1
        if self.dropped[reason] == 1:
            self.notes.append(f"a {what} was dropped ({reason}): {note}")
