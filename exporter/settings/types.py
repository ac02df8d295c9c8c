"""Durations and percentages as people write them, and how a key of monitoring.yaml is declared."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

_UNITS = (("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000))
_DURATION = re.compile(
    "".join(rf"(?:(\d{{1,9}}){u})?" for u in ("w", "d", "h", "m", "s", "ms")), re.ASCII
)
_PERCENTAGE = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,12})?%")
_DURATION_FORM = r"^(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$"
_PERHAPS_MS = 100  # whoever writes so many without a unit may mean milliseconds
K = TypeVar("K", bound=str)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where values come from: the directory that the file's relative paths start from.

    It is the context of a validation. Code that builds a model passes none, and passes seconds and
    ratios as numbers; a file has to write their unit.
    """

    directory: Path


class Section(BaseModel):
    """A mapping of monitoring.yaml: known keys only, never changed after it was read."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_default=True, hide_input_in_errors=True
    )


def key(default: object, meaning: str, **limits: Any) -> Any:  # noqa: ANN401 - as pydantic's Field
    """Declare a key: its default as the file would write it, `...` for none, and its meaning."""
    return Field(default=default, description=meaning, **limits)


def part(section: type[Section], meaning: str) -> Any:  # noqa: ANN401 - as pydantic's Field
    """Declare a key whose value is a section; left out, the section has its own defaults."""
    return Field(default_factory=section, description=meaning)


def inside(below: tuple[str | int, ...], text: str) -> PydanticCustomError:
    """Return the error for a key that lies `below` the value which is being checked."""
    return PydanticCustomError("inside", "{text}", {"text": text, "below": below})


def seconds(text: str) -> float:
    """Return the seconds of a duration such as 1m30s. Raises ValueError with the fix."""
    match = _DURATION.fullmatch(text)
    if match is None or not text:
        raise ValueError("is no duration; write it like 500ms, 60s, 1m30s, 24h, 30d or 1w")
    scales = (*(scale for _, scale in _UNITS), 1)
    return sum(int(n) * s for n, s in zip(match.groups(), scales, strict=True) if n) / 1000


def duration(value: float) -> str:
    """Return seconds as a duration, to the millisecond: 90 becomes 1m30s."""
    rest, text = round(value * 1000), ""
    for unit, scale in (*_UNITS, ("ms", 1)):
        count, rest = divmod(rest, scale)
        text += f"{count}{unit}" if count else ""
    return text or "0s"


def ratio(text: str) -> float:
    """Return the ratio, 0 to 1, of a percentage such as 99.95%. Raises ValueError with the fix."""
    if _PERCENTAGE.fullmatch(text) is None:
        raise ValueError("is no percentage; write it like 99.95%")
    value = float(Decimal(text[:-1]) / 100)
    if value > 1:
        raise ValueError("is more than 100%, which no share can be; write a lower one")
    return value


def at_least(text: str) -> AfterValidator:
    """Return the check that a duration is not shorter than `text`."""

    def check(value: float) -> float:
        if value < seconds(text):
            raise ValueError(f"{duration(value)} is too short; write at least {text}")
        return value

    return AfterValidator(check)


def at_most(text: str) -> AfterValidator:
    """Return the check that a duration is not longer than `text`."""

    def check(value: float) -> float:
        if value > seconds(text):
            raise ValueError(f"{duration(value)} is too long; write at most {text}")
        return value

    return AfterValidator(check)


def _seconds(value: object, info: ValidationInfo) -> object:
    if isinstance(value, str):
        return seconds(value)
    if _from_file(info):
        raise ValueError(_bare(value, "duration", "60s", "s"))
    return value


def _ratio(value: object, info: ValidationInfo) -> object:
    if isinstance(value, str):
        return ratio(value)
    if _from_file(info):
        raise ValueError(_bare(value, "percentage", "99.95%", "%"))
    return value


def _from_file(info: ValidationInfo) -> bool:
    return isinstance(info.context, Origin)


def _bare(value: object, what: str, example: str, unit: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"must be a {what}, such as {example}"
    units = ("ms", "s") if unit == "s" and value >= _PERHAPS_MS else (unit,)
    written = " or ".join(f"'{value}{unit}'" for unit in units)
    return f"a bare number; write its unit: {written}"


def _serialized(value: Mapping[K, V]) -> dict[K, V]:
    return dict(value)


Seconds = Annotated[
    float,
    BeforeValidator(_seconds),
    Field(ge=0, allow_inf_nan=False),
    WithJsonSchema({"type": "string", "format": "duration", "pattern": _DURATION_FORM}),
]
Ratio = Annotated[
    float,
    BeforeValidator(_ratio),
    Field(ge=0, le=1),
    WithJsonSchema(
        {"type": "string", "format": "percentage", "pattern": r"^\d{1,3}(\.\d{1,12})?%$"}
    ),
]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Whole = Annotated[int, Strict()]
SeriesLimit = Annotated[Whole, Field(ge=1, le=1_000_000)]
Switch = Annotated[bool, Strict()]
Named = Annotated[
    Mapping[K, V],
    AfterValidator(lambda value: MappingProxyType(dict(value))),
    PlainSerializer(_serialized),
]
