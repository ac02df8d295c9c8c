"""The sections of monitoring.yaml on objectives and alerts."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from exporter.catalog.buckets import expected
from exporter.catalog.cloud_run import REQUEST_DURATION
from exporter.catalog.error_signals import CLASSES
from exporter.settings.addresses import Text, text_form
from exporter.settings.types import (
    Named,
    Number,
    Ratio,
    Seconds,
    Section,
    Switch,
    Whole,
    at_least,
    at_most,
    duration,
    inside,
    key,
    part,
)

LabelName = Annotated[
    str,
    text_form(r"[a-zA-Z][a-zA-Z0-9_]{0,60}", "is no label; use letters, digits and '_'"),
]
Severity = Literal["critical", "high", "medium", "low"]


_LOWEST = 0.5


def below_all(ratio: float) -> float:
    """Refuse an objective that leaves nothing, or more than half, to fail."""
    if ratio >= 1:
        raise ValueError("must be less than 100%, which would leave no error budget")
    if ratio < _LOWEST:
        raise ValueError(
            "must be at least 50%: with a lower objective, more may fail than succeed; switch off "
            "SLABreach, ErrorBudgetBurn and ErrorBudgetExhausted instead"
        )
    return ratio


def some_slow(share: float) -> float:
    """Refuse a share of fast requests that leaves nothing, or more than half, to be slow."""
    if share >= 1:
        raise ValueError("must be less than 100%, which would leave no latency budget")
    if share < _LOWEST:
        raise ValueError("must be at least 50%: with a lower share, more may be slow than fast")
    return share


def measurable(within: float) -> float:
    """Refuse a time that lies outside the bounds of the buckets of Cloud Run's latencies."""
    bounds = expected(REQUEST_DURATION)
    if not bounds[0] <= within <= bounds[-1]:
        raise ValueError(
            f"{duration(within)} cannot be measured; write a time between {duration(bounds[0])} "
            f"and {duration(int(bounds[-1]))}"
        )
    return within


Window = Annotated[Seconds, at_least("1d"), at_most("90d")]


class LatencyObjective(Section):
    """How fast the service promises to be."""

    share: Annotated[Ratio, AfterValidator(some_slow)] | None = key(
        None, "Share of requests that are answered in time, such as 95%."
    )
    within: Annotated[Seconds, AfterValidator(measurable)] | None = key(
        None, "Time within which a request has to be answered, such as 300ms."
    )
    enabled: Switch = key(default=True, meaning="Whether there is an objective of latency.")

    def half(self) -> str:
        """Return what is wrong where one half of the objective is missing; else nothing."""
        if (self.share is None) == (self.within is None):
            return ""
        missing, given = ("share", "within") if self.share is None else ("within", "share")
        return f"has {given} and no {missing}; write both, such as {{share: 95%, within: 300ms}}"


def _whole(latency: LatencyObjective) -> LatencyObjective:
    """Refuse one half of an objective."""
    text = latency.half()
    if text:
        raise inside((), text)
    return latency


class ObjectiveSettings(Section):
    """What the service promises its users."""

    availability: Annotated[Ratio, AfterValidator(below_all)] = key(
        "99.95%", "Share of requests that are answered without a server error."
    )
    latency: Annotated[LatencyObjective, AfterValidator(_whole)] = part(
        LatencyObjective, "How fast requests are answered; left out, there is no such objective."
    )
    window: Window = key("30d", "Period over which availability and latency are measured.")


class AlertSettings(Section):
    """Overrides of one alert; a key that is left out keeps its default from docs/alerts.md.

    Thresholds in other units than those of the classes below are numbers.
    """

    threshold: Number | None = key(None, "Threshold, as a number.")
    duration: Annotated[Seconds, at_most("1d")] | None = key(
        None, "How long the condition must last before the alert fires.", alias="for"
    )
    severity: Severity | None = key(None, "Severity; it decides who is notified.")
    enabled: Switch = key(default=True, meaning="Whether the alert is generated.")


class DurationAlert(AlertSettings):
    """An alert whose threshold is a time."""

    threshold: Seconds | None = key(None, "Threshold, as a duration.")


class RatioAlert(AlertSettings):
    """An alert whose threshold is a share."""

    threshold: Ratio | None = key(None, "Threshold, as a percentage.")


