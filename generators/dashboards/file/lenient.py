"""How files of Grafana are read: leniently, as Grafana reads them."""

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic.alias_generators import to_camel

Number = int | float


class Lenient(BaseModel):
    """Takes what it names, in Grafana's spelling; null is as if it were not there."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, alias_generator=to_camel, coerce_numbers_to_str=True
    )

    @model_validator(mode="before")
    @classmethod
    def _without_null(cls, found: object) -> object:
        if not isinstance(found, dict):
            return found
        return {key: value for key, value in found.items() if value is not None}


def wrong(error: ValidationError) -> str:
    """Return the first thing that a file has wrong: where it stands, and what it is."""
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"'{where}': {first['msg']}" if where else first["msg"]
