"""Signals and their alerts on Google's own metric names, for who has no exporter.

Cloud Monitoring answers PromQL under its own names: run_googleapis_com:request_count. Each query is
billed by the series that it reads, with every evaluation.
"""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from exporter.catalog.expression import Direction, Matcher, Signal
from exporter.catalog.model import CloudMonitoring, Family, Label, Own, Type, ValueType
from exporter.catalog.walk import families_in, split
from exporter.settings.types import duration
from generators.alert_table import ThresholdAlert
from generators.deployment_targets.model import Body
from generators.policy import EVALUATION, Policy
from generators.promql import View, render_signal

WINDOW = "5m"
_OTHER = re.compile(r"[^A-Za-z0-9_]")
_RESOURCE = "monitored_resource"  # a metric may be on several kinds of them


def groups(policy: Policy) -> list[Body]:
    """Return the rule groups: each signal recorded, then the alerts on them."""
    signals = [signal for signal in policy.signals if is_google_s(signal)]
    rows = [row for row in policy.thresholds if is_google_s(row.signal)]
    return [
        _group("ion_google_signals", [_recording(signal) for signal in signals]),
        _group("ion_google_alerts", [_alert(row) for row in rows]),
    ]


def _group(name: str, rules: list[Body]) -> Body:
    return {"name": name, "interval": duration(EVALUATION), "rules": rules}


def is_google_s(signal: Signal) -> bool:
    """Say whether a signal can be had from Google's series alone.

    A GAUGE of distributions is exported by its mean, and is a histogram there: it is left out.
    """
    found = list(families_in(signal.expression))
    return all(
        isinstance(family.source, CloudMonitoring)
        and (family.type is Type.HISTOGRAM) == (family.source.value is ValueType.DISTRIBUTION)
        for family in found
    )


def name(signal: Signal) -> str:
    """Return the name of a recorded signal."""
    return f"google:{signal.name}:{WINDOW}"


def _recording(signal: Signal) -> Body:
    return {"record": name(signal), "expr": expression(signal)}


def _alert(row: ThresholdAlert) -> Body:
    beyond = ">" if row.signal.direction is Direction.UP else "<"
    body: Body = {"alert": row.name, "expr": f"{name(row.signal)} {beyond} {row.threshold:g}"}
    if row.for_:
        body["for"] = duration(row.for_)
    summary = row.summary.replace("{", "").replace("}", "")
    return {
        **body,
        "labels": {"severity": row.severity, "signal": row.signal.name},
        "annotations": {"summary": summary, "check": row.check},
    }


def expression(signal: Signal) -> str:
    """Return the PromQL of a signal in its own unit, on Google's names and labels."""
    own = list(families_in(signal.expression))
    labels = {ours: theirs for family in own for ours, theirs in _labels(family)}
    by = tuple(labels[label] for label in split(signal) if label in labels)
    query = render_signal(_mapped(signal), View(window=WINDOW, by=by))
    (scale,) = {_source(family).scale for family in own}  # two could not be one query
    times = {"response_time", "db_lag"}
    return f"({query}) * {scale:g}" if signal.kind in times and scale != 1 else query


def _source(family: Family) -> CloudMonitoring:
    if not isinstance(family.source, CloudMonitoring):
        raise TypeError(family.name)
    return family.source


def _labels(family: Family) -> Iterator[tuple[str, str]]:
    """Yield each label of a family with Google's name of it."""
    yield "gcp_project", "project_id"
    for ours, origin in _source(family).labels:
        yield ours, origin.rpartition(".")[2]


def _mapped(node: Any) -> Any:  # noqa: ANN401 - any part of an expression
    """Return a part of an expression with Google's families, and labels in its matchers."""
    if isinstance(node, tuple):
        return tuple(map(_mapped, node))
    if isinstance(node, Family | Matcher) or not is_dataclass(node) or isinstance(node, type):
        return node
    changed = {f.name: _mapped(getattr(node, f.name)) for f in fields(node)}
    family = changed.get("family")
    if isinstance(family, Family):
        changed["family"] = _google_s(family)
        changed["matchers"] = _matchers(family, changed["matchers"])
    return replace(node, **changed)


def _matchers(family: Family, own: tuple[Matcher, ...]) -> tuple[Matcher, ...]:
    labels = dict(_labels(family))
    renamed = (Matcher(labels.get(each.label, each.label), each.values) for each in own)
    return (Matcher(_RESOURCE, (_source(family).resource,)), *renamed)


def _google_s(family: Family) -> Family:
    """Return a family by Google's name; its time is wall time, as of any scraped counter."""
    domain, _, path = _source(family).metric.partition("/")
    named = f"{_OTHER.sub('_', domain)}:{_OTHER.sub('_', path)}"
    labels = tuple(Label(theirs, ours) for ours, theirs in _labels(family))
    return replace(family, name=named, labels=labels, source=Own())
