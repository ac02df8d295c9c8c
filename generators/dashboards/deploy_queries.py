"""Deploys as queries of a board: when revisions were first seen, and which ones run."""

from exporter.catalog.cloud_run import BILLABLE_TIME
from generators import deploys
from generators.dashboards.queries import BoardQueries
from generators.deploys import BY, SERVICE, STEP

_WINDOW = "15m"  # how long a deploy is shown


def began(queries: BoardQueries, window: str) -> str:
    """Return when revisions were first seen, in milliseconds; shown for a window afterwards."""
    return deploys.began(queries.family(BILLABLE_TIME), window)


def deployed(queries: BoardQueries) -> str:
    """Return when revisions of the range were first seen, in milliseconds; 0 for older ones."""
    found = f"min by ({BY}) (min_over_time(({began(queries, _WINDOW)})[$__range:{STEP}]))"
    return f"{found} or ({serving(queries)}) * 0"


def serving(queries: BoardQueries) -> str:
    """Return the share that revisions have of their service's instance time, of ten minutes."""
    billed = f"increase({queries.family(BILLABLE_TIME)}[10m])"
    whole = f"sum by ({SERVICE}) ({billed})"
    return f"sum by ({BY}) ({billed}) / on ({SERVICE}) group_left () {whole} > 0"
