"""Rules over hours that are over: what a server that had lived through them would hold.

Prometheus evaluates rules at the present only. Here each rule is asked for at every moment at which
it would have been evaluated, those first that others build on, and its series become blocks.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from generators.dashboards.descriptions import names
from generators.rules.model import Alerting, Recording, Rule, RuleFile
from tests.servers import Prometheus, blocks, prometheus

OPTIONS = ("--storage.tsdb.retention.time=90d",)
Labels = dict[str, str]
Samples = dict[int, float]


@dataclass(frozen=True)
class Stretch:
    """Hours, from and to Unix seconds."""

    start: int
    end: int


@dataclass(frozen=True)
class Due:
    """A rule and how often it is evaluated, in seconds."""

    rule: Rule
    every: int


@dataclass
class _Watch:
    """What an alert knows of one of its series between two evaluations."""

    since: int = 0
    ended: int = 0
    firing: bool = False
    samples: dict[str, Samples] = field(default_factory=dict)


def evaluate(
    folder: Path, files: Iterable[RuleFile], span: Stretch, options: Sequence[str] = OPTIONS
) -> None:
    """Add to the server's data below `folder` what the rules make of it over the hours."""
    for level in _levels(files):
        with prometheus(folder, "{}", *options) as server:
            path = folder / "rules.om"
            with path.open("w") as file:
                for due in level:
                    file.writelines(_lines(server, due, span))
                file.write("# EOF\n")
        blocks(path, folder / "data")


def _levels(files: Iterable[RuleFile]) -> Iterator[list[Due]]:
    """Yield rules, each after those whose series it reads."""
    left = [
        Due(rule, int(group.interval))
        for file in files
        for group in file.groups
        for rule in group.rules
    ]
    while left:
        missing = {due.rule.record for due in left if isinstance(due.rule, Recording)}
        ready = [due for due in left if not names(due.rule.expr) & missing]
        assert ready, f"rules that wait for each other: {sorted(missing)}"
        yield ready
        left = [due for due in left if due not in ready]


def _lines(server: Prometheus, due: Due, span: Stretch) -> Iterator[str]:
    first = -(-span.start // due.every) * due.every
    times = range(first, span.end + 1, due.every)
    for own, samples in _evaluated(server, due.rule.expr, times):
        labels = {name: text for name, text in own.items() if name != "__name__"}
        if isinstance(due.rule, Alerting):
            yield from _alert(due.rule, labels, samples, times)
        else:
            yield from written(due.rule.record, labels, samples)


def _evaluated(server: Prometheus, text: str, times: range) -> list[tuple[Labels, Samples]]:
    """Return what a query gives at each time.

    Prometheus 2.42 groups `count_values` wrongly over a range: such a query is asked time by time,
    as rules are.
    """
    if "count_values" not in text:
        asked = {"start": str(times[0]), "end": str(times[-1]), "step": str(times.step)}
        result = server.api("query_range", query=text, **asked)["result"]
        return [(one["metric"], {int(t): float(v) for t, v in one["values"]}) for one in result]
    found: dict[tuple[tuple[str, str], ...], Samples] = {}
    for at in times:
        for one in server.api("query", query=text, time=str(at))["result"]:
            key = tuple(sorted(one["metric"].items()))
            found.setdefault(key, {})[at] = float(one["value"][1])
    return [(dict(labels), samples) for labels, samples in found.items()]


def _alert(rule: Alerting, labels: Labels, samples: Samples, times: range) -> Iterator[str]:
    """Yield the lines of an alert's states, as Prometheus would keep them."""
    watch = _Watch()
    for at in times:
        state = _state(watch, rule, at, holds=at in samples)
        if state:
            watch.samples.setdefault(state, {})[at] = 1.0
            watch.samples.setdefault("since", {})[at] = float(watch.since)
    named = {**labels, **dict(rule.labels), "alertname": rule.alert}
    since = watch.samples.pop("since", {})
    yield from written("ALERTS_FOR_STATE", named, since)
    for state, ones in watch.samples.items():
        yield from written("ALERTS", {**named, "alertstate": state}, ones)


def _state(watch: _Watch, rule: Alerting, at: int, *, holds: bool) -> str:
    """Return an alert's state after an evaluation: pending, firing, or nothing."""
    if holds:
        watch.since, watch.ended = watch.since or at, 0
        watch.firing = watch.firing or at - watch.since >= rule.for_
    else:
        watch.ended = watch.ended or at
        if not (watch.firing and at - watch.ended < rule.keep_firing_for):
            watch.since, watch.firing = 0, False
    if not watch.since:
        return ""
    return "firing" if watch.firing else "pending"


def written(name: str, labels: Labels, samples: Samples) -> Iterator[str]:
    """Yield a series in OpenMetrics, a line a sample."""
    texts = {label: json.dumps(text, ensure_ascii=False) for label, text in labels.items()}
    pairs = ",".join(f"{label}={texts[label]}" for label in sorted(texts))
    for at, value in samples.items():
        yield f"{name}{{{pairs}}} {value!r} {at}\n"
