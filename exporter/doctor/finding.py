"""What ionmon doctor finds: one thing that was tried, how it is, and how to fix it."""

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
    """One thing that was tried: what, how it is, in words, and how to fix it."""

    subject: str
    verdict: Verdict
    text: str
    fix: str = ""
