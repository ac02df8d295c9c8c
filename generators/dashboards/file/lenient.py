"""How files of Grafana are read: leniently, as Grafana reads them."""

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic.alias_generators import to_camel

Number = int | float


class Lenient(BaseModel):
    """Reads the keys that it names, in Grafana's spelling; null counts as missing."""

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
    """Return the first mistake of a file: the key, and what is wrong with it."""
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"'{where}': {first['msg']}" if where else first["msg"]