class BurnRateAlert(AlertSettings):
    """An alert whose threshold is a burn rate of the error budget."""

    threshold: Annotated[Number, Field(gt=0)] | None = key(
        None, "Threshold, as a burn rate; at 1, the error budget lasts exactly one window."
    )


class OtherAlert(Section):
    """Overrides of an alert whose threshold cannot be configured here."""

    duration: Annotated[Seconds, at_most("1d")] | None = key(
        None, "How long the condition must last before the alert fires.", alias="for"
    )
    severity: Severity | None = key(None, "Severity; it decides who is notified.")
    enabled: Switch = key(default=True, meaning="Whether the alert is generated.")


_RESERVED = frozenset(
    {
        *("alertname", "alertstate", "replica", "severity", "signal", "category", "team", "pair"),
        *("gcp_project", "region", "service_name", "database_id", "redis_id"),
        *("escalates", "since"),
    }
)
_WRITTEN = frozenset(
    {
        *("summary", "description", "runbook_url", "dashboard_url", "title", "links", "no_data"),
        *("problem", "ended", "reading", "value", "place", "limit", "check"),
    }
)
# Keys that are no alert's name.
OF_ALL = ("others", "labels", "annotations", "minimum_events", "error_classes")


def _own_labels(labels: Mapping[str, str]) -> Mapping[str, str]:
    return _free(labels, _RESERVED, "a label that alerts have already")


def _own_annotations(annotations: Mapping[str, str]) -> Mapping[str, str]:
    return _free(annotations, _WRITTEN, "an annotation that alerts have already")


def _free(given: Mapping[str, str], taken: frozenset[str], what: str) -> Mapping[str, str]:
    for name, value in given.items():
        if name in taken:
            raise inside((name,), f"is {what}; choose another name")
        if "{{" in value:
            raise inside((name,), "contains '{{'; write plain text, Prometheus would fill it in")
    return given


def _in_order(classes: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(classes)) < len(classes):
        raise ValueError("names a class twice; remove one")
    return tuple(sorted(classes))


class AlertsSettings(Section):
    """Overrides of alerts, by the alert's name."""

    ResponseTimeCritical: DurationAlert = part(DurationAlert, "The 95th percentile of latency.")
    ErrorRateCritical: RatioAlert = part(RatioAlert, "The share of requests that fail.")
    SLABreach: BurnRateAlert = part(BurnRateAlert, "The error budget, burning fast.")
    ResponseTimeWarning: DurationAlert = part(DurationAlert, "The 95th percentile of latency.")
    ErrorRateWarning: RatioAlert = part(RatioAlert, "The share of requests that fail.")
    DatabaseLag: DurationAlert = part(DurationAlert, "How far replicas are behind.")
    CacheHitRateLow: RatioAlert = part(RatioAlert, "The share of look-ups that Redis answers.")
    CPUHigh: RatioAlert = part(RatioAlert, "The share of CPU in use.")
    MemoryHigh: RatioAlert = part(RatioAlert, "The share of memory in use.")
    ErrorBudgetBurn: BurnRateAlert = part(
        BurnRateAlert, "The error budget, burning for a long time."
    )
    ErrorBudgetExhausted: RatioAlert = part(RatioAlert, "The share of the error budget spent.")

    others: Named[str, OtherAlert] = key(
        {}, "Any other alert of docs/alerts.md, such as DiskTrend, by its name."
    )
    labels: Annotated[Named[LabelName, Text], AfterValidator(_own_labels)] = key(
        {}, "Labels that every alert carries, such as environment: production."
    )
    annotations: Annotated[Named[LabelName, Text], AfterValidator(_own_annotations)] = key(
        {}, "Annotations that every alert carries beside its own."
    )
    minimum_events: Annotated[Whole, Field(ge=1, le=1_000_000)] = key(
        100,
        "Requests, or reads of a cache, that a window needs before its error rate, hit rate or "
        "percentile is judged.",
    )

    error_classes: Annotated[
        tuple[Literal["4xx", "5xx"], ...], Field(min_length=1), AfterValidator(_in_order)
    ] = key(
        CLASSES,
        "Classes of status codes that count as errors in error rates and their alerts; "
        "availability and error budgets always count 5xx.",
    )

    def by_name(self) -> Mapping[str, AlertSettings]:
        """Return the settings of each alert with a threshold, in the order of the reference."""
        names = (name for name in type(self).model_fields if name not in OF_ALL)
        return {name: getattr(self, name) for name in names}
