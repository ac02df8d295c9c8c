"""What a set's monitoring_config.json records, read from any schema version up to today's.

exporter.monitoring_config is for programs that run by the file, and refuses older versions. Here
old files are read to be compared and put back, so each older form is brought to today's.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from exporter.errors import IonmonError
from exporter.monitoring_config import SCHEMA_VERSION

Body = Mapping[str, Any]


class VersionError(IonmonError):
    """A generated set is not there, is not whole, or cannot be read."""


def _alerts(found: object) -> object:
    """Return alerts as a list: versions 1 and 2 had them by name, one of each."""
    if isinstance(found, dict) and all(isinstance(one, dict) for one in found.values()):
        return [{"name": name, "where": {}, **one} for name, one in found.items()]
    return found


class RecordedAlert(BaseModel):
    """An alert; what else is recorded of it is in `model_extra`."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: str
    where: dict[str, tuple[str, ...]] = {}
    query: str | None = None  # version 1 did not record it

    @property
    def title(self) -> str:
        """The name, with the labels' values that tell several of one name apart."""
        values = ", ".join(value for values in self.where.values() for value in values)
        return f"{self.name} ({values})" if values else self.name


class RecordedConfig(BaseModel):
    """The file in today's form; sections that only programs read are in `model_extra`."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)

    schema_version: int  # as it was written
    content_hash: str = ""
    inputs_hash: str | None = None
    ionmon_version: str | None = None
    command: str = ""
    alerts: Annotated[tuple[RecordedAlert, ...], BeforeValidator(_alerts)]
    rules: dict[str, str]
    settings: dict[str, Any] = {}
    files: dict[str, str]


def recorded(content: bytes, source: str) -> RecordedConfig:
    """Return what a file records. Raises VersionError, which names `source`."""
    try:
        found = RecordedConfig.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(map(str, first["loc"]))
        fault = f"{key}: {first['msg']}" if key else str(first["msg"])
    else:
        if found.schema_version <= SCHEMA_VERSION:
            return found
        fault = f"schema_version is {found.schema_version}, this ionmon reads up to "
        fault += f"{SCHEMA_VERSION}; use the newer ionmon"
    # Raised out here: pydantic's error contains the values.
    raise VersionError(f"{source}: {fault}")
