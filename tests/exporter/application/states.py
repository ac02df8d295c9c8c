"""States of an application as Redis would have them, made without Redis."""

from collections.abc import Mapping
from typing import Any

from exporter.application.merging import Merged, Merger
from exporter.application.state import ApplicationState, LayoutState, Schema, StoredLevel
from exporter.recorder.layout import SEPARATOR, VERSIONS, Shape, field

NOW = 10_000.0
META = {"epoch": "e", "created": "7"}


def counter(*labels: str) -> Shape:
    """Return a counter's shape."""
    return Shape(type="counter", help="C.", labels=labels)


def histogram(bounds: tuple[float, ...], *labels: str) -> Shape:
    """Return a histogram's shape."""
    return Shape(type="histogram", help="H.", labels=labels, bounds=bounds)


def gauge(*labels: str, rule: str = "sum", kind: str = "gauge") -> Shape:
    """Return a gauge's shape."""
    return Shape(type=kind, help="G.", labels=labels, rule=rule)


class Layout:
    """What is written under one version of the layout; every description has a time."""

    def __init__(self, version: int = 2, **meta: str) -> None:
        self.version, self.meta = version, {**META, **meta}
        self.schemas: dict[tuple[str, str], Schema] = {}
        self.totals: dict[str, float] = {}
        self.gauges: dict[tuple[str, str], StoredLevel] = {}
        self.seen: dict[str, float] = {}

    def describe(self, family: str, shape: Shape, at: float = 1.0) -> "Layout":
        """Announce a family, without a value."""
        digest = "" if self.version == 1 else shape.digest
        self.schemas[family, digest] = Schema(shape, 0.0 if self.version == 1 else at)
        return self

    def count(
        self, family: str, shape: Shape, values: tuple[str, ...], parts: Any, at: float = 1.0
    ) -> "Layout":
        """Add totals: a number, or numbers by part."""
        self.describe(family, shape, at)
        for part, value in (parts if isinstance(parts, dict) else {"": parts}).items():
            self.totals[self.name(family, shape, part, values)] = float(value)
        return self

    def set(
        self,
        instance: str,
        family: str,
        shape: Shape,
        values: tuple[str, ...],
        value: float,
        *,
        at: float = 1.0,
    ) -> "Layout":
        """Set a gauge of an instance that flushed just now."""
        self.describe(family, shape)
        self.seen.setdefault(instance, NOW)
        key = instance, self.name(family, shape, "", values)
        self.gauges[key] = StoredLevel(0.0 if self.version == 1 else at, value)
        return self

    def name(self, family: str, shape: Shape, part: str, values: tuple[str, ...]) -> str:
        """Return a field's name."""
        if self.version == 1:
            return SEPARATOR.join((family, part, *values))
        return field(family, shape.digest, part, values)

    def read(self) -> LayoutState:
        """Return it as it is read."""
        return LayoutState(
            version=self.version,
            meta=dict(self.meta),
            schemas=dict(self.schemas),
            totals=dict(self.totals),
            gauges=dict(self.gauges),
            seen=dict(self.seen),
        )


def state(*layouts: Layout, now: float = NOW) -> ApplicationState:
    """Return the state of some layouts; the others are empty."""
    found = {layout.version: layout.read() for layout in layouts}
    read = tuple(found.get(version, LayoutState(version=version)) for version in VERSIONS)
    return ApplicationState(now=now, layouts=read)


def scraped(_since: float) -> bool:
    """Say that every scraper has come."""
    return True


def merged(*layouts: Layout, limit: int = 100) -> Merged:
    """Merge what an exporter that starts reads."""
    return Merger(120.0, limit).merge(state(*layouts), NOW, scraped)


def samples(found: Merged, name: str) -> dict[Any, Any]:
    """Return a family's values, by the label values that are not empty, with their names."""
    return {
        named(part.family.label_names, sample.labels): sample.value
        for part in found.parts
        if part.family.name == name
        for sample in part.samples
    }


def named(names: tuple[str, ...], values: tuple[str, ...]) -> str:
    """Return labels as text, sorted by name."""
    pairs: Mapping[str, str] = dict(zip(names, values, strict=True))
    return ",".join(f"{name}={value}" for name, value in sorted(pairs.items()) if value)
