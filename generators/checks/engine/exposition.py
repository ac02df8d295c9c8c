"""A real exporter's exposition: its names, labels and buckets are known beside the catalog's."""

import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from exporter.catalog.model import Type
from exporter.client.own_server import answer, answer_fault
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
_LARGEST = 1 << 28  # bytes of an exposition
_COUNTED = ("_bucket", "_sum", "_count", "_total")


def with_exposition(known: Known, source: str) -> Known:
    """Return what is known with an exposition from a path or http address. Raises IonmonError."""
    try:
        found = _series(_read(source))
    except ValueError as error:
        raise IonmonError(f"{source}: is no exposition in the text format: {error}") from error
    if not found:
        raise IonmonError(f"{source}: has no metrics; try again when the exporter has polled")
    return known.and_also({name: _on_top(known.get(name), one) for name, one in found.items()})


def _read(source: str) -> str:
    is_address = source.startswith(("http://", "https://"))
    try:
        if is_address:
            request = urllib.request.Request(source, headers={"Accept": "text/plain"})  # noqa: S310 - http only
            return answer(request, _SECONDS, _LARGEST).decode()
        return Path(source).read_text(encoding="utf-8")
    except OSError as error:
        why = answer_fault(error) if is_address else error.strerror or error
        raise IonmonError(f"{source}: cannot be read: {why}") from error


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
    """Return the series of both; the buckets are those of the exposition."""
    if old is None:
        return new
    labels: Mapping[str, tuple[str, ...]] = {**new.labels, **old.labels}
    if BUCKET in new.labels:
        labels = {**labels, BUCKET: new.labels[BUCKET]}
    return replace(old, labels=labels)
