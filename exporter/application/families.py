"""Finds the exported families of an application's schemas: the catalog's, or new ones.

Versions of an application, and metrics named `x` and `app_x`, meet under one exported name. What
can be joined is one family with all their labels; of types that contradict, the one announced last
is exposed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from exporter.application.state import Schema
from exporter.catalog import application as catalog
from exporter.catalog.model import ApplicationMetric, Family, Label, Type, Unit
from exporter.recorder.layout import Shape

PREFIX = "app_"
_TYPES = {
    "counter": Type.COUNTER,
    "histogram": Type.HISTOGRAM,
    "summary": Type.HISTOGRAM,
    "gauge": Type.GAUGE,
    "info": Type.INFO,
    "stateset": Type.GAUGE,
    "unknown": Type.GAUGE,
}
_NAME, _LABEL = re.compile("[a-zA-Z_:][a-zA-Z0-9_:]*"), re.compile("[a-zA-Z_][a-zA-Z0-9_]*")
_BY_NAME = {family.name: family for family in catalog.FAMILIES}


class SchemaKey(NamedTuple):
    """Whose fields they are: version of the layout, family, digest of the schema."""

    version: int
    family: str
    digest: str


Schemas = Mapping[SchemaKey, Schema]


class Unfit(Exception):
    """A metric that cannot be exported, and why; `reason` is a label's value."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Joined:
    """An exported family, and the schemas that it is joined of, the one announced last first."""

    family: Family
    schemas: Schemas

    @property
    def shape(self) -> Shape:
        """The shape that was announced last."""
        return next(iter(self.schemas.values())).shape


def exported_name(name: str) -> str:
    """Return the exported name of an application's metric."""
    return name if name.startswith(PREFIX) else PREFIX + name


def joined(schemas: Schemas) -> tuple[dict[str, Joined], dict[SchemaKey, Unfit]]:
    """Return the exported families by name, and which schemas are left out, and why."""
    found: dict[str, dict[SchemaKey, Schema]] = {}
    unfit: dict[SchemaKey, Unfit] = {}
    for key, schema in sorted(schemas.items(), key=_last_first):
        try:
            _check(key.family, schema.shape)
            same = found.setdefault(exported_name(key.family), {})
            _check_type(key.family, schema.shape, same)
        except Unfit as error:
            unfit[key] = error
        else:
            same[key] = schema
    families = {name: Joined(_family(name, same), same) for name, same in found.items() if same}
    return families, unfit


def _last_first(item: tuple[SchemaKey, Schema]) -> tuple[float, SchemaKey]:
    return -item[1].at, item[0]


def _check(name: str, shape: Shape) -> None:
    """Raise Unfit where a metric cannot be exported, whatever else there is."""
    whole = exported_name(name)
    kind = _TYPES.get(shape.type)
    if kind is None:
        raise Unfit("type", f"{name}: unknown type {shape.type!r}")
    if not _NAME.fullmatch(whole) or not all(map(_LABEL.fullmatch, shape.labels)):
        text = f"{name}: names have letters, digits and _ only; rename it or its labels"
        raise Unfit("name", text)
    if len(set(shape.labels)) < len(shape.labels):
        raise Unfit("name", f"{name}: has a label twice; rename one")
    if kind is Type.HISTOGRAM and "le" in shape.labels:
        raise Unfit("name", f"{name}: a histogram has a label le already; rename yours")
    known = _BY_NAME.get(whole)
    if known is not None and known.type is not kind:
        expected = f"{known.type} with the labels {', '.join(known.label_names)}"
        raise Unfit("type", f"{name}: must be a {expected}; rename or change it")


def _check_type(name: str, shape: Shape, others: Schemas) -> None:
    """Raise Unfit where the type contradicts that of the schema announced last."""
    for other, schema in others.items():
        if _TYPES[schema.shape.type] is not _TYPES[shape.type]:
            text = (
                f"{name}: a {shape.type}, but {other.family} is a {schema.shape.type} under the "
                f"same exported name {exported_name(name)} and was announced last; rename one"
            )
            raise Unfit("type", text)


def _family(name: str, schemas: Schemas) -> Family:
    """Return the family of schemas that can be joined, with the labels of all."""
    last = next(iter(schemas))
    shape = schemas[last].shape
    known = _BY_NAME.get(name)
    known_labels = known.labels if known else ()
    labels = {label.name: label for label in known_labels}
    for label in _labels(schemas):
        labels.setdefault(label, Label(label, "label of the application"))
    if known and len(labels) == len(known_labels):
        return known
    if known:
        return replace(known, labels=tuple(labels.values()))
    return Family(
        name=name,
        type=_TYPES[shape.type],
        unit=Unit.NONE,
        help=f"{shape.help.rstrip('.')}. [application]",
        labels=tuple(labels.values()),
        source=ApplicationMetric(last.family),
    )


def _labels(schemas: Schemas) -> Iterable[str]:
    """Return the labels of all schemas, in an order that no announcement changes."""
    every = sorted(schemas.items(), key=lambda item: item[0])
    return dict.fromkeys(label for _, schema in every for label in schema.shape.labels)
