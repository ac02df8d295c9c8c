"""Reports the statistics of a poll as the exporter's own metrics, log lines and notes."""

import logging

from exporter.catalog import own
from exporter.cloud_monitoring.ledger import Ledger
from exporter.cloud_monitoring.poll_statistics import PollStatistics
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.target import FamilyTarget
from exporter.telemetry import Telemetry

log = logging.getLogger("ionmon.cloud_monitoring")

MAX_LABELS = 20


def account(statistics: PollStatistics, target: FamilyTarget, telemetry: Telemetry) -> int:
    """Count the series returned and dropped; new labels become notes. Returns series billed."""
    name, billed = target.family.name, max(1, statistics.series)
    if not target.scope:  # else many polls share one call, which the scope's poll counts
        telemetry.count(own.API_SERIES, target.key, billed)
    for reason, number in statistics.dropped.items():
        telemetry.count(own.SERIES_DROPPED, (name, reason), number)
    if statistics.cleaned or telemetry.value(own.LABELS_CLEANED, target.key):
        telemetry.set(own.LABELS_CLEANED, target.key, len(statistics.cleaned))
    if statistics.repeated:
        telemetry.count(own.SERIES_REPEATED, (name,), statistics.repeated)
    if statistics.stale:
        telemetry.count(own.SERIES_STALE, (name,), statistics.stale)
    for label in sorted(statistics.unknown)[:MAX_LABELS]:
        telemetry.set(own.UNKNOWN_LABELS, (name, label), 1)
        statistics.notes.append(f"label {label} is new; its series are summed")
    return billed


def account_counting(
    ledger: Ledger, statistics: PollStatistics, target: FamilyTarget, telemetry: Telemetry
) -> None:
    """Count the points, and the source time that they cover since the start."""
    telemetry.set(own.COUNTING_START, target.key, ledger.start / SECOND)
    telemetry.set(own.DATA_SECONDS, target.key, ledger.data_seconds)
    telemetry.count(own.POINTS, target.key, statistics.counted)
    telemetry.count(own.POINTS_LATE, target.key, statistics.late)
    telemetry.count(own.POINTS_TOO_LATE, target.key, statistics.too_late)


def account_gap(lost: int, target: FamilyTarget, telemetry: Telemetry) -> None:
    """Count and log nanoseconds of source time that no poll could read."""
    telemetry.count(own.GAP, target.key, lost / SECOND)
    if lost:
        log.error(
            "%s: %.0f s of source time could not be read and are not counted; the outage was "
            "longer than google.lookback",
            target.name,
            lost / SECOND,
        )
