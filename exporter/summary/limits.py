"""The limits of signals from monitoring_config.json, and what a value is beside them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from exporter.errors import IonmonError
from exporter.monitoring_config import AlertConfig, is_worse, read_config
from exporter.summary.model import SignalLimit

_Stamp = tuple[int, int, int, int]  # of a file: changed, size, inode, inode changed


class LimitState(StrEnum):
    """A value beside its limits: CRITICAL is beyond the limit of a critical alert."""

    UNKNOWN = "unknown"
    UNLIMITED = "no limit"
    WITHIN = "within"
    BEYOND = "beyond"
    CRITICAL = "critical"


MARKS: Mapping[LimitState, str] = {
    LimitState.UNKNOWN: "?",
    LimitState.UNLIMITED: "",
    LimitState.WITHIN: "✓",
    LimitState.BEYOND: "⚠",
    LimitState.CRITICAL: "✗",
}


@dataclass(frozen=True, slots=True)
class KnownLimits:
    """The alerts that have limits, and the objective; or why nothing is known of them."""

    alerts: tuple[AlertConfig, ...] = ()
    objective: str = ""
    fault: str = ""

    def limited(self) -> frozenset[str]:
        """Return the names of the signals that have a limit somewhere."""
        return frozenset(alert.signal for alert in self.alerts if alert.signal is not None)

    def of(self, signal: str, labels: Mapping[str, str]) -> tuple[SignalLimit, ...]:
        """Return the limits of a signal at a place: of each alert that of its service, if any."""
        found: dict[str, AlertConfig] = {}
        for alert in self.alerts:
            known = found.get(alert.name)
            if alert.signal != signal or not _holds(alert, labels):
                continue
            if known is None or len(alert.where) > len(known.where):
                found[alert.name] = alert
        return tuple(
            SignalLimit(one.name, one.severity, one.limit.value, one.threshold or "")
            for one in found.values()
            if one.limit is not None
        )


def _holds(alert: AlertConfig, labels: Mapping[str, str]) -> bool:
    return all(labels.get(label) in values for label, values in alert.where.items())


def judged(
    value: float | None, direction: str, limits: Iterable[SignalLimit]
) -> tuple[LimitState, SignalLimit | None]:
    """Return what a value is beside limits, and the limit that it exceeds or would reach first."""
    limits = sorted(limits, key=lambda one: one.value, reverse=direction == "down")
    nearest = limits[0] if limits else None
    if value is None:
        return LimitState.UNKNOWN, nearest
    if nearest is None:
        return LimitState.UNLIMITED, None
    beyond = [one for one in limits if is_worse(value, one.value, direction)]
    critical = [one for one in beyond if one.severity == "critical"]
    if critical:
        return LimitState.CRITICAL, critical[-1]
    return (LimitState.BEYOND, beyond[-1]) if beyond else (LimitState.WITHIN, nearest)


class LimitsFile:
    """Reads monitoring_config.json again whenever it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: _Stamp | None = None
        self._known: KnownLimits | None = None

    def read(self) -> KnownLimits:
        """Return what the file has now."""
        stamp = self._stamp_now()
        # A fault may end without a trace in the file: a folder above it is made readable.
        if self._known is None or self._known.fault or stamp != self._stamp:
            self._known, self._stamp = _read(self._path), stamp
        return self._known

    def _stamp_now(self) -> _Stamp | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino, found.st_ctime_ns


def _read(path: Path) -> KnownLimits:
    try:
        config = read_config(path)
    except IonmonError as error:
        return KnownLimits(fault=str(error))
    limited = tuple(alert for alert in config.alerts if alert.limit is not None)
    return KnownLimits(limited, config.objective.availability)
