"""A count of so many, with the interval in which the true share lies."""

from dataclasses import dataclass
from math import sqrt

_Z = 1.959963984540054  # of 95 %, both sides
FEWEST = 5  # of fewer, a percentage would say more than is known


@dataclass(frozen=True, slots=True)
class CountOf:
    """A count of a total; nothing is known where the total is 0."""

    count: int
    of: int

    @property
    def share(self) -> float | None:
        """The share, 0 to 1."""
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of the true share, 95 %; 0 to 1 where nothing is known."""
        if not self.of:
            return 0.0, 1.0
        part, size, square = self.count / self.of, self.of, _Z * _Z
        middle = part + square / (2 * size)
        half = _Z * sqrt(part * (1 - part) / size + square / (4 * size * size))
        least, most = ((middle + side * half) / (1 + square / size) for side in (-1, 1))
        return max(0.0, least), min(1.0, most)

    @property
    def text(self) -> str:
        """The count as people read it: in percent only where there are enough of them."""
        if not self.of:
            return "none to judge by"
        counts = f"{self.count} of {self.of}"
        if self.of < FEWEST:
            return counts
        least, most = self.interval
        return f"{counts} ({self.count / self.of:.0%}, {least:.0%} to {most:.0%})"
