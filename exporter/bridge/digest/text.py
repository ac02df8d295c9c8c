"""A digest as plain text in 80 columns."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from exporter.bridge.digest import words
from exporter.bridge.digest.model import AlertLine, Digest, RepeatedAlert
from exporter.bridge.digest.words import Times
from exporter.summary import sentences
from exporter.summary.model import SignalState
from exporter.summary.wording import elapsed, shown

WIDTH = 80
_INDENT = "  "


def text(digest: Digest) -> str:
    """Return the text."""
    parts = (
        _head(digest),
        _section("Firing now", _firing(digest)),
        _section("Over", _over(digest), words.none_over(digest)),
        _section("Most frequent", _repeated(digest.noisiest)),
        _section("Flapping: back within an hour, again and again", _repeated(digest.flapping)),
        _section("Never acknowledged or silenced", _repeated(digest.ignored)),
        _section("Acknowledgements, the oldest first", _acknowledgements(digest)),
        _section("Silences, the oldest first", _silences(digest)),
        _section("What is not known", _unknown(digest)),
        _section("Error budgets", _budgets(digest), "No error budget is known."),
        _section(_signals_title(digest), _signals(digest), "No signal is known."),
        _section("The monitoring itself", _monitoring(digest), "Nothing is known of it."),
    )
    lines = [line.rstrip() for part in parts for line in part]
    return "\n".join(lines).strip() + "\n"


def _head(digest: Digest) -> Iterator[str]:
    yield from _wrapped(f"{digest.service}: {words.headline(digest)}", "")
    yield from _wrapped(words.covered(digest), "")
    if digest.escalated:
        plural = "" if digest.escalated == 1 else "s"
        yield f"{digest.escalated} escalation{plural}."


def _section(title: str, lines: Iterable[str], otherwise: str = "") -> Iterator[str]:
    """Yield a section; one that is empty has one sentence, or is left out."""
    found = list(lines)
    if not found and not otherwise:
        return
    yield ""
    yield title.upper()
    yield from found or [f"{_INDENT}{otherwise}"]


def _wrapped(line: str, indent: str = _INDENT, later: str | None = None) -> list[str]:
    return textwrap.wrap(
        line,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if later is None else later,
        break_on_hyphens=False,
    )


def _firing(digest: Digest) -> Iterator[str]:
    yield from _lines(digest.firing, digest, digest.fired.firing)
    yield from _wrapped(words.none_firing(digest))


def _over(digest: Digest) -> Iterator[str]:
    yield from _lines(digest.resolved, digest, digest.fired.resolved)


def _lines(lines: Sequence[AlertLine], digest: Digest, whole: int) -> Iterator[str]:
    for line in lines:
        where = f" - {line.place}" if line.place else ""
        yield from _wrapped(f"{line.severity.upper()} {line.name}{where}", later=_INDENT * 3)
        if line.text:
            yield from _wrapped(line.text, _INDENT * 3)
        about = "; ".join(filter(None, (words.when(line, digest), words.reading(line, digest))))
        yield from _wrapped(about, _INDENT * 3)
        for remark in (*line.facts, *line.remarks):
            yield from _wrapped(remark, _INDENT * 3)
    yield from _wrapped(words.more(len(lines), whole))


def _repeated(lines: Iterable[RepeatedAlert]) -> Iterator[str]:
    for line in lines:
        where = f" - {line.place}" if line.place else ""
        text_ = f"{line.count} times, {elapsed(line.seconds)} in all: {line.name}{where}"
        yield from _wrapped(text_, later=_INDENT * 3)
        if line.remark:
            yield from _wrapped(line.remark, _INDENT * 3)


def _acknowledgements(digest: Digest) -> Iterator[str]:
    for one in sorted(digest.acknowledgements, key=lambda one: one.at):
        age = elapsed(digest.made - one.at)
        comment = f": {one.comment}" if one.comment else ""
        where = f" - {one.place}" if one.place else ""
        yield from _wrapped(f"{age} ago by {one.user}{comment} ({one.name}{where})", later="      ")


def _silences(digest: Digest) -> Iterator[str]:
    times = Times(digest.zone)
    for one in sorted(digest.silences, key=lambda one: one.began):
        age = elapsed(digest.made - one.began)
        comment = f": {one.comment}" if one.comment else ""
        until = times.near(one.until)
        yield from _wrapped(
            f"{one.what} - {age} ago by {one.author}, until {until}{comment}", later="      "
        )


def _unknown(digest: Digest) -> Iterator[str]:
    for hole in digest.holes:
        yield from _wrapped(words.hole(hole, digest), later=_INDENT * 3)
    for fault in digest.faults:
        yield from _wrapped(fault, later=_INDENT * 3)


def _budgets(digest: Digest) -> Iterator[str]:
    for one in digest.state.budgets:
        share = "" if one.share is None else f", {shown(one.share, 'ratio')} good"
        text = f"{sentences.budget_of(one)}: {sentences.left(one)}{share}{sentences.pace(one)}"
        yield from _wrapped(text)


def _signals_title(digest: Digest) -> str:
    return "The service this week" if digest.weekly else "The service today"


def _signals(digest: Digest) -> Iterator[str]:
    """Yield a table: the value, the period before, a week earlier, the worst; then the places."""
    before = "week before" if digest.weekly else "day before"
    whole = "week" if digest.weekly else "day"
    heads = ("", whole, before, *(() if digest.weekly else ("week ago",)), "worst")
    rows = [_row(one, weekly=digest.weekly) for one in digest.state.signals]
    if not rows:
        return
    widths = [max(len(row[at]) for row in (heads, *rows)) for at in range(len(heads))]
    widths[0] = min(widths[0], WIDTH - len(_INDENT) - sum(width + 2 for width in widths[1:]))
    yield _aligned(heads, widths)
    for signal, row in zip(digest.state.signals, rows, strict=True):
        yield _aligned(row, widths)
        where = sentences.places(signal)
        if where:
            yield from _wrapped(where, _INDENT * 3)


def _row(signal: SignalState, *, weekly: bool) -> tuple[str, ...]:
    values = (signal.now, signal.before, *(() if weekly else (signal.week_ago,)), signal.worst)
    return (signal.noun, *(shown(value, signal.unit) for value in values))


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    name = cells[0] if len(cells[0]) <= widths[0] else cells[0][: widths[0] - 1] + "."
    rest = "".join(cell.rjust(width + 2) for cell, width in zip(cells[1:], widths[1:], strict=True))
    return f"{_INDENT}{name.ljust(widths[0])}{rest}"


def _monitoring(digest: Digest) -> Iterator[str]:
    for one in digest.state.monitoring:
        if one.value is not None or one.target is not None:
            yield from _wrapped(f"{one.noun}: {sentences.figure(one)}", later=_INDENT * 3)
    for line in (*words.failures(digest), *words.gaps(digest)):
        yield from _wrapped(line, later=_INDENT * 3)
