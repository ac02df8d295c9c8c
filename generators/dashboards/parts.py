"""Panels that several boards have: of a signal over time, of a signal now, and links between."""

from exporter.catalog.model import (
    Complement,
    Family,
    Kind,
    Level,
    Mean,
    MeanOf,
    Quantile,
    Ratio,
    Reduce,
    Signal,
    Unit,
)
from generators.boards import Board
from generators.boards import Panel as Place
from generators.dashboards.model import LONGTERM, Link, Panel, Series, Target
from generators.dashboards.queries import WEEK, past, raw, signal
from generators.policy import SIGNAL_BY_NAME

EVENTS = "count:/s"  # Grafana's own names for them are riddles: c/s, rd/s, wr/s
GROUPED = "locale"  # a count with all its digits
UNITS = {"cache_evictions": EVENTS, "cache_misses": EVENTS}
KEEP = "${__url_time_range}&${__all_variables}"
COLOURS = {
    Kind.AVAILABILITY: "ok",
    Kind.ERROR_RATE: "errors",
    Kind.RESPONSE_TIME: "latency",
    Kind.THROUGHPUT: "traffic",
    Kind.CACHE_HIT_RATE: "cache",
    Kind.DB_LAG: "latency",
    Kind.CPU: "resource",
    Kind.MEMORY: "resource",
}
_DECIMALS = {Unit.RATIO: 1, Unit.SECONDS: 1, Unit.PER_SECOND: 1}
_GREAT = ("active_users", "requests_total")  # counts that are written in thousands
_FINE = {Kind.AVAILABILITY: 3, Kind.ERROR_RATE: 2}
REGION = ("region",)
RARE = (None, 1.0)  # soft bounds of what is mostly nothing
_MIXED = "The line of all also moves when load shifts from one to another."
_OF_EVENTS = (Complement, Mean, MeanOf, Quantile, Ratio)  # of all events, not sums of parts
AVAILABLE, ERRORS = "Availability (without 5xx)", "Error rate (4xx and 5xx)"


def drill(title: str, board: Board, panel: int | None = None) -> Link:
    """Return a link to a board, or to one panel of it, at the same time and variables."""
    view = "" if panel is None else f"viewPanel={panel}&"
    return Link(title, f"/d/{board.value}?{view}{KEEP}")


def at_region(label: str) -> Link:
    """Return a link to the performance of a value's region, at the same time."""
    chosen = f"var-region={label}&var-datasource=${{datasource}}"
    return Link("Open this region", f"/d/{Board.PERFORMANCE.value}?{chosen}&${{__url_time_range}}")


def at(place: Place, title: str) -> Link:
    """Return a link to a panel of a fixed number."""
    return drill(title, place.board, place.number)


def decimals(found: Signal) -> int:
    """Return how many decimals a signal is read with."""
    if found.kind in _FINE:
        return _FINE[found.kind]
    return 1 if found.name in _GREAT else _DECIMALS.get(found.unit, 0)


def unit(found: Signal) -> str:
    """Return Grafana's identifier of a signal's unit."""
    return UNITS.get(found.name, found.unit.grafana)


def colour(found: Signal) -> str:
    """Return the colour token of what a signal means."""
    return COLOURS[found.kind] if found.kind else "traffic"


def bounds(found: Signal) -> tuple[float | None, float | None]:
    """Return the axis' bounds: a share ends at 1, and only an error rate may be cut off above."""
    if found.kind is Kind.AVAILABILITY:
        return None, 1.0
    whole = found.unit is Unit.RATIO and found.kind is not Kind.ERROR_RATE
    return 0.0, 1.0 if whole else None


def over_time(
    name: str,
    number: int,
    title: str,
    by: tuple[str, ...] = (),
    *more: Target,
    week: bool = False,
    legend: str = "",
) -> Panel:
    """Return a panel of a signal over time; with `week`, all of it a week ago, dashed.

    Where the signal is split, all of it now is beside it: parts compare badly with a whole.
    """
    found = SIGNAL_BY_NAME[name]
    least, most = bounds(found)
    legend = legend or ", ".join(f"{{{{{label}}}}}" for label in by) or title
    targets = [Target(signal(name, by), legend), *more]
    if week and by:
        targets.insert(0, Target(signal(name), "all", look="whole"))
    if week:
        ago = "all, a week ago" if by else "a week ago"
        targets.append(Target(past(name, (), WEEK), ago, look="past", server=LONGTERM))
    return Panel(
        number,
        title,
        _configured_for(found) if week and by else found.help,
        unit(found),
        tuple(targets),
        decimals(found),
        Series.FEW if by or len(targets) > 1 else Series.ONE,
        limits=name,
        colour="" if by else colour(found),
        least=least,
        most=most,
    )


def _configured_for(found: Signal) -> str:
    return f"{found.help} {_MIXED}" if isinstance(found.expression, _OF_EVENTS) else found.help


def now(name: str, number: int, title: str, link: Link) -> Panel:
    """Return a panel of a signal's newest value, of all that is chosen together."""
    found = SIGNAL_BY_NAME[name]
    least, most = bounds(found)
    return Panel(
        number,
        title,
        found.help,
        unit(found),
        (Target(signal(name), title),),
        decimals(found),
        Series.ONE,
        limits=name,
        least=least,
        most=most,
        links=(link,),
    )


def said(found: Family) -> str:
    """Return what a family's help says of it, without where it is from."""
    return found.help.partition(" [")[0]


def level(found: Family, how: Reduce, by: tuple[str, ...] = ()) -> str:
    """Return the query of a gauge."""
    return raw(Level(found, how), by)
