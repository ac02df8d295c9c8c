"""What changed alerts would have done, as people read it: as lines, and as Markdown."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from exporter.settings.types import duration
from generators.alert_table import PolicyAlert
from generators.limits import condition, lasting
from generators.plurals import counted
from generators.rules.model import Alerting
from generators.tuning.backtest import Backtest, moves, only_caught
from generators.tuning.changed_alerts import ReplayedChange
from generators.tuning.incidents import Incident, IncidentOrigin

_NAMED = 3  # incidents that a line names


def line(change: ReplayedChange, days: float) -> str:
    """Return a change in one line."""
    return f"{_head(change)}: in {duration(days * 86400)}, {'; '.join(_parts(change))}"


def _head(change: ReplayedChange) -> str:
    before, after = change.alert.before, change.alert.after
    if before is not None and after is not None:
        return f"{after.title} {when(before)} → {when(after)}"
    if after is not None:
        return f"new: {after.title} {when(after)}"
    return f"gone: {before.title} {when(before)}" if before is not None else ""


def when(rule: Alerting) -> str:
    """Return when an alert of the policy fires."""
    row = rule.source
    return lasting(condition(row), rule.for_) if isinstance(row, PolicyAlert) else ""


def _parts(change: ReplayedChange) -> Iterator[str]:
    before, after = change.before, change.after
    if before is None or after is None:
        only = before or after
        if only is not None:
            yield counted(only.firings, "firing")
            yield f"{only.verdicts.recall.count} of {only.verdicts.recall.of} incidents caught"
        return
    yield f"{before.firings} → {counted(after.firings, 'firing')}"
    if before.nights != after.nights:
        yield f"{before.nights} → {counted(after.nights, 'night')} with one"
    yield from _incidents(before, after)


def _incidents(before: Backtest, after: Backtest) -> Iterator[str]:
    if lost := only_caught(before, after):
        yield f"{named(lost)} no longer caught"
    if gained := only_caught(after, before):
        yield f"{named(gained)} caught, too"
    moved = moves(before, after)
    yield from _moved([(by, one) for by, one in moved if by > 0], "later")
    yield from _moved([(-by, one) for by, one in reversed(moved) if by < 0], "earlier")


def _moved(moved: Sequence[tuple[float, Incident]], how: str) -> Iterator[str]:
    """Yield which incidents are caught later or earlier, and by how much, the least first."""
    if moved:
        least, most = duration(moved[0][0]), duration(moved[-1][0])
        span = least if least == most else f"{least} to {most}"
        yield f"{named([one for _, one in moved])} caught {span} {how}"


def named(incidents: Iterable[Incident]) -> str:
    """Return incidents by what people call them, or by when they began."""
    names = [_name(one) for one in incidents]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def _name(one: Incident) -> str:
    if one.origin is IncidentOrigin.FILE:
        return one.id
    return f"the incident of {datetime.fromtimestamp(one.start, UTC):%-d %B %H:%M}"


def markdown(changes: Iterable[ReplayedChange], days: float) -> str:
    """Return the changes as a table for a pull request."""
    rows = [
        f"| {_head(one).replace('|', '/')} | {'; '.join(_parts(one)).replace('|', '/')} |"
        for one in changes
    ]
    if not rows:
        return "No alert has another number.\n"
    head = [f"| alert | would have, in {duration(days * 86400)} |", "|---|---|"]
    return "\n".join((*head, *rows, ""))
