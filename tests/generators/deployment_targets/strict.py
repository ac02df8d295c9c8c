"""Models that know every key, as the schemas of custom resources do."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Name = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", max_length=253)
]
Label = Annotated[
    str, StringConstraints(pattern=r"^([A-Za-z0-9]([-\w.]*[A-Za-z0-9])?)?$", max_length=63)
]
Duration = Annotated[
    str,
    StringConstraints(
        pattern=r"^(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?$",
        min_length=1,
    ),
]
Text = Annotated[str, StringConstraints(min_length=1)]
LabelName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$")]
Clock = Annotated[
    str, StringConstraints(pattern=r"^((([01][0-9])|(2[0-3])):[0-5][0-9])$|(^24:00$)")
]


class Strict(BaseModel):
    """An object of which every field is known."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Metadata(Strict):
    """What every object has."""

    name: Name
    namespace: Literal["monitoring"] | None = None
    labels: dict[str, Label] = {}
    annotations: dict[str, str] = {}


class Key(Strict):
    """A key of a Secret in the same namespace."""

    name: Name
    key: Annotated[str, StringConstraints(pattern=r"^[-._a-zA-Z0-9]+$")]


class KeyValue(Strict):
    """A pair."""

    key: Text
    value: str


class Authorization(Strict):
    """A token."""

    type: str | None = None
    credentials: Key
