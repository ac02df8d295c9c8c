"""Deploys as queries: when revisions were first seen, and which ones run."""

from exporter.catalog.cloud_run import BILLABLE_TIME
from generators.dashboards.queries import BoardQueries

REVISION = ("gcp_project", "service_name", "revision_name")
_BY = ", ".join(REVISION)
_SERVICE = "gcp_project, service_name"
_WINDOW, _LOOK = "15m", "5m"  # a deploy is there for so long, and is looked for so often


def began(queries: BoardQueries, window: str) -> str:
    """Return when revisions were first seen, in milliseconds; there for a window afterwards.

    Of a service that was not known before, nothing is said: it is the exporter that is new.
    """
    billed = queries.family(BILLABLE_TIME)
    return (
        f"min by ({_BY}) (min_over_time(timestamp({billed})[{window}:1m])) * 1000 "
        f"and count by ({_BY}) (increase({billed}[{window}]) > 0) "
        f"unless count by ({_BY}) ({billed} offset {window}) "
        f"and on ({_SERVICE}) count by ({_SERVICE}) ({billed} offset {window})"
    )


def deployed(queries: BoardQueries) -> str:
    """Return when revisions of the range were first seen, in milliseconds; 0 for older ones."""
    found = f"min by ({_BY}) (min_over_time(({began(queries, _WINDOW)})[$__range:{_LOOK}]))"
    return f"{found} or ({serving(queries)}) * 0"


def serving(queries: BoardQueries) -> str:
    """Return the share that revisions have of their service's instance time, of ten minutes."""
    billed = f"increase({queries.family(BILLABLE_TIME)}[10m])"
    whole = f"sum by ({_SERVICE}) ({billed})"
    return f"sum by ({_BY}) ({billed}) / on ({_SERVICE}) group_left () {whole} > 0"
