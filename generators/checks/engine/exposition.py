"""A real exporter's page, whose names, labels and buckets are known on top of the catalog's."""

import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from exporter.catalog.model import Type
from exporter.errors import IonmonError
from generators.checks.engine.known_series import (
    BUCKET,
    TARGET,
    Known,
    KnownSeries,
    joined,
    written,
)

_SECONDS = 30
_COUNTED = ("_bucket", "_sum", "_count", "_total")


def with_page(known: Known, place: str) -> Known:
    """Return what is known with the page at a path or an http address. Raises IonmonError."""
    try:
        found = _series(_read(place))
    except ValueError as error:
        raise IonmonError(f"{place}: is no page of metrics in the text format: {error}") from error
    if not found:
        raise IonmonError(f"{place}: has no metrics; was the exporter asked too early?")
    return known.and_also({name: _on_top(known.get(name), one) for name, one in found.items()})


def _read(place: str) -> str:
    try:
        if place.startswith(("http://", "https://")):
            request = urllib.request.Request(place, headers={"Accept": "text/plain"})  # noqa: S310 - http only
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - http only
                return str(answer.read().decode())
        return Path(place).read_text(encoding="utf-8")
    except OSError as error:
        why = error.reason if isinstance(error, urllib.error.URLError) else error.strerror
        raise IonmonError(f"{place}: cannot be read: {why or error}") from error


def _series(text: str) -> dict[str, KnownSeries]:
    found: dict[str, KnownSeries] = {}
    for family in text_string_to_metric_families(text):
        for one in _of_family(family):
            found[one.name] = joined(found[one.name], one) if one.name in found else one
    return found


def _of_family(family: Metric) -> Iterator[KnownSeries]:
    names: dict[str, dict[str, list[str]]] = {}
    for sample in family.samples:
        labels = names.setdefault(sample.name, {})
        for name, value in sample.labels.items():
            labels.setdefault(name, []).append(value)
    for name, labels in names.items():
        values = {**TARGET, **dict.fromkeys(labels, ())}
        if BUCKET in labels:
            values[BUCKET] = _bounds(labels[BUCKET])
        yield KnownSeries(name=name, type=_type(family, name), labels=values)


def _bounds(texts: list[str]) -> tuple[str, ...]:
    return tuple(written(bound) for bound in sorted({float(text) for text in texts}))


def _type(family: Metric, name: str) -> Type:
    if family.type in ("histogram", "summary"):
        return Type.COUNTER if name.endswith(_COUNTED) else Type.GAUGE
    return Type.COUNTER if family.type == "counter" else Type.GAUGE


def _on_top(old: KnownSeries | None, new: KnownSeries) -> KnownSeries:
    """Return the series of both; the buckets are those of the page."""
    if old is None:
        return new
    labels: Mapping[str, tuple[str, ...]] = {**new.labels, **old.labels}
    if BUCKET in new.labels:
        labels = {**labels, BUCKET: new.labels[BUCKET]}
    return replace(old, labels=labels)
