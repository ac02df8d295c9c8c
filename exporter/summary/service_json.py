"""The recent service as /service.json, and back: docs/service_json.md is the contract."""

import json
from collections.abc import Mapping
from math import isfinite, nan
from typing import Any

from exporter.errors import IonmonError
from exporter.exposition.label_values import clean
from exporter.summary.limits import LimitState
from exporter.summary.model import SignalLimit
from exporter.summary.recent import (
    MINUTE,
    RecentPlace,
    RecentService,
    RecentSignal,
    UnknownSignal,
)

SCHEMA_VERSION = 1
PATH = "/service.json"


class ServiceJsonError(IonmonError):
    """What was read is not this version's /service.json."""


def service_json(service: RecentService | None, headline: str) -> bytes:
    """Return the document; before the exporter has started there is no service, so no signal."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "headline": headline,
        "at": service.at if service else None,
        "objective": service.objective if service else "",
        "limits_fault": service.limits_fault if service else "",
        "not_known": [_not_known(one) for one in service.not_known] if service else [],
        "line_step_seconds": MINUTE,
        "signals": [_signal(signal) for signal in service.signals] if service else [],
    }
    return json.dumps(document, indent=1, allow_nan=False, ensure_ascii=False).encode() + b"\n"


def _not_known(one: UnknownSignal) -> dict[str, Any]:
    given_up = list(one.given_up)
    return {"name": one.name, "noun": one.noun, "given_up": given_up, "absent": one.absent}


def _signal(signal: RecentSignal) -> dict[str, Any]:
    return {
        "name": signal.name,
        "noun": signal.noun,
        "kind": signal.kind,
        "unit": signal.unit,
        "direction": signal.direction,
        "now": _number(signal.now),
        "line": [_number(value) for value in signal.line],
        "data_time": signal.data_time,
        "places": [_place(place) for place in signal.places],
        "left_out": signal.left_out,
    }


def _place(place: RecentPlace) -> dict[str, Any]:
    return {
        "labels": dict(place.labels),
        "now": _number(place.now),
        "line": [_number(value) for value in place.line],
        "state": place.state.value,
        "limit": None if place.limit is None else _limit(place.limit),
    }


def _limit(limit: SignalLimit) -> dict[str, Any]:
    return {
        "alert": limit.alert,
        "severity": limit.severity,
        "value": limit.value,
        "text": limit.text,
    }


def _number(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def read_service_json(text: bytes | str, source: str) -> RecentService | None:
    """Return the service of a document; None where its exporter has only just started.

    Raises ServiceJsonError, which names `source`.
    """
    try:
        document = json.loads(text)
        version = document["schema_version"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ServiceJsonError(f"{source}: is no {PATH} of an exporter") from None
    if version != SCHEMA_VERSION:
        fault = f"{source}: schema_version is {version}, this ionmon reads {SCHEMA_VERSION}"
        raise ServiceJsonError(f"{fault}; use the same version of both")
    try:
        return _service(document) if document["at"] is not None else None
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        fault = f"{source}: does not match schema_version {SCHEMA_VERSION}: {error!r}"
        raise ServiceJsonError(fault) from None


def _service(document: Mapping[str, Any]) -> RecentService:
    at = _value(document["at"])
    if at is None:
        raise ValueError("at is no time")
    return RecentService(
        at=at,
        signals=tuple(_read_signal(signal) for signal in document["signals"]),
        objective=str(document["objective"]),
        limits_fault=str(document["limits_fault"]),
        # An exporter of an older version does not say what it does not know.
        not_known=tuple(_read_not_known(one) for one in document.get("not_known", ())),
    )


def _read_not_known(found: Mapping[str, Any]) -> UnknownSignal:
    given_up = tuple(str(name) for name in found["given_up"])
    absent = found.get("absent") is True  # which an older exporter does not say
    return UnknownSignal(str(found["name"]), str(found["noun"]), given_up, absent)


def _read_signal(found: Mapping[str, Any]) -> RecentSignal:
    return RecentSignal(
        name=str(found["name"]),
        noun=str(found["noun"]),
        kind=_text(found["kind"]),
        unit=_text(found["unit"]),
        direction=str(found["direction"]),
        now=_value(found["now"]),
        line=_line(found["line"]),
        data_time=_value(found["data_time"]),
        places=tuple(_read_place(place) for place in found["places"]),
        left_out=int(found["left_out"]),
    )


def _read_place(found: Mapping[str, Any]) -> RecentPlace:
    return RecentPlace(
        labels=tuple(
            sorted((clean(str(name)), clean(str(value))) for name, value in found["labels"].items())
        ),
        now=_value(found["now"]),
        line=_line(found["line"]),
        state=LimitState(found["state"]),
        limit=None if found["limit"] is None else _read_limit(found["limit"]),
    )


def _read_limit(found: Mapping[str, Any]) -> SignalLimit:
    alert, severity, text = (str(found[key]) for key in ("alert", "severity", "text"))
    return SignalLimit(alert, severity, float(found["value"]), text)


def _text(found: object) -> str | None:
    return None if found is None else str(found)


def _value(found: Any) -> float | None:  # noqa: ANN401 - of JSON
    return None if found is None else _number(float(found))


def _line(found: list[float | None]) -> tuple[float, ...]:
    values = map(_value, found)
    return tuple(nan if value is None else value for value in values)
