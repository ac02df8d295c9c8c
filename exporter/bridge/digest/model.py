"""What a digest says, as frozen values that are written as text and as HTML."""

from dataclasses import dataclass

from exporter.bridge.alertmanager_losses import AlertmanagerLosses
from exporter.bridge.history import RecordHole
from exporter.prometheus.api import TimeSpan
from exporter.summary.model import ServiceState


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLine:
    """An alert that fires or fired in the period; times are Unix seconds.

    began      None where it fired before all that is remembered
    text       what is wrong, in a sentence; empty where nobody was notified of it
    reading    its last value and the limit, as far as they are known
    value_at   of when the value of what still fires is; None without one
    remarks    what a reader has to know besides: who acknowledged it, that nobody was notified
    new        whether it began within the period
    facts      what explains it, a sentence each; of what still fires only
    logs       the address of its log lines; empty for none
    times      how often it was over in the period; began, ended and seconds are of the last time
    unsure     whether it fired when it was last known, and may be over
    """

    severity: str
    name: str
    place: str
    began: float | None
    ended: float | None
    seconds: float
    text: str
    reading: str
    remarks: tuple[str, ...]
    new: bool
    url: str
    times: int = 1
    unsure: bool = False
    facts: tuple[str, ...] = ()
    logs: str = ""
    value_at: float | None = None


@dataclass(frozen=True, slots=True)
class AlertCounts:
    """How many alerts fire at the end of a period, how many are over; of how many it is unsure.

    Those are among the firing ones.
    """

    firing: int
    resolved: int
    unsure: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedAlert:
    """An alert in a place: how often it fired, for how long in all, and what is not known of it."""

    severity: str
    name: str
    place: str
    count: int
    seconds: float
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceLine:
    """A silence in force: what it silences, who made it, since when, until when."""

    what: str
    author: str
    comment: str
    began: float
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgementLine:
    """An acknowledgement in force: of what, by whom, since when."""

    name: str
    place: str
    user: str
    comment: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A digest of a day or a week.

    made       when it was made, Unix seconds
    zone       the time zone of its times
    firing     at the end of the period, the most severe first
    resolved   in the period, each alert once, the newest first
    known      whether all that fires is among them
    fired      how many alerts there are in either, those included that are too many to be listed
    noisiest, flapping, ignored  alerts by how often they fired; ignored ones nobody acted on
    since      from when alerts are remembered
    escalated  how many escalations fired
    losses     what Alertmanager could not deliver in the period
    faults     what could not be read, and why
    """

    service: str
    zone: str
    span: TimeSpan
    made: float
    weekly: bool
    firing: tuple[AlertLine, ...]
    resolved: tuple[AlertLine, ...]
    fired: AlertCounts
    known: bool
    noisiest: tuple[RepeatedAlert, ...]
    flapping: tuple[RepeatedAlert, ...]
    ignored: tuple[RepeatedAlert, ...]
    since: float
    escalated: int
    silences: tuple[SilenceLine, ...]
    acknowledgements: tuple[AcknowledgementLine, ...]
    holes: tuple[RecordHole, ...]
    state: ServiceState
    losses: AlertmanagerLosses
    faults: tuple[str, ...]

    @property
    def is_calm(self) -> bool:
        """Whether it is known that nothing fires, and the monitoring is as it should be."""
        has_values = any(signal.now is not None for signal in self.state.signals)
        missed = any(figure.missed for figure in self.state.monitoring)
        return self.known and not self.firing and has_values and not missed
