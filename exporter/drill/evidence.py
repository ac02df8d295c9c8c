"""Reads what shows who took a test alert: every Alertmanager, the bridge, a log."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from exporter.bridge.alertmanagers import Alertmanager, AlertmanagerFault, HeldAlert
from exporter.bridge.journal_reading import JournalReading
from exporter.bridge.silences import silences
from exporter.drill.alertmanager_log import AlertmanagerLog
from exporter.drill.arrivals import DrillArrival, arrivals
from exporter.drill.bridge_metrics import BridgeMetrics, BridgeUnknown
from exporter.drill.counts import Counts, counts, joined, rise
from exporter.drill.judging import DrillEvidence
from exporter.drill.matching import Labels
from exporter.drill.plan import DrillAlert
from exporter.drill.reached import DrilledChannel
from exporter.errors import StateError


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillReading:
    """What was counted at one time; `arrived` is None where there is no journal to be read.

    The bridge is asked before and after Alertmanager, so that no webhook that it took is taken for
    another's, whichever of the two counts it first.
    """

    counted: Counts
    bridge_before: int | None
    bridge_after: int | None
    arrived: tuple[DrillArrival, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillSources:
    """Where to look; what is None is not there.

    faults  what could not be read, in words; each is kept once
    """

    drill: str
    began: float
    servers: tuple[Alertmanager, ...]
    bridge: BridgeMetrics | None = None
    journal: JournalReading | None = None
    log: AlertmanagerLog | None = None
    faults: dict[str, None] = field(default_factory=dict)

    def reading(self) -> DrillReading:
        """Return what is counted now."""
        before = self._bridge()
        return DrillReading(
            counted=joined(self._counts()),
            bridge_before=before,
            bridge_after=self._bridge(),
            arrived=self._arrived(),
        )

    def _counts(self) -> Iterable[Counts]:
        for server in self.servers:
            try:
                yield counts(server)
            except AlertmanagerFault as error:
                self.faults[str(error)] = None

    def _bridge(self) -> int | None:
        if self.bridge is None:
            return 0
        try:
            return self.bridge.taken()
        except BridgeUnknown as error:
            self.faults[f"the bridge's metrics: {error}"] = None
            return None

    def _arrived(self) -> tuple[DrillArrival, ...] | None:
        if self.journal is None:
            return None
        try:
            return arrivals(self.journal, self.drill, self.began)
        except StateError as error:
            self.faults[str(error)] = None
            return None

    def held(self) -> tuple[HeldAlert, ...]:
        """Return what the Alertmanagers hold that answer."""
        found: list[HeldAlert] = []
        for server in self.servers:
            try:
                found += server.held()
            except AlertmanagerFault as error:
                self.faults[str(error)] = None
        return tuple(found)

    def holding_back(self, labels: Labels) -> str:
        """Return which silence or alert holds an alert back, in words; empty where none does."""
        own = [each for each in self.held() if each.labels == labels]
        silenced = [one for each in own for one in each.silenced_by]
        if silenced:
            return self._silence(silenced[0])
        if any(each.inhibited_by for each in own):
            return "another alert that fires mutes it (inhibit_rules)"
        return ""

    def _silence(self, id_: str) -> str:
        known, _ = silences(server.address for server in self.servers)
        found = next((each for each in known if each.id == id_), None)
        if found is None:
            return f"silence {id_} mutes it"
        comment = f": {found.comment}" if found.comment else ""
        return f"silence {id_} of {found.author or 'nobody'} mutes it{comment}"

    def evidence(
        self,
        alert: DrillAlert,
        channel: DrilledChannel,
        readings: tuple[DrillReading, DrillReading],
        held: str,
    ) -> DrillEvidence:
        """Return what is known of a channel between two readings."""
        before, after = readings
        integration, receiver = channel.integration, channel.receiver
        risen = rise(before.counted, after.counted, integration, receiver)
        return DrillEvidence(
            rise=risen,
            sharing=sum(
                _is_alike(each, channel, by_receiver=risen.by_receiver) for each in alert.channels
            ),
            servers=len(self.servers),
            bridge=_more(before.bridge_before, after.bridge_after),
            arrival=_arrival(alert, channel, after.arrived or ()),
            journaled=after.arrived is not None,
            log=self.log.reason(receiver, integration) if self.log else "",
            held=held,
        )


def _is_alike(each: DrilledChannel, channel: DrilledChannel, *, by_receiver: bool) -> bool:
    """Whether a channel is counted with another since that one was due; both may be the same.

    Of the bridge's own the journal says whether each came.
    """
    same = each.integration == channel.integration and each.to_bridge is channel.to_bridge
    later = each.group_wait >= channel.group_wait and not each.muted_by
    return same and later and (each.receiver == channel.receiver or not by_receiver)


def _more(before: int | None, after: int | None) -> int | None:
    if before is None or after is None:
        return None
    return after - before if after >= before else after


def _arrival(
    alert: DrillAlert, channel: DrilledChannel, arrived: Iterable[DrillArrival]
) -> DrillArrival | None:
    expected = (channel.receiver, alert.severity, alert.team)
    return next(
        (each for each in arrived if (each.receiver, each.severity, each.team) == expected), None
    )
