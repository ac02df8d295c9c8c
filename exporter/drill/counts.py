"""How often Alertmanager tried to notify, and how often it failed, from its own metrics.

0.25 counts by integration, such as slack. Newer ones add the reason of a failure (0.26), and the
receiver where its feature flag receiver-name-in-metrics is set.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from prometheus_client.parser import text_string_to_metric_families

from exporter.bridge.alertmanagers import Alertmanager, AlertmanagerFault

METRICS = "/metrics"
BEGUN = "alertmanager_notifications_total"
GIVEN_UP = "alertmanager_notifications_failed_total"
TRIED = "alertmanager_notification_requests_total"
REFUSED = "alertmanager_notification_requests_failed_total"
_READ = frozenset({BEGUN, GIVEN_UP, TRIED, REFUSED})


class CountedSeries(NamedTuple):
    """A counter of one Alertmanager; what a version does not say is empty."""

    server: str
    name: str
    integration: str
    receiver: str
    reason: str


Counts = Mapping[CountedSeries, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRise:
    """By how much the counters of one integration rose, over all Alertmanagers.

    begun     notifications that were begun
    tried     attempts that ended, those that failed too
    refused   attempts that failed
    given_up  notifications that failed for good
    reasons   of those, as far as the version says
    by_receiver  whether only one receiver's are counted
    """

    begun: int
    tried: int
    refused: int
    given_up: int
    reasons: tuple[str, ...] = ()
    by_receiver: bool = False

    @property
    def taken(self) -> int:
        """How many attempts succeeded."""
        return self.tried - self.refused


def counts(server: Alertmanager) -> Counts:
    """Return the counters of an Alertmanager. Raises AlertmanagerFault."""
    text = server.get(METRICS).decode("utf-8", "replace")
    try:
        return dict(_counters(server.address, text))
    except ValueError as error:
        raise AlertmanagerFault(f"{server.address}: no metrics at {METRICS}: {error}") from error


def _counters(address: str, text: str) -> Iterator[tuple[CountedSeries, float]]:
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name in _READ:
                label = sample.labels.get
                series = CountedSeries(
                    server=address,
                    name=sample.name,
                    integration=label("integration", ""),
                    receiver=label("receiver_name", ""),
                    reason=label("reason", ""),
                )
                yield series, sample.value


def rise(before: Counts, after: Counts, integration: str, receiver: str) -> NotificationRise:
    """Return by how much counters rose: of one receiver where they say which, else of all."""
    own = {series: value for series, value in after.items() if series.integration == integration}
    by_receiver = any(series.receiver for series in own)
    chosen = {
        series: _risen(before.get(series, 0.0), value)
        for series, value in own.items()
        if not by_receiver or series.receiver == receiver
    }
    failed = [each for each, more in chosen.items() if each.name == GIVEN_UP and more]
    return NotificationRise(
        begun=_sum(chosen, BEGUN),
        tried=_sum(chosen, TRIED),
        refused=_sum(chosen, REFUSED),
        given_up=_sum(chosen, GIVEN_UP),
        reasons=tuple(dict.fromkeys(each.reason for each in failed if each.reason)),
        by_receiver=by_receiver,
    )


def _risen(before: float, after: float) -> float:
    """Return the increase; a counter that is lower began anew with its Alertmanager."""
    return after - before if after >= before else after


def _sum(chosen: Mapping[CountedSeries, float], name: str) -> int:
    return round(sum(value for series, value in chosen.items() if series.name == name))


def joined(each: Iterable[Counts]) -> Counts:
    """Return the counters of several Alertmanagers."""
    return {series: value for one in each for series, value in one.items()}
