"""Panels of the service in detail: where a request spends its time, and how it is routed."""

from exporter.catalog import cloud_run
from exporter.catalog.expression import Mean, Quantile
from exporter.catalog.model import Reduce, Unit
from generators.boards import SIGNAL_PANELS
from generators.dashboards.model import (
    Panel,
    SeriesCount,
    Target,
)
from generators.dashboards.queries import BoardQueries
from generators.dashboards.signal_panels import REGION, help_of, over_time
from generators.dashboards.signal_style import decimals
from generators.policy import SIGNAL_BY_NAME

_PARTS = ("ingress", "pending", "routing", "execution", "egress")


def panels(queries: BoardQueries) -> dict[str, Panel]:
    """Return the panels by name."""
    families = {family.name: family for family in cloud_run.FAMILIES}
    parts = tuple(
        Target(
            expr=queries.raw(Mean(families[f"cloudrun_request_{part}_duration_seconds"])),
            legend=part,
        )
        for part in _PARTS
    )
    startup = families["cloudrun_startup_duration_seconds"]
    return {
        "parts": Panel(
            number=51,
            title="Parts of a request's time, mean",
            what="Mean time from Google's edge to the region (ingress), waiting for an instance "
            "(pending), in routing, in the container (execution), and on the way back (egress).",
            unit=Unit.SECONDS.grafana,
            targets=parts,
            decimals=1,
            series=SeriesCount.MANY,
            minimum=0.0,
        ),
        "pending": Panel(
            number=52,
            title="Requests waiting for an instance",
            what=help_of(families["cloudrun_pending_requests"]),
            unit=Unit.NONE.grafana,
            targets=(
                Target(
                    expr=queries.level(families["cloudrun_pending_requests"], Reduce.SUM, REGION),
                    legend="{{region}}",
                ),
            ),
            minimum=0.0,
        ),
        "startup": Panel(
            number=53,
            title="Start of an instance, p95",
            what=help_of(startup),
            unit=Unit.SECONDS.grafana,
            targets=(
                Target(expr=queries.raw(Quantile(0.95, startup), REGION), legend="{{region}}"),
            ),
            decimals=1,
            empty="no instance started, or there is no data",
            minimum=0.0,
        ),
        "routing": over_time(
            queries,
            "routing_quality",
            SIGNAL_PANELS["routing_quality"].number,
            "Routing confidence, mean",
            REGION,
        ),
        "personas": _share(queries, "persona_share", "Personas, share", "persona"),
        "features": _share(queries, "feature_usage", "Features, share", "feature"),
    }


def _share(queries: BoardQueries, name: str, title: str, label: str) -> Panel:
    found = SIGNAL_BY_NAME[name]
    return Panel(
        number=SIGNAL_PANELS[name].number,
        title=title,
        what=found.help,
        unit=found.unit.grafana,
        targets=(Target(expr=queries.signal(name), legend=f"{{{{{label}}}}}"),),
        decimals=decimals(found),
        series=SeriesCount.MANY,
        minimum=0.0,
        maximum=1.0,
    )
