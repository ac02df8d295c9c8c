"""The options that choose a window of time, a service and a region."""

from typing import Any

import click

from exporter.errors import SettingsError
from exporter.prometheus.api import TimeSpan
from exporter.settings.types import seconds
from generators.report.time_range import moment

_LONGEST = 366 * 86400


def window_options(since: str) -> tuple[Any, ...]:
    """Return the options; a window begins `since` then where nothing else is given."""
    return (
        click.option(
            "--since", default=since, show_default=True, metavar="TIME", help="Start of the window."
        ),
        click.option(
            "--until", default="now", show_default=True, metavar="TIME", help="End of the window."
        ),
        click.option("--service", default="", metavar="NAME", help="Only this service."),
        click.option("--region", default="", metavar="NAME", help="Only this region."),
    )


def span(since: str, until: str, now: float) -> TimeSpan:
    """Return the window. Raises UsageError where it is none."""
    try:
        end = moment("--until", until, now)
        start = _before(since, end, now)
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
    if not start < end:
        raise click.UsageError(f"--since {since}: has to be before --until {until}")
    if end > now:
        raise click.UsageError(f"--until {until}: lies ahead; write a time up to now")
    if end - start > _LONGEST:
        raise click.UsageError(f"--since {since}: is more than a year before --until {until}")
    return TimeSpan(start, end)


def _before(since: str, end: float, now: float) -> float:
    try:
        return end - seconds(since)
    except ValueError:  # no duration: a time
        return _moment(since, now)


def _moment(since: str, now: float) -> float:
    try:
        return moment("--since", since, now)
    except SettingsError:
        raise SettingsError(
            f"--since {since}: write 6h, 7d, now-6h, Unix seconds or 2026-01-31T12:00"
        ) from None
