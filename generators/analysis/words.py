"""What an analysis found, in words: a section for each kind, with a table and a note."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from exporter.prometheus.api import Labels
from exporter.summary.wording import elapsed, rounded, shown
from generators.analysis.model import Analysis, Anomaly, Growth, NotKnown, PairMovement
from generators.analysis.series_statistics import IntervalEstimate
from generators.analysis.trends import SEASON
from generators.limits import number
from generators.plurals import counted
from generators.policy import DAY
from generators.rules import correlation

AHEAD = 90 * DAY  # seconds; a limit farther away is not listed
MOST = 20  # rows of a table
_PLACES = 3  # that are named of what is not known
_THINGS = ("service_name", "database_id", "redis_id")
_KNOWN = frozenset({*_THINGS, "region", "gcp_project"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WordedSection:
    """A heading, a table, and what is said below it; without rows there is no table."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Places:
    """Words for places; the project is named where there are several."""

    projects: bool

    def words(self, place: Labels) -> str:
        """Return where something is: ion in europe-west1."""
        labels = dict(place)
        things = [labels[name] for name in _THINGS if labels.get(name)]
        region = [f"in {labels['region']}"] if labels.get("region") else []
        others = [f"{name} {value}" for name, value in place if name not in _KNOWN]
        project = (
            [f"({labels['gcp_project']})"] if self.projects and "gcp_project" in labels else []
        )
        return " ".join((*things, *others, *region, *project))


def window(analysis: Analysis) -> str:
    """Return from when to when."""
    return f"{moment(analysis.window.start)} to {moment(analysis.window.end)} UTC"


