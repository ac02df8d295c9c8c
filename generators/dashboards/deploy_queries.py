"""Deploys as queries: when revisions were first seen, and which ones run."""

from exporter.catalog.cloud_run import BILLABLE_TIME
from generators.dashboards.queries import BoardQueries

REVISION = ("gcp_project", "service_name", "revision_name")
_BY = ", ".join(REVISION)
_SERVICE = "gcp_project, service_name"
_WINDOW, _STEP = "15m", "5m"  # how long a deploy is shown, how often it is looked up
# A revision is new if the hour before has no data of it: it survives a restart of the exporter. Its
# service has to be known for ten minutes by then: a new exporter finds revisions one after another.
_BEFORE, _KNOWN, _REST = "1h", "10m", "50m"


def began(queries: BoardQueries, window: str) -> str:
    """Return when revisions were first seen, in milliseconds; shown for a window afterwards.

    A service without data before the window has no deploy: its exporter is new, not its revision.
    """
    billed = queries.family(BILLABLE_TIME)
    first = f"min by ({_BY}) (min_over_time(timestamp({billed})[{window}:1m])) * 1000"
    runs = f"count by ({_BY}) (increase({billed}[{window}]) > 0)"
    before = f"count by ({_BY}) (present_over_time({billed}[{_BEFORE}] offset {window}))"
    service = f"(count by ({_SERVICE}) ({billed} offset {_KNOWN}))[{_REST}:{_STEP}]"
    known = f"present_over_time({service} offset {window})"
    return f"{first} and {runs} unless {before} and on ({_SERVICE}) {known}"


def deployed(queries: BoardQueries) -> str:
    """Return when revisions of the range were first seen, in milliseconds; 0 for older ones."""
    found = f"min by ({_BY}) (min_over_time(({began(queries, _WINDOW)})[$__range:{_STEP}]))"
    return f"{found} or ({serving(queries)}) * 0"


def serving(queries: BoardQueries) -> str:
    """Return the share that revisions have of their service's instance time, of ten minutes."""
    billed = f"increase({queries.family(BILLABLE_TIME)}[10m])"
    whole = f"sum by ({_SERVICE}) ({billed})"
    return f"sum by ({_BY}) ({billed}) / on ({_SERVICE}) group_left () {whole} > 0"
