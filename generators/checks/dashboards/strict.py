"""Strict models of a dashboard file, made from the lenient ones, which declare its fields."""

from collections.abc import Collection
from types import GenericAlias
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.alias_generators import to_camel

from generators.dashboards.file.lenient import Lenient


class Strict(BaseModel):
    """Refuses keys that it does not name, in Grafana's spelling, and values of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)


def strict(
    model: type[Lenient],
    *,
    only: Collection[str] = (),
    without: Collection[str] = (),
    optional: Collection[str] = (),
    **narrowed: Any,  # noqa: ANN401 - a type, as pydantic takes it
) -> type[Strict]:
    """Return a strict model with fields of a lenient one; all are required but the optional ones.

    only, without  which fields it has; it has all where neither is set
    narrowed       the types of fields that allow less than the lenient model
    Raises ValueError for a field that the lenient model does not have.
    """
    declared = model.model_fields
    unknown = {*only, *without, *optional, *narrowed} - declared.keys()
    if unknown:
        raise ValueError(f"{model.__name__} has no field {', '.join(sorted(unknown))}")
    fields: dict[str, Any] = {}
    for name in only or declared.keys() - set(without):
        kind: Any = narrowed.get(name, declared[name].annotation)
        alias = declared[name].alias
        if name in optional:
            fields[name] = (kind | None, Field(default=None, alias=alias))
        else:
            fields[name] = (kind, Field(alias=alias))
    name = model.__name__.removesuffix("InFile")
    return create_model(f"Strict{name}", __base__=Strict, **dict(sorted(fields.items())))


def many(kind: object) -> GenericAlias:
    """Return the type of a list of items of a type."""
    return GenericAlias(tuple, (kind, ...))