def moment(at: float) -> str:
    """Return a time to the minute, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")


def sections(analysis: Analysis) -> tuple[WordedSection, ...]:
    """Return what was found, and what is not known."""
    every = [
        *(one.place for one in analysis.anomalies.results),
        *(one.place for one in analysis.growth.results),
        *(one.place for one in analysis.pairs.results),
        *(one.place for one in _unknown(analysis)),
    ]
    projects = {value for place in every for name, value in place if name == "gcp_project"}
    places = _Places(len(projects) > 1)
    return (
        _anomalies(analysis, places),
        _growth(analysis, places),
        _pairs(analysis, places),
        _not_known(tuple(_unknown(analysis)), places),
    )


def _unknown(analysis: Analysis) -> Iterator[NotKnown]:
    for kind in (analysis.anomalies, analysis.growth, analysis.pairs):
        yield from kind.not_known


def _since(at: int, analysis: Analysis) -> str:
    return f"{'before ' if at == analysis.window.start else ''}{moment(at)}"


def _anomalies(analysis: Analysis, places: _Places) -> WordedSection:
    found, series = analysis.anomalies.results, analysis.anomalies.series
    stretches = counted(len(found), "stretch", "stretches")
    title = (
        f"Anomalies: {stretches} outside the band of the same hour of the week, in {series} series,"
        " the farthest first"
    )
    judged = series - _unjudged(analysis)
    if not found:
        title = f"Anomalies: none, in {_of(judged, series)} series"
    if not judged:
        title = f"Anomalies: not known, {_none(series, 'series has a band')}"
    return WordedSection(
        title=title,
        head=("since (UTC)", "lasted", "signal", "where", "value", "usual", "distance", "alert"),
        rows=tuple(_anomaly(one, analysis, places) for one in found[:MOST]),
        note=_more(found),
    )


def _unjudged(analysis: Analysis) -> int:
    """Return how many series have no band in the whole window."""
    whole = analysis.window.end - analysis.window.start
    every = (one for one in analysis.anomalies.not_known if one.place and one.seconds >= whole)
    return len({(one.subject, one.place) for one in every})


def _of(judged: int, every: int) -> str:
    """Return a count, with what it is a part of where the rest is not known."""
    return f"{every}" if judged == every else f"{judged} of {every}"


def _none(count: int, what: str) -> str:
    return f"none of {count} {what}" if count else "nothing has data"


def _anomaly(one: Anomaly, analysis: Analysis, places: _Places) -> tuple[str, ...]:
    unit = one.unit.suffix
    return (
        _since(one.start, analysis),
        elapsed(one.seconds) + (" so far" if one.end is None else ""),
        one.noun,
        places.words(one.place),
        shown(one.value, unit),
        shown(one.centre, unit),
        f"{rounded(abs(one.distance), 1)}× {'above' if one.distance > 0 else 'below'}",
        one.alert if one.fires else "",
    )


def _more(found: Sequence[object]) -> str:
    left = len(found) - MOST
    return f"and {left} more; --json has all" if left > 0 else ""


def _growth(analysis: Analysis, places: _Places) -> WordedSection:
    every = analysis.growth.results
    found = [one for one in every if _is_near(one)]
    title = f"Growth: {counted(len(found), 'level')} on the way to a limit, of {len(every)}"
    judged = sum(one.slope is not None or one.rule_seconds is not None for one in every)
    if not found:
        of = _of(judged, len(every))
        title = f"Growth: no level reaches its limit within {AHEAD // DAY} days, of {of}"
    if not judged:
        title = f"Growth: not known, {_none(len(every), 'level has a slope')}"
    return WordedSection(
        title=title,
        head=("level", "where", "now", "a day", "limit", "reached in", "by the rule"),
        rows=tuple(_grown(one, places) for one in found[:MOST]),
        note="\n".join(_growth_notes(analysis, len(found), len(every))),
    )


def _growth_notes(analysis: Analysis, listed: int, every: int) -> Iterator[str]:
    if listed and every > listed:
        others = counted(every - listed, "level")
        yield f"{others} not listed: no growth, or no limit within {AHEAD // DAY} days"
    if listed and analysis.window.end - analysis.window.start < SEASON:
        yield f"Within less than {SEASON // DAY} days, a rise of every morning counts as growth."


def _is_near(one: Growth) -> bool:
    by_rule = one.rule_seconds is not None and one.rule_seconds < one.within
    return by_rule or (one.grows and one.seconds is not None and one.seconds.value <= AHEAD)


def _grown(one: Growth, places: _Places) -> tuple[str, ...]:
    unit = one.unit.suffix
    return (
        one.subject,
        places.words(one.place),
        shown(one.level, unit),
        "" if one.slope is None else _signed(one.slope.value * DAY, unit),
        shown(one.limit, unit),
        _reached(one.seconds) if one.grows else "no steady growth",
        "" if one.rule_seconds is None else elapsed(one.rule_seconds),
    )


def _signed(value: float, unit: str) -> str:
    return ("+" if value > 0 else "-" if value < 0 else "") + shown(abs(value), unit)


def _reached(seconds: IntervalEstimate | None) -> str:
    if seconds is None:
        return "never"
    if math.isinf(seconds.high):
        return f"{elapsed(seconds.value)} ({elapsed(seconds.low)} or later)"
    return f"{elapsed(seconds.value)} ({elapsed(seconds.low)} to {elapsed(seconds.high)})"


def _pairs(analysis: Analysis, places: _Places) -> WordedSection:
    every = analysis.pairs.results
    found = [one for one in every if one.moves or one.above]
    title = f"Pairs: {len(found)} of {counted(len(every), 'declared pair')} moved together"
    judged = sum(one.rank is not None or one.strongest is not None for one in every)
    if not found:
        title = f"Pairs: none of {_of(judged, len(every))} declared pairs moved together"
    if not judged:
        title = f"Pairs: not known, {_none(len(every), 'declared pair has enough data of both')}"
    above = f"above {number(correlation.LIMIT)}"
    return WordedSection(
        title=title,
        head=("pair", "where", "by the rule", above, "since (UTC)", "by ranks", "alert"),
        rows=tuple(_pair(one, analysis, places) for one in found[:MOST]),
        note="Moving together is no cause." if found else "",
    )


def _pair(one: PairMovement, analysis: Analysis, places: _Places) -> tuple[str, ...]:
    verb = f"moves {one.moves}" if one.moves else "moved with"
    return (
        f"{one.effect} {verb} {one.cause}",
        places.words(one.place),
        "" if one.strongest is None else f"{one.strongest:.2f}",
        elapsed(one.above) if one.above else "",
        "" if one.since is None else _since(one.since, analysis),
        "not known" if one.rank is None else _interval(one.rank),
        correlation.ALERT if one.fires else "",
    )


def _interval(found: IntervalEstimate) -> str:
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})"


def _not_known(found: Sequence[NotKnown], places: _Places) -> WordedSection:
    groups: dict[tuple[str, str], list[NotKnown]] = {}
    for one in sorted(found, key=lambda each: -each.seconds):
        groups.setdefault((one.subject, one.why), []).append(one)
    rows = (
        (subject, _named(each, places), elapsed(each[0].seconds), why)
        for (subject, why), each in groups.items()
    )
    return WordedSection(
        title="Not known" if groups else "Not known: nothing is missing in this window",
        head=("what", "where", "for up to", "why"),
        rows=tuple(rows),
    )


def _named(found: Sequence[NotKnown], places: _Places) -> str:
    names = [places.words(one.place) for one in found[:_PLACES]]
    left = len(found) - len(names)
    return ", ".join(names) + (f" and {left} more" if left else "")
