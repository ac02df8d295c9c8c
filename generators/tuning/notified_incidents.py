"""Incidents from the bridge's history, as `ionmon alerts --history --json` prints it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from exporter.errors import IonmonError
from generators.policy import SEVERITIES
from generators.tuning.incidents import Incident, IncidentOrigin

URGENT = SEVERITIES[:2]
# Alerts about the service. Not those on the monitoring itself, nor on what is only unusual.
_CATEGORIES = frozenset({"threshold", "slo", "metric"})
_PLACES = ("gcp_project", "region", "service_name", "database_id", "redis_id")
_COMMAND = "ionmon alerts --history --json --last 42d"


def notified_incidents(path: Path) -> tuple[Incident, ...]:
    """Return an incident for each alert that somebody acknowledged, and for each urgent one.

    Raises IonmonError where the file is not what the command prints.
    """
    try:
        alerts = json.loads(path.read_text(encoding="utf-8"))["alerts"]
        return tuple(_incidents(alerts))
    except OSError as error:
        raise IonmonError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IonmonError(f"{path}: is no history of alerts; write it with: {_COMMAND}") from error


def _incidents(alerts: list[Mapping[str, Any]]) -> Iterator[Incident]:
    for each in alerts:
        labels = {str(name): str(value) for name, value in each["labels"].items()}
        urgent = labels.get("severity") in URGENT
        if labels.get("category") not in _CATEGORIES or not (
            urgent or each.get("acknowledged") is not None
        ):
            continue
        began, ended = float(each["began"]), each["ended"]
        place = tuple(sorted((name, labels[name]) for name in _PLACES if name in labels))
        yield Incident(
            id="-".join((labels["alertname"], *(value for _, value in place), f"{began:.0f}")),
            start=began,
            end=None if ended is None else float(ended),
            labels=place,
            severity=labels.get("severity", ""),
            origin=IncidentOrigin.BRIDGE,
            signals=frozenset({labels["signal"]}),
        )
