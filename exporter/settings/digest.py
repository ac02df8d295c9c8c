"""The part of `notifications` on the daily digest."""

from typing import Literal

from pydantic import ValidationInfo

from exporter.settings.addresses import MailAddress
from exporter.settings.times_of_day import Clock, TimeZone
from exporter.settings.types import Section, inside, key

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class DigestSettings(Section):
    """When the bridge sends the digest, and to whom."""

    at: Clock = key("08:00", "Time of day at which it is sent, in quotes.")
    timezone: TimeZone = key("UTC", "Time zone of that time, and of all times in the digest.")
    to: tuple[MailAddress, ...] = key(
        (), "Who gets it; left out, those that notifications.email names."
    )
    week: Weekday | None = key(
        None, "Day on which the week's report is sent, too; left out, it is not sent."
    )


def mailed(digest: DigestSettings | None, info: ValidationInfo) -> DigestSettings | None:
    """Refuse a digest that nothing could send."""
    if digest is not None and info.data.get("email", digest) is None:
        raise inside((), "needs notifications.email, which is not there; add it")
    if digest is not None and info.data.get("bridge", digest) is None:
        raise inside((), "is sent by the bridge; add notifications.bridge")
    return digest
