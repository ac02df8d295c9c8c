"""What the landing page shows of the service: a card a region, a row a signal."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import nan

from markupsafe import Markup, escape

from exporter.summary.chart import line_chart, svg
from exporter.summary.headline import BEYOND, breaches, headline, short_noun
from exporter.summary.label_text import MEASURED
from exporter.summary.limits import MARKS, LimitState
from exporter.summary.recent import MINUTES, RecentPlace, RecentService, RecentSignal
from exporter.summary.wording import elapsed, shown

ROWS = 24  # of a card; those beyond a limit come first
KINDS = (
    "availability", "error_rate", "response_time", "throughput", "db_lag", "cache_hit_rate",
    "cpu", "memory",
)  # fmt: skip
_BEYOND = tuple(state.name.lower() for state in BEYOND)
_WORDS = {
    LimitState.UNKNOWN: "not known",
    LimitState.UNLIMITED: "without a limit",
    LimitState.WITHIN: "within its limit",
    LimitState.BEYOND: "beyond a limit",
    LimitState.CRITICAL: "beyond a critical limit",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRow:
    """A signal at a place: its mark and what that means, its value, its limit, chart and age."""

    noun: str
    of: str
    mark: str
    meaning: str
    state: str
    value: str
    limit: str
    data_age: str
    chart: Markup


@dataclass(frozen=True, slots=True)
class PlaceCard:
    """The signals of a region, or of a Redis; `left_out` rows are not shown."""

    name: str
    rows: tuple[SignalRow, ...]
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceView:
    """The service on the landing page; `absent` are signals that nothing reports."""

    headline: str
    wrong: bool
    limits_fault: str
    cards: tuple[PlaceCard, ...]
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Spot:
    signal: RecentSignal
    place: RecentPlace


def service_view(service: RecentService | None, regions: Sequence[str] = ()) -> ServiceView:
    """Return what is shown; `regions` come first, in this order."""
    if service is None:
        return ServiceView(headline=headline(None), wrong=False, limits_fault="", cards=())
    spots: dict[str, list[_Spot]] = {region: [] for region in regions}
    for signal in _chosen(service.signals):
        for place in signal.places:
            name = dict(place.labels).get("region") or _owner(place)[1] or "everywhere"
            spots.setdefault(name, []).append(_Spot(signal, place))
    cards = [_card(name, found, service) for name, found in spots.items() if found]
    return ServiceView(
        headline=headline(service),
        wrong=bool(breaches(service)),
        limits_fault=service.limits_fault,
        absent=tuple(short_noun(one) for one in service.not_known if one.absent),
        cards=tuple(sorted(cards, key=_is_calm)),
    )


def _is_calm(card: PlaceCard) -> bool:
    """Say whether nothing of a card is beyond a limit: what is comes first, also on a phone."""
    return all(row.state not in _BEYOND for row in card.rows)


def _chosen(signals: Iterable[RecentSignal]) -> Iterator[RecentSignal]:
    """Yield a signal for each kind: one with a limit, or else the first."""
    for kind in KINDS:
        found = [signal for signal in signals if signal.kind == kind]
        limited = [one for one in found if any(place.limit for place in one.places)]
        yield from (limited or found)[:1]


def _card(name: str, spots: list[_Spot], service: RecentService) -> PlaceCard:
    owners = {_owner(spot.place) for spot in spots}
    several = {label for label, _ in owners if len([o for o in owners if o[0] == label]) > 1}
    if len(spots) > ROWS:
        spots = sorted(spots, key=lambda spot: spot.place.state not in BEYOND)
    rows = tuple(_row(spot, service, several) for spot in spots[:ROWS])
    return PlaceCard(name, rows, max(0, len(spots) - ROWS))


def _owner(place: RecentPlace) -> tuple[str, str]:
    """Return the label and the name of what is measured: a service, a database, a Redis."""
    labels = dict(place.labels)
    return next(((name, labels[name]) for name in MEASURED if name in labels), ("", ""))


def _row(spot: _Spot, service: RecentService, several: Container[str]) -> SignalRow:
    signal, place = spot.signal, spot.place
    label, name = _owner(place)
    return SignalRow(
        noun=short_noun(signal),
        of=name if label in several else "",
        mark=MARKS[place.state],
        meaning=_WORDS[place.state],
        state=place.state.name.lower(),
        value="not known" if place.now is None else shown(place.now, signal.unit),
        limit=_limit(spot, service.objective),
        data_age="" if signal.data_time is None else _age(service.at - signal.data_time),
        chart=_chart(spot),
    )


def _age(seconds: float) -> str:
    """Return an age in its greatest unit: data comes once a minute."""
    return elapsed(seconds).partition(" ")[0] if seconds >= 0 else f"{elapsed(-seconds)} ahead"


def _limit(spot: _Spot, objective: str) -> str:
    signal, limit = spot.signal, spot.place.limit
    if limit is not None:
        return f"limit {shown(limit.value, signal.unit)}"
    return f"objective {objective}" if signal.kind == "availability" and objective else ""


def _chart(spot: _Spot) -> Markup:
    signal, place = spot.signal, spot.place
    newest = (*place.line, nan if place.now is None else place.now)
    line = (*(nan,) * (MINUTES + 1 - len(newest)), *newest)
    limits = [place.limit.value] if place.limit else []
    chart = line_chart(line, (), limits, signal.direction)
    if chart is None:
        return Markup("")
    return Markup(svg(chart, str(escape(f"{short_noun(signal)}, last {MINUTES} minutes"))))  # noqa: S704 - numbers, and what was escaped
