"""What Cloud Logging calls the errors that are counted."""

from collections.abc import Mapping, Sequence

_STATUS = "httpRequest.status"


def log_filter(classes: Sequence[str]) -> str:
    """Return the filter of Cloud Logging for responses of these classes."""
    if tuple(classes) == ("4xx",):
        return f"{_STATUS}>=400 AND {_STATUS}<500"
    return f"{_STATUS}>={400 if '4xx' in classes else 500}"


def filters(classes: Sequence[str]) -> Mapping[str, str]:
    """Return, by signal, the filter for its failing requests: responses, and own complaints.

    A server error is logged as one, so that complaints have no place among client errors alone.
    """
    own = " OR severity>=ERROR" if "5xx" in classes else ""
    return {
        "error_rate": f"({log_filter(classes)}{own})",
        "availability": f"({log_filter(('5xx',))} OR severity>=ERROR)",
    }
