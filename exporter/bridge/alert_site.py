"""What the bridge's pages and its API share: what fires, who asks, and when it is."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isinf

from exporter.bridge.acknowledgements import Acknowledgement
from exporter.bridge.acknowledging import Acknowledging
from exporter.bridge.alert_rows import AlertRow, Reading, ordered, row
from exporter.bridge.alertmanagers import HeldAlert
from exporter.bridge.callers import Callers
from exporter.bridge.firing import FiringAlerts
from exporter.bridge.pagerduty import routes
from exporter.catalog.alert_names import DRILL
from exporter.clock import Clock
from exporter.errors import StateError
from exporter.settings import Settings
from exporter.web.routes import Request

UNKNOWN_USER = (
    "the bridge does not know who you are; give it users (basic_auth_users in the file of "
    "--web.config.file), or name a proxy's header in notifications.bridge.user_header"
)


def _nowhere(given: Acknowledgement) -> bool:
    del given
    return False


def _always(fingerprint: str) -> bool:
    del fingerprint
    return True


@dataclass(slots=True)
class AlertSite:
    """What fires and its acknowledgements, under the settings in force.

    in_pagerduty  whether PagerDuty may have got an acknowledgement; may raise StateError
    has_had       whether the journal has an alert with an id; may raise StateError
    """

    firing: FiringAlerts
    acknowledging: Acknowledging
    clock: Clock
    settings: Settings
    in_pagerduty: Callable[[Acknowledgement], bool] = _nowhere
    has_had: Callable[[str], bool] = _always

    def reading(self) -> Reading:
        """Return what of the settings a row depends on."""
        return Reading.of(self.settings)

    def rows(self, most: int | None = None) -> tuple[AlertRow, ...]:
        """Return what fires as people read it, in the order of lists; at most so many rows."""
        found = self.acknowledging.each_of(ordered(self.firing.now().incidents)[:most])
        reading = self.reading()
        return tuple(row(incident, given, reading) for incident, given in found)

    def drill(self, fingerprint: str) -> HeldAlert | None:
        """Return a test alert of ionmon drill, whose messages link here as those of incidents."""
        held = (alert for each in self.firing.alertmanagers for alert in each.answer or ())
        return next((a for a in held if a.name == DRILL and a.fingerprint == fingerprint), None)

    def count(self) -> int:
        """Return how many incidents go on."""
        return len(self.firing.now().incidents)

    def faults(self) -> tuple[str, ...]:
        """Return which servers do not answer."""
        return self.firing.now().faults

    def as_of(self) -> float | None:
        """Return when the servers were asked for what fires, Unix seconds; None where none answers.

        It is the oldest of their answers.
        """
        queried = self.firing.queried_at()
        return None if queried is None else self.clock.now() - self.clock.monotonic() + queried

    def is_known(self) -> bool:
        """Return whether what is not among the rows does not fire."""
        return self.acknowledging.knows_ends()

    def known_at(self) -> float | None:
        """Return from when on that is known, Unix seconds; None while a server does not answer."""
        at = self.acknowledging.knows_ends_from()
        return None if isinf(at) else self.clock.now() - self.clock.monotonic() + at

    def stays_in_pagerduty(self, given: Acknowledgement) -> bool:
        """Return whether PagerDuty may have an acknowledgement, which it takes not back."""
        try:
            return self.in_pagerduty(given)
        except StateError:
            return bool(routes(self.settings))

    def has_been(self, fingerprint: str) -> bool:
        """Return whether an incident with this id may have been: the journal has it, or fails."""
        try:
            return self.has_had(fingerprint)
        except StateError:
            return True

    def user(self, request: Request, authenticated: str) -> str:
        """Return who asks, empty where nobody is known."""
        return self._callers().user(request, authenticated)

    def is_ours(self, request: Request) -> bool:
        """Return whether a browser says that the request was made on this site, or says nothing."""
        return self._callers().is_ours(request)

    def _callers(self) -> Callers:
        bridge = self.settings.notifications.active_bridge
        return Callers.of(bridge) if bridge else Callers("", (), "")
