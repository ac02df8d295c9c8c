"""Every series that there is: of catalog, settings, other programs, rules, an exposition.

Labels come with their values where the set of these is closed, else with none. The bounds of
histograms are those of `exporter.catalog.buckets`: Google's own layout was not observed; a real
exposition, read on top, settles it. An application's bounds are not known: any are allowed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from exporter.catalog import CATALOG, application
from exporter.catalog.buckets import expected
from exporter.catalog.build import type_of
from exporter.catalog.labels import PROJECT
from exporter.catalog.model import Family, MetricKind, Type, ValueType
from exporter.settings import MetricSettings, Settings
from generators.checks.engine.external_series import EXTERNAL

Values = tuple[str, ...]
TARGET: Mapping[str, Values] = {"job": (), "instance": ()}
BUCKET = "le"
INFINITE = "+Inf"
_NONE: Mapping[str, Values] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSeries:
    """The series of one name.

    interval   seconds between samples where a rule makes them, else None
    extensible there may be further labels, which cannot be listed
    partial    some of the labels may be missing
    """

    name: str
    type: Type
    labels: Mapping[str, Values]
    interval: float | None = None
    extensible: bool = False
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """Series by name."""

    series: Mapping[str, KnownSeries] = field(default_factory=dict)

    def get(self, name: str) -> KnownSeries | None:
        """Return the series of a name, or None."""
        return self.series.get(name)

    def and_also(self, more: Mapping[str, KnownSeries]) -> "Known":
        """Return all of these and others; of a name that is in both, the other."""
        return Known({**self.series, **more})


def known(settings: Settings) -> Known:
    """Return what scrapes bring: of the exporter, under the settings, and of other programs."""
    found = {s.name: s for family in CATALOG.values() for s in of_family(family)}
    added = {PROJECT.name: ()} if settings.google.several else {}
    if settings.application.road != "redis":
        for family in application.FAMILIES:
            found.update({s.name: s for s in of_family(family, added)})
    for name, metric in settings.google.metrics.items():
        found.update({s.name: s for s in _of_settings(name, metric, added)})
    found.update({row.name: _external(row.name, row.type, row.labels) for row in EXTERNAL})
    return Known(found)


def of_family(family: Family, added: Mapping[str, Values] = _NONE) -> Iterator[KnownSeries]:
    """Yield the series of a family of the catalog; `added` are labels that it has besides."""
    labels = {**TARGET, **added, **{label.name: label.values for label in family.labels}}
    yield from _of_type(family.name, family.type, labels, _bounds(family))


def _bounds(family: Family) -> Values:
    found = expected(family)
    return (*map(written, found), INFINITE) if found else ()


def written(bound: float) -> str:
    """Return a bucket's bound as the exporter writes it, and as Prometheus 3 reads any."""
    return INFINITE if bound == float("inf") else repr(float(bound))


def _of_type(
    name: str, kind: Type, labels: Mapping[str, Values], bounds: Values
) -> Iterator[KnownSeries]:
    if kind is Type.HISTOGRAM:
        yield KnownSeries(
            name=f"{name}_bucket", type=Type.COUNTER, labels={**labels, BUCKET: bounds}
        )
        yield KnownSeries(name=f"{name}_sum", type=Type.COUNTER, labels=labels)
        yield KnownSeries(name=f"{name}_count", type=Type.COUNTER, labels=labels)
    else:
        yield KnownSeries(name=name, type=kind, labels=labels)


def _of_settings(
    name: str, metric: MetricSettings, added: Mapping[str, Values]
) -> Iterator[KnownSeries]:
    kind = type_of(MetricKind(metric.kind), ValueType(metric.value))
    labels = {**TARGET, **added, **dict.fromkeys(metric.labels, ())}
    yield from _of_type(name, kind, labels, ())


def _external(name: str, kind: Type, labels: tuple[str, ...]) -> KnownSeries:
    return KnownSeries(name=name, type=kind, labels={**TARGET, **dict.fromkeys(labels, ())})


def joined(first: KnownSeries, second: KnownSeries) -> KnownSeries:
    """Return the series of two statements of one name."""
    labels = union(first.labels, second.labels)
    return replace(
        first,
        labels=labels,
        type=first.type if first.type is second.type else Type.GAUGE,
        extensible=first.extensible or second.extensible,
        partial=first.partial or second.partial or first.labels.keys() != second.labels.keys(),
    )


def union(first: Mapping[str, Values], second: Mapping[str, Values]) -> dict[str, Values]:
    """Return the labels of either, with the values of both where both are closed."""
    found = {**first, **second}
    for name in first.keys() & second.keys():
        one, other = first[name], second[name]
        found[name] = tuple(dict.fromkeys((*one, *other))) if one and other else ()
    return found
