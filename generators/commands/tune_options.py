"""The flags of `ionmon tune`, as its work takes them."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class TuneOptions:
    """The flags of the command."""

    config: Path | None
    url: str | None
    weeks: float
    history: Path | None
    save_history: Path | None
    incidents: Path | None
    notified: Path | None
    budget: str | None
    pages: str | None
    method: str
    timezone: str
    apply: bool
    allow_lost: bool
    provisional: bool
    as_json: bool
    quiet: bool
    out: Path
    plots: Path | None
    png: bool
