"""Names the fields of a metric's series, as they stand in Redis."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from . import layout
from .layout import Shape, family_field

MOST_SERIES = 2_000
_SUFFIXES = {"counter": "_total", "info": "_info"}
_LATEST = ("info", "stateset")

Values = tuple[str, ...]


@dataclass(slots=True)
class RegistryReading:
    """What changed in a registry since the reading before; in the first one, all of it.

    totals   rises by field; a new series is there with 0
    levels   values of gauges that are new or changed, by field
    gone     fields of gauges that are there no more
    shapes   new or changed descriptions, by family and digest
    dropped  series that a limit left out, and values that Redis cannot add, unless counted before
    faults   what could not be read, and why
    """

    totals: dict[str, float] = field(default_factory=dict)
    levels: dict[str, float] = field(default_factory=dict)
    gone: dict[str, None] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)
    dropped: int = 0
    faults: list[str] = field(default_factory=list)


def fault(name: str, error: Exception) -> str:
    """Return the message about a metric that could not be read."""
    return f"{name}: {type(error).__name__}: {error}"


@dataclass(frozen=True, slots=True)
class NamedFamily:
    """A metric under its name in Redis, with one shape."""

    name: str
    shape: Shape
    constant: Values

    def field(self, part: str, values: Iterable[str]) -> str:
        """Return the field of a part of the series with these values of the metric's own labels."""
        return layout.field(self.name, self.shape.digest, part, (*self.constant, *values))

    def announce(self, found: RegistryReading) -> None:
        """Add the description."""
        found.shapes[family_field(self.name, self.shape.digest)] = self.shape


@dataclass(frozen=True, slots=True)
class Naming:
    """Makes families.

    `constant` labels come before a metric's own; a metric's label of the same name replaces one.
    `rules` say how its gauges are joined.
    """

    constant: Mapping[str, str]
    rules: Mapping[str, str]

    def family(
        self,
        name: str,
        kind: str,
        *,
        documentation: str,
        labels: Values,
        bounds: Iterable[float] = (),
    ) -> NamedFamily:
        """Return the family of a metric of prometheus_client; `labels` are its own."""
        kept = {label: text for label, text in self.constant.items() if label not in labels}
        shape = Shape(
            type=kind,
            help=documentation,
            labels=(*kept, *labels),
            bounds=tuple(sorted(set(bounds) - {float("inf")})),
            rule="latest" if kind in _LATEST else self.rules.get(name, "sum"),
        )
        return NamedFamily(name + _SUFFIXES.get(kind, ""), shape, tuple(kept.values()))
