"""What Redis has of an application, family by family; and which fields a selection means."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from exporter.application.families import SchemaKey, exported_name, joined
from exporter.application.state import ApplicationState, LayoutState, Schema
from exporter.errors import SettingsError
from exporter.recorder.layout import MOST_FIELDS, SEPARATOR, RedisField, family_field, parts

_BETWEEN = re.compile(r",(?=[a-zA-Z_][a-zA-Z0-9_]*=)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaContents:
    """One schema of a family: its description, how much there is of it, why it is left out.

    layout     version of the layout in Redis
    announced  Unix time of its last announcement, 0 where it is unknown
    size       bytes of its fields' names
    """

    exported: str
    family: str
    layout: int
    digest: str
    type: str
    labels: tuple[str, ...]
    bounds: tuple[float, ...]
    announced: float
    series: int
    fields: int
    size: int
    left_out: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """All that Redis has of an application."""

    application: str
    instances: int
    fields: int
    limit: int
    size: int
    schemas: tuple[SchemaContents, ...]
    notes: tuple[str, ...]


@dataclass(slots=True)
class Fields:
    """The fields of totals, gauges and families of one layout, by their names in Redis."""

    totals: list[str] = field(default_factory=list)
    gauges: list[str] = field(default_factory=list)
    families: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        """Return how many they are."""
        return len(self.totals) + len(self.gauges) + len(self.families)


@dataclass(frozen=True, slots=True)
class FieldSelection:
    """A family by its own or exported name, and labels that a series must have; empty for all."""

    family: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    def fields(self, layout: LayoutState) -> Fields:
        """Return what is selected; descriptions go with whole families only."""
        found = Fields()
        for name in layout.totals:
            if self._has(name, layout):
                found.totals.append(name)
        for instance, name in layout.gauges:
            if self._has(name, layout):
                found.gauges.append(SEPARATOR.join((instance, name)))
        for family, digest in layout.schemas:
            if not self.labels and self._is_of(family):
                name = family if layout.version == 1 else family_field(family, digest)
                found.families.append(name)
        return found

    def _is_of(self, family: str) -> bool:
        return self.family in ("", family, exported_name(family))

    def _has(self, name: str, layout: LayoutState) -> bool:
        try:
            found = parts(name, layout.version)
        except ValueError:  # no recorder's: it goes with the whole application
            return not (self.family or self.labels)
        if not self._is_of(found.family):
            return False
        return not self.labels or self.labels.items() <= dict(_labels(found, layout)).items()


def labels(text: str) -> Mapping[str, str]:
    """Return the labels in `name=value,name=value`; a value may contain commas and `=`.

    Raises SettingsError where a part has no name.
    """
    pairs = [pair.partition("=") for pair in _BETWEEN.split(text)] if text else []
    if any(not name or not found for name, found, _ in pairs):
        raise SettingsError(f"--series: {text!r} is no list of labels, use name=value,name=value")
    return {name: value for name, _, value in pairs}


def contents(application: str, state: ApplicationState) -> Contents:
    """Return what there is, the largest families first."""
    rows = [row for layout in state.layouts for row in _schemas(layout)]
    return Contents(
        application=application,
        instances=len(state.seen),
        fields=state.fields,
        limit=MOST_FIELDS,
        size=state.size,
        schemas=tuple(sorted(rows, key=lambda row: (-row.fields, row.exported, row.digest))),
        notes=tuple(note for layout in state.layouts for note in layout.notes),
    )


def _labels(found: RedisField, layout: LayoutState) -> Iterator[tuple[str, str]]:
    schema = layout.schemas.get((found.family, found.digest))
    names = schema.shape.labels if schema else ()
    if len(names) == len(found.values):
        yield from zip(names, found.values, strict=True)


def _schemas(layout: LayoutState) -> Iterator[SchemaContents]:
    names: dict[tuple[str, str], list[str]] = {key: [] for key in layout.schemas}
    series: dict[tuple[str, str], set[tuple[str, ...]]] = {key: set() for key in layout.schemas}
    for name in (*layout.totals, *(name for _, name in layout.gauges)):
        try:
            found = parts(name, layout.version)
        except ValueError:
            continue
        names.setdefault((found.family, found.digest), []).append(name)
        series.setdefault((found.family, found.digest), set()).add(found.values)
    described = {SchemaKey(layout.version, *key): s for key, s in layout.schemas.items()}
    _, unfit = joined(described)
    for key, own in names.items():
        whole = SchemaKey(layout.version, *key)
        why = str(unfit[whole]) if whole in unfit else ""
        size = sum(len(name.encode("utf-8", "replace")) for name in own)
        yield _row(whole, described.get(whole), len(series[key]), (len(own), size), why)


def _row(
    key: SchemaKey, schema: Schema | None, series: int, much: tuple[int, int], why: str
) -> SchemaContents:
    shape = schema.shape if schema else None
    return SchemaContents(
        exported=exported_name(key.family),
        family=key.family,
        layout=key.version,
        digest=key.digest,
        type=shape.type if shape else "",
        labels=shape.labels if shape else (),
        bounds=shape.bounds if shape else (),
        announced=schema.at if schema else 0.0,
        series=series,
        fields=much[0],
        size=much[1],
        left_out=why if shape else "Redis has no description of it",
    )
