"""Which past the alerts are replayed on."""

from dataclasses import dataclass
from pathlib import Path

from exporter.settings import Settings, cache_directory

_DAY = 86400


@dataclass(frozen=True, slots=True)
class Past:
    """How many seconds of it, on which server; None for the server of the settings.

    incidents  file of incidents that people know, if there is one
    """

    seconds: float
    url: str | None
    incidents: Path | None = None
    quiet: bool = False

    @property
    def days(self) -> float:
        """How long it is, in days."""
        return self.seconds / _DAY


def history_address(settings: Settings, url: str | None) -> str:
    """Return the address of the server with the longest history, if no other is given."""
    at = settings.prometheus
    return url or f"http://{at.longterm or at.address}"


def history_folder() -> Path | None:
    """Return the folder in which answers about the past are kept; None for a user without home."""
    cache = cache_directory()
    return None if cache is None else cache / "history"
