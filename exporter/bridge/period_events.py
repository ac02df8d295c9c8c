"""What a history shows of one firing from the events of Alertmanager's recorder."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodDelivery:
    """What an integration delivered of a firing, for one receiver; times are Unix seconds.

    first, last  when it was notified that the alert fires; None where it was of the end only
    count        how often; ended_at when it was notified of the end
    """

    receiver: str
    integration: str
    first: float | None
    last: float | None
    count: int
    ended_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodMuting:
    """A time in which a firing was muted, by a silence or by another alert, and by whose."""

    silenced: bool
    by: str
    began: float
    until: float
