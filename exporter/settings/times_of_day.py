"""Times of day and time zones of monitoring.yaml."""

from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator

from exporter.settings.addresses import Text, text_form

Clock = Annotated[
    str,
    text_form(
        r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", "is no time of day; write it in quotes, such as '22:00'"
    ),
]


@cache
def _known() -> frozenset[str]:
    """Return all time zones, for which a thousand files are opened; none without a database."""
    return frozenset(available_timezones())


def _zone(name: str) -> str:
    if name != "UTC" and _known() and name not in _known():
        raise ValueError("is no time zone; write it like Europe/Berlin, or UTC")
    return name


TimeZone = Annotated[Text, AfterValidator(_zone)]
