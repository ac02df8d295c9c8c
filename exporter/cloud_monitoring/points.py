"""Reads the labels of a TimeSeries message, and why a series is refused.

The identity of a series is its metric and resource labels. Messages are read as raw protobuf: the
object layer of the client library is ten times as slow.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from google.cloud.monitoring_v3 import ListTimeSeriesResponse

from exporter.catalog.model import CloudMonitoring, Family, MetricKind, ValueType
from exporter.cloud_monitoring.read_window import SECOND
from exporter.exposition.label_values import clean

_KINDS = {1: MetricKind.GAUGE, 2: MetricKind.DELTA, 3: MetricKind.CUMULATIVE}
_VALUES = {
    1: ValueType.BOOL,
    2: ValueType.INT64,
    3: ValueType.DOUBLE,
    4: ValueType.STRING,
    5: ValueType.DISTRIBUTION,
    6: ValueType.MONEY,
}
FIELDS = {
    ValueType.BOOL: "bool_value",
    ValueType.INT64: "int64_value",
    ValueType.DOUBLE: "double_value",
    ValueType.DISTRIBUTION: "distribution_value",
}
Raw: TypeAlias = Any  # a raw protobuf message, for which the client library has no types
PageMessage = ListTimeSeriesResponse.pb()


@dataclass(frozen=True, slots=True)
class Identity:
    """A source series: its canonical key, its exported labels, labels the catalog does not know.

    `cleaned` says whether an exported value was cleaned or cut.
    """

    key: str
    labels: tuple[str, ...]
    unknown: tuple[str, ...]
    cleaned: bool = False


def wire_key(series: Raw) -> bytes:
    """Return bytes that are equal only for equal identities; cheap, but not canonical."""
    return bytes(series.metric.SerializeToString() + b"\0" + series.resource.SerializeToString())


def identify(family: Family, source: CloudMonitoring, series: Raw, project: str) -> Identity:
    """Read the identity of a series, as `family` exports it."""
    found = {f"metric.{k}": v for k, v in series.metric.labels.items()}
    found.update({f"resource.{k}": v for k, v in series.resource.labels.items()})
    exported_from = {origin for _, origin in source.labels}
    known = exported_from | set(source.summed)
    values = exported(family, source, found, project)
    key = json.dumps([series.resource.type, sorted(found.items())], separators=(",", ":"))
    cleaned = any(clean(found.get(origin, "")) != found.get(origin, "") for origin in exported_from)
    return Identity(key, values, tuple(sorted(found.keys() - known)), cleaned)


class Identities:
    """Identities of source series, cached by their bytes on the wire."""

    def __init__(self, family: Family, source: CloudMonitoring, project: str) -> None:
        self._of = (family, source)
        self._project = project
        self._known: dict[bytes, Identity] = {}
        self.cleaned: set[bytes] = set()

    def identity(self, wire: bytes, series: Raw) -> Identity:
        """Return the identity of a series, computed once."""
        found = self._known.get(wire)
        if found is None:
            found = self._known[wire] = identify(*self._of, series, self._project)
            if found.cleaned:
                self.cleaned.add(wire)
        return found

    def release(self, wire: bytes) -> None:
        """Drop an identity that is cached elsewhere from now on."""
        self._known.pop(wire, None)

    def forget(self) -> None:
        """Drop all, so that series that are gone leave the memory."""
        self._known.clear()
        self.cleaned.clear()


def exported(
    family: Family, source: CloudMonitoring, values: Mapping[str, str], project: str
) -> tuple[str, ...]:
    """Return the values of the family's labels; `values` are those of a series, by origin."""
    origins = dict(source.labels)
    return tuple(_label_value(name, values, origins[name], project) for name in family.label_names)


def _label_value(name: str, values: Mapping[str, str], origin: str, project: str) -> str:
    value = values.get(origin, "")
    if name == "gcp_project":
        return clean(value) or project
    if name == "response_code_class":
        return code_class(value)
    return clean(value)


def code_class(value: str) -> str:
    """Return the class of a status code as "2xx"; load balancers write "200", and "0" for none."""
    return f"{value[0]}xx" if value[:1].isdigit() else clean(value)


def refusal(source: CloudMonitoring, series: Raw) -> str:
    """Return why a series is refused; empty where it is as in the catalog."""
    kind, value = _KINDS.get(series.metric_kind), _VALUES.get(series.value_type)
    if kind is source.kind and value is source.value:
        return "" if series.points else "it has no points"
    if value in (ValueType.STRING, ValueType.MONEY):
        return f"{value} values are not numbers"
    return f"it is {kind} {value}, the catalog has {source.kind} {source.value}"


def unix_nanoseconds(stamp: Raw) -> int:
    """Return a timestamp as Unix nanoseconds."""
    return int(stamp.seconds * SECOND + stamp.nanos)


def mean(distribution: Raw) -> float:
    """Return the mean of a distribution, which is NaN without values."""
    return float(distribution.mean) if distribution.count else float("nan")
