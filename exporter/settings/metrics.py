"""The section google.metrics of monitoring.yaml: any metric of Cloud Monitoring as a family."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from exporter.catalog import CATALOG
from exporter.catalog.build import type_of
from exporter.catalog.model import MetricKind, ValueType
from exporter.catalog.names import Names
from exporter.catalog.signals import SIGNALS
from exporter.settings.addresses import LabelOrigin, Text, text_form
from exporter.settings.alerting import Severity
from exporter.settings.types import (
    Named,
    Number,
    Seconds,
    Section,
    Switch,
    at_least,
    at_most,
    inside,
    key,
)

# What Prometheus and its relatives set themselves: a label of this name would be renamed.
TAKEN = ("project_id", "location", "cluster", "namespace", "job", "instance", "zone", "le")
# What every alert sets itself: series that differ only there would be one alert twice.
_SET_BY_ALERTS = ("alertname", "severity", "signal", "category")
_SIGNALS = frozenset(signal.name for signal in SIGNALS)
_RESERVED = ("_bucket", "_count", "_sum", "_info", "_created")

MetricType = Annotated[
    str,
    text_form(
        r"[a-z0-9.-]+\.(googleapis|google|dev|com|io|org|net)[a-z0-9.-]*/[A-Za-z0-9_./:-]+",
        "is no metric type; it is written like custom.googleapis.com/orders",
    ),
]


def _free_name(name: str) -> str:
    if name in CATALOG:
        raise ValueError("is a family of the catalog; choose another name")
    if name.endswith(_RESERVED) or name.startswith(("ionmon_", "process_")):
        raise ValueError("has a reserved beginning or ending; choose another name")
    return name


def _free_label(name: str) -> str:
    if name in TAKEN:
        raise ValueError("is a label that Prometheus sets; choose another name")
    return name


FamilyName = Annotated[
    str,
    text_form(r"[a-z][a-z0-9_]{1,99}", "is no name of a metric; use a-z, 0-9 and '_'"),
    AfterValidator(_free_name),
]
LabelName = Annotated[
    str,
    text_form(r"[a-z][a-z0-9_]{0,99}", "is no name of a label; use a-z, 0-9 and '_'"),
    AfterValidator(_free_label),
]


Period = Annotated[Seconds, at_least("1s"), at_most("1d")]
PERIOD = "Time between two points, instead of the described one or the one that points show."


def _one_side(below: float | None, info: ValidationInfo) -> float | None:
    if (below is None) == (info.data.get("above") is None):
        raise ValueError("an alert has one limit: write `above` or `below`, and one of them only")
    return below


class MetricAlertSettings(Section):
    """An alert on a metric: where it lies, for how long, how urgent that is.

    A gauge is compared as it is, a counter by its events a second over five minutes, a distribution
    by its 95th percentile over five minutes.
    """

    above: Number | None = key(None, "The alert fires above this value, in the family's unit.")
    below: Annotated[Number | None, AfterValidator(_one_side)] = key(
        None, "The alert fires below this value, in the family's unit."
    )
    duration: Annotated[Seconds, at_most("1d")] = key(
        "5m", "How long that must last before the alert fires.", alias="for"
    )
    severity: Severity = key("low", "Severity; it decides who is notified.")
    summary: Text | None = key(None, "Headline of the alert; by default its `help` and the side.")
    check: Text | None = key(None, "What to check first.")

    @property
    def limit(self) -> tuple[bool, float]:
        """Whether the alert fires above its limit, and the limit."""
        if self.above is not None:
            return True, self.above
        return False, self.below or 0.0


def _told_apart(
    alert: MetricAlertSettings | None, info: ValidationInfo
) -> MetricAlertSettings | None:
    for name in info.data.get("labels", ()) if alert else ():
        if name in _SET_BY_ALERTS:
            raise ValueError(f"every alert sets a label {name}; export this one by another name")
    return alert


class MetricSettings(Section):
    """A metric of Cloud Monitoring, as it is exported."""

    type: MetricType = key(..., "Type of the metric, such as custom.googleapis.com/orders.")
    resource: Annotated[
        str, text_form(r"[A-Za-z0-9_./-]+", "is no type of a resource, such as cloud_run_revision")
    ] = key(..., "Type of the monitored resource.")
    kind: Literal["GAUGE", "DELTA", "CUMULATIVE"] = key(..., "Kind, as in its descriptor.")
    value: Literal["BOOL", "INT64", "DOUBLE", "DISTRIBUTION"] = key(
        ..., "Type of its values, as in its descriptor."
    )
    help: Text = key(..., "One sentence that describes it.")
    labels: Named[LabelName, LabelOrigin] = key(
        {},
        "Labels to export: the exported name, and resource.NAME or metric.NAME. Where several "
        "projects are read, gcp_project is added.",
    )
    summed: tuple[LabelOrigin, ...] = key((), "Labels that are left out on purpose.")
    scale: Annotated[Number, Field(gt=0)] = key(1.0, "Factor to the base unit, such as 0.001.")
    reduce: Literal["sum", "max", "min", "mean"] = key(
        "sum", "How gauges that differ only in labels that are left out become one."
    )
    interval: Annotated[Seconds, at_least("10s"), at_most("1d")] | None = key(
        None, "Time between two reads, instead of `poll_interval`."
    )
    period: Period | None = key(None, PERIOD)
    alert: Annotated[MetricAlertSettings | None, AfterValidator(_told_apart)] = key(
        None, "An alert on this metric."
    )
    panel: Switch = key(
        default=False,
        meaning="Whether the dashboard Infrastructure shows it; what has an alert is shown always.",
    )


def named_by_kind(metrics: Mapping[str, MetricSettings]) -> Mapping[str, MetricSettings]:
    """Refuse names that mean another kind of metric or clash with another family, with the fix."""
    names = Names(CATALOG.values())
    for name, metric in metrics.items():
        counts = metric.kind != "GAUGE" and metric.value != "DISTRIBUTION"
        if counts != name.endswith("_total"):
            end = "has to end in _total" if counts else "must not end in _total"
            raise inside((name,), f"{metric.kind} of {metric.value} {end}")
        if name in _SIGNALS and (metric.panel or metric.alert):
            text = "is a signal's name; a metric with an alert or a panel needs another"
            raise inside((name,), text)
        clash = names.take(name, type_of(MetricKind(metric.kind), ValueType(metric.value)))
        if clash:
            text = f"clashes with {clash}: OpenMetrics gives both the same name; choose another"
            raise inside((name,), text)
    return metrics
