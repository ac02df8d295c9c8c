"""What fires now, read from each Alertmanager itself, and alerts that are posted to them.

A webhook tells that an alert is over up to a group interval late; the API tells it at once.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from http.client import HTTPException
from types import MappingProxyType
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request

from exporter.bridge.webhook import Texts, moment
from exporter.client.own_server import answer
from exporter.errors import IonmonError

PATH = "/api/v2/alerts"
STATUS = "/api/v2/status"
TIMEOUT = 5.0  # seconds for the whole of one answer
LARGEST = 1 << 26  # bytes of an answer
_SHOWN = 200  # characters of an error that are shown


class AlertmanagerFault(IonmonError):
    """An Alertmanager does not answer, or not as Alertmanager does; the text says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAlert:
    """An alert that fires, as Alertmanagers hold it; times are Unix seconds, to the millisecond.

    Labels are exactly those of the alert, whatever is in them: they are posted again.
    updated_at is when Alertmanager last received it, by Alertmanager's own clock.
    """

    fingerprint: str
    labels: Texts
    annotations: Texts
    starts_at: float
    updated_at: float
    silenced_by: tuple[str, ...] = ()
    inhibited_by: tuple[str, ...] = ()
    receivers: tuple[str, ...] = ()
    generator_url: str = ""

    @property
    def name(self) -> str:
        """The alert's name."""
        return self.labels.get("alertname", "")


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """One Alertmanager, at HOST:PORT."""

    address: str

    def held(self) -> tuple[HeldAlert, ...]:
        """Return every alert that fires, muted ones too. Raises AlertmanagerFault."""
        found = self.get(PATH)
        try:
            return tuple(_held(entry) for entry in json.loads(found))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            text = f"{self.address} does not answer as Alertmanager's API v2 does: {error!r:.100}"
            raise AlertmanagerFault(text) from error

    def started_at(self) -> float:
        """Return since when it runs, in Unix seconds by its own clock. Raises AlertmanagerFault."""
        found = self.get(STATUS)
        try:
            at = moment(json.loads(found)["uptime"])
        except (ValueError, KeyError, TypeError, RecursionError):
            at = None
        if at is None:
            raise AlertmanagerFault(f"{self.address} does not say since when it runs")
        return at

    def post(self, alerts: Sequence[Mapping[str, Any]]) -> None:
        """Hand over alerts, as Prometheus does. Raises AlertmanagerFault."""
        self._answer("POST", PATH, json.dumps(alerts).encode())

    def get(self, path: str) -> bytes:
        """Return what is at a path. Raises AlertmanagerFault."""
        return self._answer("GET", path, None)

    def _answer(self, method: str, path: str, body: bytes | None) -> bytes:
        try:
            request = Request(f"http://{self.address}{path}", body, method=method)
            request.add_header("Content-Type", "application/json")
            text = answer(request, TIMEOUT, LARGEST + 1)
        except HTTPError as error:
            reason = error.read(_SHOWN).decode("utf-8", "replace")
            fault = f"{self.address} refused {method} with {error.code}: {reason}"
            raise AlertmanagerFault(fault) from error
        except (OSError, HTTPException, ValueError) as error:
            fix = "start it, or correct prometheus.alertmanagers"
            fault = f"{self.address} does not answer: {_reason(error)}; {fix}"
            raise AlertmanagerFault(fault) from error
        if len(text) > LARGEST:
            raise AlertmanagerFault(f"{self.address} holds more than {LARGEST >> 20} MiB of alerts")
        return text


def _reason(error: Exception) -> str:
    cause = error.reason if isinstance(error, URLError) else error
    return str(getattr(cause, "strerror", None) or cause or type(cause).__name__)


def _held(entry: Mapping[str, Any]) -> HeldAlert:
    starts_at, updated_at = moment(entry["startsAt"]), moment(entry["updatedAt"])
    if starts_at is None or updated_at is None:
        raise ValueError("startsAt or updatedAt is no time")
    return HeldAlert(
        fingerprint=str(entry["fingerprint"]),
        labels=_texts(entry["labels"]),
        annotations=_texts(entry.get("annotations") or {}),
        starts_at=starts_at,
        updated_at=updated_at,
        silenced_by=tuple(map(str, entry["status"].get("silencedBy") or ())),
        inhibited_by=tuple(map(str, entry["status"].get("inhibitedBy") or ())),
        receivers=tuple(str(each["name"]) for each in entry.get("receivers") or ()),
        generator_url=str(entry.get("generatorURL") or ""),
    )


def _texts(found: Mapping[str, Any]) -> Texts:
    return MappingProxyType({_text(name): _text(value) for name, value in found.items()})


def _text(value: object) -> str:
    """Return a text that can be written as UTF-8; Alertmanager's own always can."""
    text = str(value)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def merged(answers: Iterable[Sequence[HeldAlert]]) -> tuple[HeldAlert, ...]:
    """Return what fires in any of several Alertmanagers, each alert once, in a fixed order.

    It began when the first of them says; it is muted where any of them mutes it.
    """
    found: dict[str, HeldAlert] = {}
    for alert in (each for held in answers for each in held):
        known = found.get(alert.fingerprint)
        found[alert.fingerprint] = alert if known is None else _both(known, alert)
    return tuple(sorted(found.values(), key=lambda each: (each.starts_at, each.fingerprint)))


def _both(one: HeldAlert, other: HeldAlert) -> HeldAlert:
    newer = max(one, other, key=lambda each: each.updated_at)
    return replace(
        newer,
        starts_at=min(one.starts_at, other.starts_at),
        silenced_by=_union(one.silenced_by, other.silenced_by),
        inhibited_by=_union(one.inhibited_by, other.inhibited_by),
        receivers=_union(one.receivers, other.receivers),
    )


def _union(one: Iterable[str], other: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))
