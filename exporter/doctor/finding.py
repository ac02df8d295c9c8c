"""What ionmon doctor finds: one thing that was tried, how it is, and what mends it."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a thing is."""

    OK = "ok"
    EMPTY = "empty"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried: what, how it is, in words, and what mends it."""

    subject: str
    verdict: Verdict
    text: str
    mend: str = ""
