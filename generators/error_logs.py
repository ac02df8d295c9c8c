"""What Cloud Logging calls the errors that are counted."""

from collections.abc import Sequence

_STATUS = "httpRequest.status"


def log_filter(classes: Sequence[str]) -> str:
    """Return the filter of Cloud Logging for responses of these classes."""
    if tuple(classes) == ("4xx",):
        return f"{_STATUS}>=400 AND {_STATUS}<500"
    return f"{_STATUS}>={400 if '4xx' in classes else 500}"
