"""Why a metric type has no series, and what creates it."""

from exporter.catalog import CATALOG, roads
from exporter.cloud_monitoring.descriptors import Described
from exporter.cloud_monitoring.target import FamilyTarget
from exporter.doctor.finding import Finding, Verdict


def without_series(target: FamilyTarget, described: Described, *, is_shared: bool) -> Finding:
    """Return the finding on a metric type that answered without any series.

    A type that is configured by name, and that the project does not have, is a fault; one of the
    catalog is empty wherever the product is not used. `is_shared` is whether several projects are
    read with these settings: then another one may have it.
    """
    metric = target.source.metric
    if not described.missing or _is_optional(target):
        return Finding(target.name, Verdict.EMPTY, f"{metric} has no series")
    text = f"{target.project} has no metric type {metric}"
    return Finding(
        target.name, _verdict(metric, is_shared=is_shared), text, _fix(target, described)
    )


def _is_optional(target: FamilyTarget) -> bool:
    known = CATALOG.get(target.family.name)
    return known is not None and known.source == target.source


def _verdict(metric: str, *, is_shared: bool) -> Verdict:
    # Managed Prometheus makes the type with the first sample: it may just not have come yet.
    maybe = is_shared or metric.startswith(roads.MANAGED)
    return Verdict.WARN if maybe else Verdict.FAIL


def _fix(target: FamilyTarget, described: Described) -> str:
    metric, name = target.source.metric, target.family.name
    if name not in CATALOG:
        hint = f"did you mean {described.similar}? " if described.similar else ""
        return f"{hint}correct google.metrics.{name}.type, or wait until it is written"
    if metric.startswith(roads.LOGS):
        return f"sh examples/log_metrics/create.sh {target.project}; it shows after ten minutes"
    return "run the sidecar beside a service that records it: docs/application.md"
