"""What of a drill reached the bridge: its journal, and what became of deliveries to Sentry."""

from dataclasses import dataclass

from exporter.bridge.journal_reading import JournalReading
from exporter.catalog.alert_names import DRILL_LABEL

_ARRIVED = """
SELECT alert.receiver, alert.labels ->> 'severity', alert.labels ->> 'team',
    delivery.state, delivery.tries, delivery.error
FROM alert LEFT JOIN delivery ON delivery.alert = alert.id
WHERE alert.first_at >= ? AND alert.status = 'firing' AND alert.labels ->> ? = ?
ORDER BY alert.id"""
_SET_BACK = 3_600.0  # seconds by which the clocks of this machine and the bridge may differ


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillArrival:
    """An alert of a drill in the journal.

    state  of its delivery: pending, done or dead; empty where none is owed
    tries  to deliver that failed, error: why the last one did
    """

    receiver: str
    severity: str
    team: str
    state: str = ""
    tries: int = 0
    error: str = ""


def arrivals(journal: JournalReading, drill: str, since: float) -> tuple[DrillArrival, ...]:
    """Return what came of a drill that began at a Unix time. Raises StateError."""
    with journal.transaction() as db:
        rows = db.execute(_ARRIVED, (since - _SET_BACK, DRILL_LABEL, drill)).fetchall()
    return tuple(
        DrillArrival(
            receiver=receiver,
            severity=severity or "",
            team=team or "",
            state=state or "",
            tries=tries or 0,
            error=error or "",
        )
        for receiver, severity, team, state, tries, error in rows
    )
