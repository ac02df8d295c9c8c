"""Reads incidents.yaml: the incidents that people know of.

incidents:
  - id: INC-42
    start: 2026-11-03T02:10Z
    end: 2026-11-03T03:05+01:00
    labels: {service_name: ion, region: europe-west1}
    severity: critical
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema, model_validator

from exporter.settings.document import SettingsDocument, read
from exporter.settings.keys import keys
from exporter.settings.positions import SettingsProblem, dotted, refusal
from exporter.settings.problems import problems
from exporter.settings.types import Section, inside, key
from generators.tuning.incidents import Incident

_EXAMPLE = "incidents: [{id: INC-1, start: 2026-11-03T02:10Z}]"


def _time(value: object) -> object:
    try:
        found = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError("is no time; write it like 2026-11-03T02:10Z") from None
    if found.tzinfo is None:
        raise ValueError("has no time zone; write Z for UTC, or an offset such as +01:00")
    return found.timestamp()


UnixTime = Annotated[
    float, BeforeValidator(_time), WithJsonSchema({"type": "string", "format": "date-time"})
]


class IncidentEntry(Section):
    """One incident."""

    id: Annotated[str, Field(min_length=1)] = key(..., "What people call it.")
    start: UnixTime = key(..., "When it began, with its time zone.")
    end: UnixTime | None = key(None, "When it ended; left out while it goes on.")
    labels: Mapping[str, str] = key({}, "Labels of alerts that are about it.")
    severity: Literal["critical", "high", "medium", "low"] | None = key(None, "How urgent it was.")

    @model_validator(mode="after")
    def _ends_later(self) -> "IncidentEntry":
        if self.end is not None and self.end <= self.start:
            raise inside(("end",), "is not after start; exchange them, or leave end out")
        return self

    @property
    def incident(self) -> Incident:
        """The entry as an incident."""
        return Incident(
            id=self.id,
            start=self.start,
            end=self.end,
            labels=tuple(sorted(self.labels.items())),
            severity=self.severity or "",
        )


class IncidentsFile(Section):
    """A file of incidents."""

    incidents: tuple[IncidentEntry, ...] = key((), "Every incident.")


def incidents_of(path: Path) -> tuple[Incident, ...]:
    """Return the incidents of a file. Raises SettingsError that names each line and key."""
    document = read(path, _EXAMPLE)
    try:
        found = IncidentsFile.model_validate(document.content)
    except ValidationError as error:
        wrong = [*document.problems, *problems(error, document, keys(IncidentsFile))]
    else:
        wrong = [*document.problems, *_twice(document, found)]
        if not wrong:
            return tuple(entry.incident for entry in found.incidents)
    raise refusal(wrong)


def _twice(document: SettingsDocument, found: IncidentsFile) -> list[SettingsProblem]:
    first: dict[str, int] = {}
    wrong = []
    for at, entry in enumerate(found.incidents):
        known = first.setdefault(entry.id, at)
        if known != at:
            loc = ("incidents", at, "id")
            text = f"is {dotted(('incidents', known))}'s, too; give each incident its own"
            wrong.append(SettingsProblem(document.positions[loc], loc, text))
    return wrong
