"""Asks the control address of a simulated project."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

from exporter.client.own_server import answer
from exporter.errors import IonmonError
from exporter.simulator.control import END, INCIDENT, SCHEMA_VERSION

_PATIENCE = 10.0  # seconds
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class PlannedIncident:
    """An incident of a simulated project, from one Unix time to another."""

    name: str
    description: str
    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class SimulatorState:
    """What goes on at a Unix time; `delay` is when points can be read, None for Google's own."""

    now: float
    delay: float | None
    incidents: tuple[PlannedIncident, ...]


def state(address: str) -> SimulatorState:
    """Return what goes on. Raises IonmonError where nobody answers."""
    return _answer(address, "/")


def begin(address: str, name: str, minutes: int) -> SimulatorState:
    """Begin an incident. Raises IonmonError, as for one that is not known."""
    return _answer(address, INCIDENT, {"name": name, "minutes": minutes})


def end(address: str) -> SimulatorState:
    """End all that goes on. Raises IonmonError."""
    return _answer(address, END, {})


def _answer(address: str, path: str, body: Mapping[str, Any] | None = None) -> SimulatorState:
    content = None if body is None else json.dumps(body).encode()
    request = Request(f"http://{address}{path}", content, {"Content-Type": "application/json"})
    try:
        found = json.loads(answer(request, _PATIENCE, _LARGEST))
    except HTTPError as error:
        raise IonmonError(_refusal(error)) from error
    except (OSError, HTTPException, ValueError) as error:
        fix = "start a project: ionmon stack, or ionmon simulate --control-port 9845"
        raise IonmonError(f"no simulated project answers at {address}: {error}; {fix}") from error
    if not isinstance(found, dict) or found.get("schema_version") != SCHEMA_VERSION:
        raise IonmonError(f"{address}: is no control address of this version's simulator")
    return SimulatorState(
        now=found["now"],
        delay=found["source_delay_seconds"],
        incidents=tuple(PlannedIncident(**one) for one in found["incidents"]),
    )


def _refusal(error: HTTPError) -> str:
    try:
        return str(json.loads(error.read())["fault"])
    except (ValueError, KeyError, TypeError):
        return f"the simulated project refuses: {error.code} {error.reason}"
