"""Where errors come from: the panels of Reliability by endpoint, region and status code."""

from dataclasses import dataclass

from exporter.catalog import application, cloud_run
from exporter.catalog.error_signals import matcher, named
from exporter.catalog.expression import Events
from exporter.catalog.model import Family
from generators.boards import SIGNAL_PANELS
from generators.dashboards.model import Panel, Target
from generators.dashboards.queries import BoardQueries, or_zero, top
from generators.dashboards.signal_panels import over_time
from generators.dashboards.signal_style import GROUPED
from generators.rules import running


@dataclass(frozen=True, slots=True, kw_only=True)
class _ErrorsBy:
    """A panel of errors by one label; `what` names the label in prose."""

    number: int
    title: str
    by: str
    what: str
    counted: str = "As counted by Cloud Run."
    requests: Family = cloud_run.REQUESTS


_DISTRIBUTIONS = {
    "by_endpoint": _ErrorsBy(
        number=73,
        title="Errors by endpoint, of the application",
        by="endpoint",
        what="endpoint",
        counted="As counted by the application: other numbers than those of Cloud Run, which also "
        "has the requests that the application does not record.",
        requests=application.REQUESTS,
    ),
    "by_region": _ErrorsBy(number=74, title="Errors by region", by="region", what="region"),
    "by_class": _ErrorsBy(
        number=75,
        title="Errors by code",
        by="response_code_class",
        what="the class of their status code",
    ),
}


def failed(queries: BoardQueries, requests: Family = cloud_run.REQUESTS) -> Events:
    """Return the requests whose class of status code counts as an error."""
    return Events(requests, (matcher(queries.error_classes),))


def failing(queries: BoardQueries) -> str:
    """Return what these requests are, at the beginning of a sentence."""
    return f"Failing requests ({named(queries.error_classes)})"


def in_range(queries: BoardQueries, events: Events, by: tuple[str, ...] = ()) -> str:
    """Return the number of events within the range, up to the newest minute."""
    family = events.family
    counters = queries.filtered(running.name(family), family.label_names, own=events.matchers)
    return f"round({running.counted(counters, '$__range', by)})"


def _distribution(queries: BoardQueries, panel: _ErrorsBy) -> Panel:
    count = top(in_range(queries, failed(queries, panel.requests), (panel.by,)))
    every = in_range(queries, Events(panel.requests))
    return Panel(
        number=panel.number,
        title=panel.title,
        what=f"{failing(queries)} within the range, by {panel.what}; the largest first. "
        f"{panel.counted}",
        unit=GROUPED,
        targets=(
            Target(
                expr=f"sort_desc({or_zero(count, every, panel.by, 'no errors')})",
                legend=f"{{{{{panel.by}}}}}",
                instant=True,
            ),
        ),
        decimals=0,
        colour="errors",
        minimum=0.0,
    )


def sources(queries: BoardQueries) -> dict[str, Panel]:
    """Return the panels of where errors come from."""
    rate = over_time(
        queries,
        "error_rate_by_endpoint",
        SIGNAL_PANELS["error_rate_by_endpoint"].number,
        "Error rate by endpoint",
        ("endpoint",),
    )
    return {
        "endpoint_rate": rate,
        **{name: _distribution(queries, panel) for name, panel in _DISTRIBUTIONS.items()},
    }
