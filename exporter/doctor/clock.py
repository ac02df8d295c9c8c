"""Compares this machine's clock with Google's, and the age of data with what is promised."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exporter.cloud_monitoring.source_clock import MAX_OFFSET, SET_CLOCK, Moment
from exporter.doctor.finding import Finding, Verdict


@dataclass(frozen=True, slots=True)
class Newest:
    """The end of a metric's newest point, Unix seconds, and how old the source lets it be."""

    end: float
    promised: float


def clock(project: str, moment: Moment, found: Sequence[Newest]) -> Iterator[Finding]:
    """Yield findings on the clock, by dates and points, and on the age of the newest point."""
    newest = max((one.end for one in found), default=None)
    yield _offset(f"{project}: clock", moment, newest)
    if newest is not None and newest <= moment.now:
        yield _age(f"{project}: newest point", moment.now - newest, found)


def _age(subject: str, age: float, found: Sequence[Newest]) -> Finding:
    """Judge the newest point of all metrics: where all are late, it is not one idle service."""
    promised = max(one.promised for one in found)
    if age <= promised:
        return Finding(subject, Verdict.OK, f"it is {age:.0f} s old")
    return Finding(
        subject,
        Verdict.WARN,
        f"it is {age:.0f} s old, the source promises {promised:.0f} s: Google is late, nothing "
        "has written, or this machine's clock is ahead",
        "https://status.cloud.google.com; compare this machine's clock",
    )


def _offset(subject: str, moment: Moment, newest: float | None) -> Finding:
    ahead = moment.wall - moment.now
    if moment.dated:
        text = f"this machine's clock is {abs(ahead):.0f} s "
        text += "ahead of Google's" if ahead > 0 else "behind Google's"
        if abs(ahead) > MAX_OFFSET:
            return Finding(subject, Verdict.FAIL, text, SET_CLOCK)
        return Finding(subject, Verdict.OK, "it agrees with Google's")
    if newest is None:
        text = "answers have no date and no points to compare this machine's clock with"
        return Finding(subject, Verdict.WARN, text, "compare it by hand: date --utc")
    if newest - moment.wall > MAX_OFFSET:  # no point ends in the future
        text = f"this machine's clock is at least {newest - moment.wall:.0f} s behind Google's"
        return Finding(subject, Verdict.FAIL, text, SET_CLOCK)
    return Finding(subject, Verdict.OK, "no point is from its future")
