"""Panels of signals, over time and now, as several boards have them."""

from exporter.catalog.expression import Complement, Mean, MeanOf, Quantile, Ratio, Signal
from exporter.catalog.model import Family
from generators.dashboards.model import LONGTERM, Panel, PanelLink, SeriesCount, Target
from generators.dashboards.queries import WEEK, BoardQueries, unknown
from generators.dashboards.signal_style import bounds, colour, decimals, unit

REGION = ("region",)
RARE = (None, 1.0)  # soft bounds of what is mostly 0
_MIXED = "The line of all also changes when load shifts from one to another."
_OF_EVENTS = (Complement, Mean, MeanOf, Quantile, Ratio)  # of all events, not sums of parts
AVAILABLE = "Availability (without 5xx)"


def over_time(
    queries: BoardQueries,
    name: str,
    number: int,
    title: str,
    by: tuple[str, ...] = (),
    *more: Target,
    week: bool = False,
) -> Panel:
    """Return a panel of a signal over time; with `week`, also its total a week ago, dashed.

    A split signal then also has its total now, since parts cannot be compared with a total.
    """
    found = queries.named(name)
    minimum, maximum = bounds(found)
    legend = ", ".join(f"{{{{{label}}}}}" for label in by) or title
    targets = [Target(expr=queries.signal(name, by), legend=legend), *more]
    if week and by:
        targets.insert(0, Target(expr=queries.signal(name), legend="all", style="whole"))
    if week:
        ago = "all, a week ago" if by else "a week ago"
        targets.append(
            Target(expr=queries.past(name, (), WEEK), legend=ago, style="past", server=LONGTERM)
        )
    return Panel(
        number=number,
        title=title,
        what=_help_of_parts(found) if week and by else found.help,
        unit=unit(found),
        targets=tuple(targets),
        decimals=decimals(found),
        series=SeriesCount.FEW if by or len(targets) > 1 else SeriesCount.ONE,
        limits=name,
        colour="" if by else colour(found),
        minimum=minimum,
        maximum=maximum,
    )


def _help_of_parts(found: Signal) -> str:
    return f"{found.help} {_MIXED}" if isinstance(found.expression, _OF_EVENTS) else found.help


def now(queries: BoardQueries, name: str, number: int, title: str, link: PanelLink) -> Panel:
    """Return a panel of a signal's newest value, over everything that is selected.

    Such panels are narrow: Grafana leaves their titles some 70 pixels.
    """
    found = queries.named(name)
    minimum, maximum = bounds(found)
    return Panel(
        number=number,
        title=title,
        what=found.help,
        unit=unit(found),
        targets=(Target(expr=queries.signal(name), legend=title, instant=True),),
        decimals=decimals(found),
        series=SeriesCount.ONE,
        limits=name,
        minimum=minimum,
        maximum=maximum,
        links=(link,),
    )


def error_rate(queries: BoardQueries, number: int, by: tuple[str, ...] = ()) -> Panel:
    """Return a panel of the error rate over time, and a week ago."""
    title = queries.named("error_rate").noun
    return over_time(queries, "error_rate", number, title[0].upper() + title[1:], by, week=True)


def with_unknown(*targets: Target) -> tuple[Target, ...]:
    """Return queries of states, and one more whose line says where none of them has data."""
    every = " or ".join(target.expr for target in targets)
    return (*targets, Target(expr=unknown(every), legend="no data", style="unknown"))


def help_of(found: Family) -> str:
    """Return a family's help without its source."""
    return found.help.partition(" [")[0]
