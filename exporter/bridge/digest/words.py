"""The sentences of a digest that its text and its HTML share: times, headline, holes, figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from exporter.bridge.digest.model import AlertLine, Digest
from exporter.bridge.digest.time_zone import time_zone
from exporter.bridge.history import BRIDGE, PROMETHEUS, RecordHole
from exporter.summary.label_text import plain
from exporter.summary.model import SignalState
from exporter.summary.sentences import left
from exporter.summary.wording import elapsed, shown

_MANY = 5  # places of a signal that are named
_SOURCES = {PROMETHEUS: "Alerts of Prometheus", BRIDGE: "Notifications"}


@dataclass(frozen=True, slots=True)
class Times:
    """Writes Unix times as a reader in one time zone does."""

    zone: str

    def full(self, at: float) -> str:
        """Return a time with its day: Sun 29 Nov 2026 08:00."""
        return self._written(at, "%a %-d %b %Y %H:%M")

    def near(self, at: float) -> str:
        """Return a time of the last days: 28 Nov 23:10."""
        return self._written(at, "%-d %b %H:%M")

    def day(self, at: float) -> str:
        """Return a day: Sun 29 Nov 2026."""
        return self._written(at, "%a %-d %b %Y")

    def period(self, start: float, end: float) -> str:
        """Return from when to when; the day of the end where it is another one."""
        same = self._written(start, "%Y%j") == self._written(end, "%Y%j")
        return f"{self.near(start)} to {self._written(end, '%H:%M') if same else self.near(end)}"

    def _written(self, at: float, form: str) -> str:
        return datetime.fromtimestamp(at, time_zone(self.zone)).strftime(form)


def headline(digest: Digest) -> str:
    """Return what a subject says: 2 alerts fire, 5 are over; 12% of the error budget is left."""
    parts = list(_firing(digest))
    over = digest.fired.resolved
    if over:
        noun = "" if parts and digest.fired.firing else f"{_alerts(over)} "
        parts.append(f"{over} {noun}{'is' if over == 1 else 'are'} over")
    text = ", ".join(parts) or _calm(digest)
    budgets = digest.state.budgets
    least = min(budgets, key=lambda budget: budget.remaining, default=None)
    return text if least is None else f"{text}; {left(least)}"


def _alerts(count: int) -> str:
    return "alert" if count == 1 else "alerts"


def _firing(digest: Digest) -> Iterator[str]:
    """Yield how many alerts fire, and how many did when they were last known."""
    unsure = digest.fired.unsure
    sure = digest.fired.firing - unsure
    if sure:
        least = "" if digest.known else "at least "
        yield f"{least}{sure} {_alerts(sure)} {'fires' if sure == 1 else 'fire'}"
    elif not digest.known:
        yield "what fires is not known"
    if unsure:
        yield f"{unsure} {'' if sure else _alerts(unsure) + ' '}fired when last known"


def _calm(digest: Digest) -> str:
    return "nothing is known to have fired" if _is_hidden(digest) else "nothing fired"


def _is_hidden(digest: Digest) -> bool:
    return bool(digest.faults) or any(hole.hides_alerts for hole in digest.holes)


def none_firing(digest: Digest) -> str:
    """Return what stands in place of alerts that fire, or below them; empty for nothing."""
    if digest.known:
        return "" if digest.firing else "Nothing fires."
    return "More may fire: not all is known." if digest.firing else "What fires is not known."


def none_over(digest: Digest) -> str:
    """Return what stands in place of alerts that are over."""
    return "Nothing is known to have ended." if _is_hidden(digest) else "Nothing ended."


def subject(digest: Digest) -> str:
    """Return the mail's subject."""
    what = "week" if digest.weekly else "day"
    times = Times(digest.zone)
    return plain(f"{digest.service}, {what} to {times.day(digest.span.end)}: {headline(digest)}")


def covered(digest: Digest) -> str:
    """Return which time a digest is about."""
    times = Times(digest.zone)
    return f"{times.full(digest.span.start)} to {times.full(digest.span.end)} ({digest.zone})"


def when(line: AlertLine, digest: Digest) -> str:
    """Return since when an alert fires, or from when to when it did, and for how long."""
    text = _when(line, digest)
    return text if line.times == 1 else f"{line.times} times, the last one {text}"


def _when(line: AlertLine, digest: Digest) -> str:
    times = Times(digest.zone)
    length = elapsed(line.seconds)
    if line.began is None:
        longer = f"before {times.near(digest.since)}"
        if line.ended is None:
            return f"since {longer}, for more than {length}"
        return f"from {longer} to {times.near(line.ended)}, for more than {length}"
    if line.ended is None:
        return f"since {times.near(line.began)}, for {length}{'; new' if line.new else ''}"
    return f"{times.period(line.began, line.ended)}, for {length}"


def reading(line: AlertLine, digest: Digest) -> str:
    """Return the value and the limit; of what fires, with the time of the value."""
    if line.value_at is None:
        return line.reading
    return f"{line.reading} (at {Times(digest.zone).near(line.value_at)})"


def more(listed: int, whole: int) -> str:
    """Return how many alerts there are beyond those that are listed; empty for none."""
    return f"and {whole - listed} more" if whole > listed else ""


def hole(found: RecordHole, digest: Digest) -> str:
    """Return a hole of the record as a sentence."""
    times = Times(digest.zone)
    of = _SOURCES.get(found.source, found.source[:1].upper() + found.source[1:])
    return plain(f"{of}: no record from {times.period(found.began, found.until)}.")


def alternative(signal: SignalState, *, weekly: bool) -> str:
    """Return what is read aloud in place of a chart."""
    what = "week" if weekly else "day"
    worst = shown(signal.worst, signal.unit)
    return plain(f"{signal.noun}: {shown(signal.now, signal.unit)} over the {what}, worst {worst}")


def failures(digest: Digest) -> Iterator[str]:
    """Yield what Alertmanager could not deliver, or why that is not known."""
    times = Times(digest.zone)
    for one in digest.losses.failed:
        yield plain(f"{one.text}, {times.period(one.began, one.until)}")
    yield from digest.losses.faults


def gaps(digest: Digest) -> Iterator[str]:
    """Yield the gaps of the data, the longest first."""
    for gap in digest.state.gaps[:_MANY]:
        yield plain(f"{gap.family} of {gap.project}: {elapsed(gap.seconds)} could not be read")
    if len(digest.state.gaps) > _MANY:
        yield f"and {len(digest.state.gaps) - _MANY} more"
