"""Which past the alerts are replayed on."""

from dataclasses import dataclass

_DAY = 86400


@dataclass(frozen=True, slots=True)
class Past:
    """How many seconds of it, on which server; None for the server of the settings."""

    seconds: float
    url: str | None

    @property
    def days(self) -> float:
        """How long it is, in days."""
        return self.seconds / _DAY
