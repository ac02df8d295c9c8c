"""Values that are unlike those of the same time of the week: a robust band around three weeks.

The centre is the median of the hour around the same time one, two and three weeks ago, so that one
of them may hold an incident. The band's width comes from how much an hour varies within itself and
from week to week, and is never less than a floor, which leaves room for a drop to nothing. Nothing
of the last week is in it: an incident does not become normal by lasting. Where one of the three
weeks is unknown there is no band.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from exporter.catalog.expression import Direction, Rate
from exporter.catalog.model import CloudMonitoring
from exporter.settings import Settings
from generators.boards import panel_of
from generators.limits import number, times
from generators.policy import SIGNAL_BY_NAME, catalog_signal, is_brought
from generators.rules import longterm, running, slo
from generators.rules.annotations import annotations, of
from generators.rules.model import Alerting, Group, Recording, RuleFile
from generators.rules.names import span
from generators.rules.recording import recorded
from generators.rules.rows import AlertText, Band
from generators.selectors import by_clause

LIMIT = 4  # widths from the centre
FOR = 15 * 60
_OFFSETS = ("6d23h30m", "13d23h30m", "20d23h30m")  # an hour, half of it on each side
_WEEKS = range(len(_OFFSETS))
_SIGMA = 1.4826  # of a normal distribution, by its median deviation
# A score without its sign: the headline says whether it is high or low.
DIFFERENCE = '{{ $value | printf "%.1f" | reReplaceAll "-" "" }}'
Naming = Callable[[str], str]
EVENTS = 100  # in the time that is compared: none at all are no chance then
DROP = 1 / (LIMIT + 1)  # of the centre: the width by which nothing lies beyond the limit


def _band(name: str, *, floor: float, share: float, minimum_level: float = 0.0) -> Band:
    return Band(signal=SIGNAL_BY_NAME[name], floor=floor, share=share, minimum_level=minimum_level)


BANDS = (
    _band("throughput", floor=1.0, share=0.1, minimum_level=EVENTS / FOR),
    _band("error_rate", floor=0.002, share=0.1),
    _band("response_time_p95", floor=0.01, share=0.1),
    _band("cache_hit_rate_l2", floor=0.03, share=0.0),
    _band("db_connections", floor=5.0, share=0.1),
    _band("query_time", floor=0.005, share=0.1),
)


def read(settings: Settings) -> tuple[Band, ...]:
    """Return the bands of what the settings read."""
    unread = settings.unread_families
    return tuple(band for band in BANDS if is_brought(band.signal.expression, unread))


def in_force(settings: Settings, band: Band) -> Band:
    """Return a band of the signal that the settings make of it."""
    return replace(band, signal=catalog_signal(band.signal, settings))


def recordings(band: Band) -> tuple[Recording, ...]:
    """Return the rules of a band, each built on those before it."""
    more = dict.fromkeys(("weeks", "noise"), ("week",))
    return tuple(
        Recording(
            band.name(what), expression(band, what, band.name), (*band.by, *more.get(what, ()))
        )
        for what in _EXPRESSIONS
    )


def expression(band: Band, what: str, name: Naming) -> str:
    """Return what a band's series is worked out from: its centre, spread, value or another one.

    name  how the other series of the band are written in it
    """
    return _EXPRESSIONS[what](band, name)


def _weeks(band: Band, function: str) -> str:
    call = f"{function}({longterm.name(band.signal, 'mean')}[1h]"
    return "\nor\n".join(_week(call, number_) for number_ in _WEEKS)


def _week(call: str, number_: int) -> str:
    return f'label_replace({call} offset {_OFFSETS[number_]}), "week", "{number_ + 1}", "", "")'


def _centre(band: Band, name: Naming) -> str:
    by = by_clause(band.by)
    known = f"count{by} ({name('weeks')}) == {len(_OFFSETS)}"
    return f"quantile{by} (0.5, {name('weeks')})\nand {known}"


def _on(labels: tuple[str, ...]) -> str:
    return f" on ({', '.join(labels)})"


def _spread(band: Band, name: Naming) -> str:
    """Return the greatest of: the noise of an hour, what weeks differ by, and the floor."""
    by, centre = band.by, name("centre")
    noise = f"quantile{by_clause(by)} (0.5, {name('noise')})"
    apart = f"abs({name('weeks')} -{_on(by)} group_left () {centre})"
    weeks = f"{_SIGMA} * quantile{by_clause(by)} (0.5, {apart})"
    parts = {"noise": noise, "weeks": weeks, "floor": _floor(band, centre)}
    marked = (f'label_replace({text}, "of", "{of}", "", "")' for of, text in parts.items())
    return f"max{by_clause(by)} (\n  " + "\n  or ".join(marked) + f"\n)\nand {centre}"


def _floor(band: Band, centre: str) -> str:
    """Return the floor of the width; a small centre that is not too small has a small one."""
    usual = f"clamp_min({number(band.share)} * {centre}, {number(band.floor)})"
    if not band.minimum_level:
        return usual
    # A drop to nothing is only so many widths as the centre has: where the floor is wider than a
    # fifth of the centre it would never leave the band.
    small = f"{number(DROP)} * ({centre} >= {number(band.minimum_level)}) < {number(band.floor)}"
    return f"({small} or {usual})"


def _value(band: Band, name: Naming) -> str:
    """Return the present value; no traffic is 0, where the source is known to have been read."""
    now = f"avg_over_time({longterm.name(band.signal, 'mean')}[{span(FOR)}])"
    rate = band.signal.expression
    if not isinstance(rate, Rate):
        return now
    family = rate.events.family
    if not isinstance(family.source, CloudMonitoring):
        return now
    seconds = longterm.increase(recorded()["ionmon_data_seconds_total"].name)
    read = running.held(f'{seconds}{{family="{family.name}"}}') + " > 0"
    return f"{now}\nor {name('centre')} * 0 and on (gcp_project) ({read})"


def _edge(sign: str, name: Naming) -> str:
    return f"{name('centre')} {sign} {LIMIT} * {name('spread')}"


# In the order of their rules.
_EXPRESSIONS: Mapping[str, Callable[[Band, Naming], str]] = {
    "weeks": lambda band, _: _weeks(band, "avg_over_time"),
    "noise": lambda band, _: _weeks(band, "stddev_over_time"),
    "centre": _centre,
    "spread": _spread,
    "value": _value,
    "score": lambda _, name: f"({name('value')} - {name('centre')}) / {name('spread')}",
    "upper": lambda _, name: _edge("+", name),
    "lower": lambda _, name: f"clamp_min({_edge('-', name)}, 0)",
}


def alert(settings: Settings, band: Band) -> Alerting:
    """Return the alert on a score beyond the limit, in the direction in which it gets worse."""
    signal, by = band.signal, band.by
    beyond, limit = (">", LIMIT) if signal.direction is Direction.UP else ("<", -LIMIT)
    level = "high" if signal.direction is Direction.UP else "low"
    text = AlertText(
        f"The {signal.noun} {{is}} unusually {level} for this time of the week.",
        f"Over {span(FOR)}, the {signal.noun} {of(by)} differs from the last three weeks at this "
        f"time by {DIFFERENCE} times its usual variation. The alert fires beyond {times(LIMIT)}.",
        "Check what else changed at the same time, deploys, and the calendar.",
        panel_of(signal.name, alert=band.alert),
        value=f"{DIFFERENCE}× its usual variation",
        limit=times(LIMIT),
    )
    return Alerting(
        alert=band.alert,
        expr=f"{running.held(band.name('score'))} {beyond} {limit}",
        labels=(("severity", "low"), ("signal", signal.name), ("category", "anomaly")),
        annotations=annotations(settings, band.alert, text, by),
        source=band,
        panel=text.panel,
        carried=by,
        for_=FOR,
    )


def groups(settings: Settings) -> Iterator[Group]:
    """Yield a group for each band, and one for the alerts."""
    found = read(settings)
    for band in found:
        yield Group(f"ion_band_{band.signal.name}", slo.LONG_TERM, recordings(band))
    rules = tuple(alert(settings, in_force(settings, band)) for band in found)
    yield Group("ion_anomalies", slo.LONG_TERM, rules)


def file(settings: Settings) -> RuleFile:
    """Return the file; for the server that has weeks of past."""
    about = "Bands by time of week, and what leaves them; for the server with 90 days."
    return RuleFile("longterm-anomaly.yml", about, tuple(groups(settings)))
