"""Which places an analysis or a report looks at: those of a service, of a region, or all.

It needs no numpy, which is an extra.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.prometheus.api import Labels
from exporter.settings import Settings
from exporter.settings.services import DATABASE, REDIS, WatchedService

NO_DATA = "no data"
REGION = "region"
_LISTED = {DATABASE: "databases", REDIS: "redis"}  # keys of a service in the settings


@dataclass(frozen=True, slots=True)
class ChosenPlaces:
    """The places that are looked at: by label, the values of which a place has one.

    A place without the label is looked at, too.
    """

    service: str = ""
    region: str = ""
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def takes(self, place: Labels) -> bool:
        """Return whether a place is looked at."""
        return all(value in self.values.get(label, (value,)) for label, value in place)

    def why_none(self, by: tuple[str, ...]) -> str:
        """Return why there is no series that is split by these labels."""
        for label, key in _LISTED.items():
            if self.service and label in by and not self.values[label]:
                return f"services.{self.service}.{key} of the settings names none"
        return NO_DATA


def chosen(settings: Settings, service: str, region: str) -> ChosenPlaces:
    """Return the places of a service and of a region; an empty name stands for all."""
    values: dict[str, tuple[str, ...]] = {}
    if service:
        values |= settings.services.get(service, WatchedService()).values(service)
    if region:
        values[REGION] = (region,)
    return ChosenPlaces(service, region, values)
