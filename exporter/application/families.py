"""Finds the exported family of an application's metric: the catalog's, or a new one."""

import re

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


class Unfit(Exception):
    """A metric that cannot be exported, and why."""


def exported(name: str, shape: Shape) -> Family:
    """Return the family of a metric. Raises Unfit where it contradicts the catalog."""
    whole = name if name.startswith(PREFIX) else PREFIX + name
    kind = _TYPES.get(shape.type)
    if kind is None:
        raise Unfit(f"{name}: unknown type {shape.type!r}")
    if not _NAME.fullmatch(whole) or not all(map(_LABEL.fullmatch, shape.labels)):
        raise Unfit(f"{name}: names have letters, digits and _ only; rename it or its labels")
    if len(set(shape.labels)) < len(shape.labels):
        raise Unfit(f"{name}: has a label twice; rename one")
    known = _BY_NAME.get(whole)
    if known is None:
        labels = tuple(Label(label, "label of the application") for label in shape.labels)
        text = f"{shape.help.rstrip('.')}. [application]"
        return Family(
            name=whole,
            type=kind,
            unit=Unit.NONE,
            help=text,
            labels=labels,
            source=ApplicationMetric(name),
        )
    if known.type is not kind or set(known.label_names) != set(shape.labels):
        expected = f"{known.type} with the labels {', '.join(known.label_names)}"
        raise Unfit(f"{name}: must be a {expected}; rename or change it")
    return known
