"""When revisions were first seen, as a query: what a deploy is."""

BY = "gcp_project, service_name, revision_name"
SERVICE = "gcp_project, service_name"
STEP = "5m"  # how often a deploy is looked up
# A revision is new if the hour before has no data of it: it survives a restart of the exporter. Its
# service has to be known for ten minutes by then: a new exporter finds revisions one after another.
_BEFORE, _KNOWN, _REST = "1h", "10m", "50m"


def began(billed: str, window: str) -> str:
    """Return when revisions were first seen, in milliseconds; shown for a window afterwards.

    A service without data before the window has no deploy: its exporter is new, not its revision.

    billed  the selector of the time that revisions run
    """
    first = f"min by ({BY}) (min_over_time(timestamp({billed})[{window}:1m])) * 1000"
    runs = f"count by ({BY}) (increase({billed}[{window}]) > 0)"
    before = f"count by ({BY}) (present_over_time({billed}[{_BEFORE}] offset {window}))"
    service = f"(count by ({SERVICE}) ({billed} offset {_KNOWN}))[{_REST}:{STEP}]"
    known = f"present_over_time({service} offset {window})"
    return f"{first} and {runs} unless {before} and on ({SERVICE}) {known}"
