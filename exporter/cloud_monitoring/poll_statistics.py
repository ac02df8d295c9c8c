"""What one poll met: how much of it counted, what was dropped and why."""

from collections import Counter
from dataclasses import dataclass, field

from exporter.cloud_monitoring.ledger import Outcome

LONGEST_KEY = 200


@dataclass(slots=True, kw_only=True)
class PollStatistics:
    """Series, points and what became of them, what was dropped and why, labels nobody knows."""

    series: int = 0
    points: int = 0
    newest: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)

    @property
    def counted(self) -> int:
        """Return how many points count from now on."""
        return self.outcomes[Outcome.COUNTED] + self.outcomes[Outcome.RESET]

    @property
    def too_late(self) -> int:
        """Return how many points came after their time was settled."""
        return self.outcomes[Outcome.LATE]

    @property
    def resets(self) -> int:
        """Return how often a total started anew, because its buckets no longer fit."""
        return self.outcomes[Outcome.RESET]

    def admit(self, key: str, refusal: str, here: set[str]) -> bool:
        """Say whether a series can be taken, and count it; `here` are the keys of its page.

        One that its page holds twice is noted and taken: each of its points counts once.
        """
        self.series += 1
        if refusal:
            self.drop("invalid", f"{key[:LONGEST_KEY]}: {refusal}")
            return False
        if key in here:
            self._drop(
                "repeated", f"{key[:LONGEST_KEY]} came twice on one page; its points count once"
            )
        here.add(key)
        return True

    def drop(self, reason: str, note: str) -> None:
        """Count a series or point that was left out; the first of each reason is put in words."""
        self._drop(reason, f"a series was dropped ({reason}): {note}")

    def _drop(self, reason: str, sentence: str) -> None:
        self.dropped[reason] += 1
        if self.dropped[reason] == 1:
            self.notes.append(sentence)
