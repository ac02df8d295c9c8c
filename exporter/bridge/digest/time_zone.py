"""The time zone of a digest, on a machine with a time zone database or without one."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from exporter.errors import SettingsError


def time_zone(name: str) -> tzinfo:
    """Return a time zone; UTC is known without a database. Raises SettingsError."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError as error:
        raise SettingsError(
            f"notifications.digest.timezone: this machine does not know {name}, since it has no "
            "time zone database; install it (apt-get install tzdata), or write UTC"
        ) from error
