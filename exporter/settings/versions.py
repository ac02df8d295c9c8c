"""Versions of the servers as people write them, and what each of Alertmanager's opens."""

import re
from typing import Annotated

from pydantic import AfterValidator

OLDEST_ALERTMANAGER, OLDEST_PROMETHEUS = "0.25", "2.42"
# Alertmanager's, from its changelog.
URL_FILE, MSTEAMS, APP_TOKEN, UPDATE_MESSAGE = "0.26", "0.28", "0.30", "0.32"
EVENTS, EVENT_BATCHES, NAMED_OUTPUTS = "0.33", "0.34", "0.35"
# Prometheus'.
QUERY_OFFSET, GROUP_LABELS = "2.53", "3.0"
Release = tuple[int, int, int]
_FORM = re.compile(r"(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?", re.ASCII)


def release(version: str) -> Release:
    """Return the numbers of a version, to compare. Raises ValueError with the fix."""
    match = _FORM.fullmatch(version)
    if match is None:
        raise ValueError("is no version; write its numbers in quotes, such as '0.35' or '3.5.1'")
    major, minor, patch = match.groups(default="0")
    return int(major), int(minor), int(patch)


def has(version: str, since: str) -> bool:
    """Return whether a version has what came with another one."""
    return release(version) >= release(since)


def _not_before(oldest: str, server: str) -> AfterValidator:
    def check(version: str) -> str:
        if not has(version, oldest):
            text = f"'{version}' is older than {oldest}, the oldest that works; upgrade {server}"
            raise ValueError(f"{text}, and write its new version")
        return version

    return AfterValidator(check)


AlertmanagerVersion = Annotated[str, _not_before(OLDEST_ALERTMANAGER, "Alertmanager")]
PrometheusVersion = Annotated[str, _not_before(OLDEST_PROMETHEUS, "Prometheus")]
