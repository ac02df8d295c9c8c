"""A finding of ionmon doctor: what was checked, the result, and the fix."""

from dataclasses import dataclass
from enum import StrEnum

UNREADABLE = "check application.redis, and its user"  # the fix where a Redis gives no metrics


class Verdict(StrEnum):
    """The result of a check."""

    OK = "ok"
    EMPTY = "empty"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """A check: its subject, verdict, a text, and the fix."""

    subject: str
    verdict: Verdict
    text: str
    fix: str = ""
