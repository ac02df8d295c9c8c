"""The metric and the signal reference, from the catalog."""

from collections.abc import Iterator

from exporter.catalog import PRODUCTS
from exporter.catalog.default_set import DEFAULT_SET
from exporter.catalog.expression import Signal
from exporter.catalog.model import ApplicationMetric, CloudMonitoring, Family, Label, RedisInfo
from exporter.catalog.signals import SIGNALS
from generators.files import MARK
from generators.promql import View, render_signal

_METRICS = """# Metrics

<!-- {mark} -->

Every family that the exporter can export, by product. A family appears once its source has data.
All of Cloud Monitoring is read in the background and served from memory:
`ionmon_data_age_seconds` shows how old it is.

Of Cloud Monitoring, what signals, alerts and dashboards need is read by default. Any other family
is read if it is enabled, such as by `google: {{families: {{"memorystore_*": {{enabled: true}}}}}}`;
`ionmon estimate` shows what that costs.

Histograms keep Google's own bounds, at most 40 of them. Google's buckets exclude their upper bound,
Prometheus' include it: a value that equals a bound is found one bucket higher here.
"""
_SIGNALS = """# Signals

<!-- {mark} -->

The {count} things that people watch. Each is stated once, in a module of `exporter/catalog/` whose
name ends in `_signals.py`; the query is what `generators/promql.py` renders for five minutes, split
by region where that has meaning. A signal with a minimum has no value where fewer events lie in the
window. Error rates count the classes of `alerts.error_classes`; here are those that count by
default.
"""


def texts() -> dict[str, str]:
    """Return the documents by path."""
    return {"docs/metrics.md": metrics(), "docs/signals.md": signals()}


def metrics() -> str:
    """Return the metric reference as Markdown."""
    return "\n".join(_metric_lines())


def _metric_lines() -> Iterator[str]:
    yield _METRICS.format(mark=MARK)
    for product, families in PRODUCTS:
        yield f"## {product}\n"
        yield "| family | type | unit | labels | meaning | origin | read |"
        yield "|---|---|---|---|---|---|---|"
        yield from (_metric_row(family) for family in families)
        yield ""
    yield "## Labels\n"
    yield "| label | meaning | values |\n|---|---|---|"
    yield from _label_rows()
    yield ""


def _metric_row(family: Family) -> str:
    meaning = family.help.rsplit(" [", 1)[0]
    labels = ", ".join(f"`{name}`" for name in family.label_names)
    unit = family.unit.suffix.replace("_", " ")
    cells = (f"`{family.name}`", family.type, unit, labels, meaning, _origin(family), _read(family))
    return "| " + " | ".join(cells) + " |"


def _origin(family: Family) -> str:
    source = family.source
    if isinstance(source, CloudMonitoring):
        scale = "" if source.scale == 1 else f", times {source.scale:g}"
        return f"`{source.metric}` on `{source.resource}`, {source.kind} {source.value}{scale}"
    if isinstance(source, RedisInfo):
        return f"INFO {source.section}: `{source.field}`"
    return "the application" if isinstance(source, ApplicationMetric) else f"the {source.program}"


def _read(family: Family) -> str:
    """Return when a family is read, where that is a choice."""
    if not isinstance(family.source, CloudMonitoring):
        return ""
    return "by default" if family.name in DEFAULT_SET else "if enabled"


def _label_rows() -> Iterator[str]:
    found: dict[tuple[str, str], Label] = {}
    for _, families in PRODUCTS:
        for family in families:
            for label in family.labels:
                found.setdefault((label.name, label.meaning), label)
    for (name, meaning), label in sorted(found.items()):
        yield f"| `{name}` | {meaning} | {', '.join(label.values)} |"


def signals() -> str:
    """Return the signal reference as Markdown."""
    return "\n".join((_SIGNALS.format(mark=MARK, count=len(SIGNALS)), *_signal_lines()))


def _signal_lines() -> Iterator[str]:
    for number, signal in enumerate(SIGNALS, 1):
        yield f"## {number}. {signal.name}\n"
        yield f"{signal.help}\n"
        unit = signal.unit.suffix or "none"
        yield f"- kind: {signal.kind or 'none'}; unit: {unit}; {_direction(signal)}"
        yield f"- split by: {', '.join(signal.by) or 'nothing'}"
        if signal.minimum_events:
            counted = " and ".join(
                f"`{events.family.name}`" for events in signal.minimum_events.events
            )
            yield f"- minimum: {signal.minimum_events.count} events of {counted}"
        by = signal.by[:1] if signal.by[:1] == ("region",) else ()
        yield f"\n```promql\n{render_signal(signal, View(window='5m', by=by))}\n```\n"


def _direction(signal: Signal) -> str:
    return {"up": "high is bad", "down": "low is bad", "none": "no direction is bad"}[
        signal.direction
    ]
