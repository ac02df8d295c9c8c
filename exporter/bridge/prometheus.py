"""When the conditions of alerts began, as each Prometheus keeps it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from exporter.bridge.webhook import LATEST, Texts, moment
from exporter.catalog.alert_names import WATCHDOG
from exporter.prometheus.api import Prometheus, ServerAlert
from exporter.settings import Settings

STATE = "ALERTS_FOR_STATE"  # its value is when a condition began to be true, in Unix seconds
TIMEOUT = 5.0  # seconds for one answer
STARTED = "has just started; until everything is known that fires takes four minutes"


@dataclass(frozen=True, slots=True)
class Beginning:
    """The labels of an alert, pending ones too, and when its condition began, in Unix seconds."""

    labels: Texts
    at: float


def servers(settings: Settings) -> tuple[str, ...]:
    """Return HOST:PORT of each server that evaluates alerts."""
    at = settings.prometheus
    scraping = tuple(at.replicas.values()) or (at.address,)
    return (*scraping, *((at.longterm,) if at.longterm else ()))


def beginnings(address: str) -> tuple[Beginning, ...]:
    """Return the beginnings that a server knows. Raises IonmonError where it does not answer."""
    # By its own clock: one that is wrong here would ask for another time.
    server = Prometheus(f"http://{address}", TIMEOUT)
    return tuple(
        Beginning({n: v for n, v in series.labels if n != "__name__"}, series.values[0])
        for series in server.instant(STATE, None)
        if 0 <= series.values[0] <= LATEST
    )


def has_started_after(alerts: Iterable[ServerAlert], at: float) -> bool:
    """Return whether a server with these alerts started after a time: Watchdog always fires."""
    began = (moment(one.since) for one in alerts if ("alertname", WATCHDOG) in one.labels)
    return any(one is not None and one > at for one in began)


class Beginnings:
    """Finds the beginnings of an alert that has the labels of its rule, and perhaps more.

    Prometheus adds its external labels to an alert that it sends, and not to what it keeps.
    """

    def __init__(self, found: Iterable[Beginning]) -> None:
        self._at: dict[str, dict[tuple[str, ...], dict[tuple[str, ...], set[float]]]] = {}
        for each in found:
            names = tuple(sorted(each.labels))
            values = tuple(each.labels[name] for name in names)
            shapes = self._at.setdefault(each.labels.get("alertname", ""), {})
            shapes.setdefault(names, {}).setdefault(values, set()).add(each.at)

    def of(self, labels: Mapping[str, str]) -> tuple[float, ...]:
        """Return the beginnings of an alert, by the series that has most of its labels.

        Several, where replicas of Prometheus saw it begin at different evaluations.
        """
        shapes = self._at.get(labels.get("alertname", ""), {})
        for names in sorted(shapes, key=len, reverse=True):
            values = tuple(labels.get(name, "") for name in names)
            if values in shapes[names]:
                return tuple(sorted(shapes[names][values]))
        return ()
