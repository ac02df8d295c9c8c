"""Encodes samples as lines of the text format 0.0.4 and of OpenMetrics 1.0.

The text of a series' name and labels is cached, since only values change.
"""

from collections.abc import Callable, Iterable, Iterator

from exporter.catalog.model import Family, Type
from exporter.exposition.snapshot import Buckets, Exemplar, Part, Sample

Labels = tuple[str, ...]


def number(value: float) -> str:
    """Return a value as both formats write it."""
    if value != value:  # noqa: PLR0124 - the quickest test for NaN
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "+Inf" if value > 0 else "-Inf"
    return repr(value)


def escape(value: str) -> str:
    """Escape a label value."""
    if "\\" in value or '"' in value or "\n" in value:
        return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return value


def label_text(names: Labels, values: Labels) -> str:
    """Return name="value" pairs, joined; empty values are left out, as they mean no label."""
    return ",".join(f'{n}="{escape(v)}"' for n, v in zip(names, values, strict=True) if v)


def head(family: Family, *, openmetrics: bool) -> bytes:
    """Return the lines that introduce a family."""
    name = base_name(family) if openmetrics else family.name
    kind = "gauge" if family.type is Type.INFO and not openmetrics else str(family.type)
    text = family.help.replace("\\", "\\\\").replace("\n", "\\n")
    if openmetrics:
        text = text.replace('"', '\\"')
    unit = family.unit.suffix
    lines = [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
    if openmetrics and unit and name.endswith(f"_{unit}"):
        lines.append(f"# UNIT {name} {unit}")
    return ("\n".join(lines) + "\n").encode()


def base_name(family: Family) -> str:
    """Return the name that OpenMetrics gives the family: without the suffix of its samples."""
    if family.type is Type.COUNTER:
        return family.name.removesuffix("_total")
    if family.type is Type.INFO:
        return family.name.removesuffix("_info")
    return family.name


class Stems:
    """The texts of one family's series up to the value, built once for each series."""

    def __init__(self, family: Family) -> None:
        self._family = family
        self._scalars: dict[Labels, str] = {}
        self._created: dict[Labels, str] = {}
        self._histograms: dict[tuple[Labels, tuple[float, ...]], tuple[str, ...]] = {}

    def scalar(self, labels: Labels) -> str:
        """Return the stem of a counter, gauge or info."""
        found = self._scalars.get(labels)
        if found is None:
            found = self._scalars[labels] = self._stem(self._family.name, labels)
        return found

    def created(self, labels: Labels) -> str:
        """Return the stem of the line with the time when counting began."""
        found = self._created.get(labels)
        if found is None:
            name = base_name(self._family) + "_created"
            found = self._created[labels] = self._stem(name, labels)
        return found

    def histogram(self, labels: Labels, bounds: tuple[float, ...]) -> tuple[str, ...]:
        """Return the stems of all buckets, then of the sum, then of the count."""
        found = self._histograms.get((labels, bounds))
        if found is None:
            name = self._family.name
            limits = [*(number(float(b)) for b in bounds), "+Inf"]
            found = (
                *(self._stem(f"{name}_bucket", labels, f'le="{limit}"') for limit in limits),
                self._stem(f"{name}_sum", labels),
                self._stem(f"{name}_count", labels),
            )
            self._histograms[labels, bounds] = found
        return found

    def trim(self, live: int) -> None:
        """Forget series that are gone, once they outnumber those that are there."""
        for table in (self._scalars, self._created, self._histograms):
            if len(table) > 2 * live + 100:
                table.clear()

    def _stem(self, name: str, labels: Labels, *more: str) -> str:
        text = ",".join(filter(None, (label_text(self._family.label_names, labels), *more)))
        return f"{name}{{{text}}} " if text else f"{name} "


def lines(part: Part, stems: Stems, *, openmetrics: bool) -> bytes:
    """Return the sample lines of a part."""
    if part.family.type is Type.HISTOGRAM:
        text = "".join(_histogram_lines(part.samples, stems, openmetrics=openmetrics))
    elif openmetrics and part.family.type is Type.COUNTER:
        text = "".join(_counter_lines(part.samples, stems))
    else:
        stem = stems.scalar
        text = "".join([f"{stem(s.labels)}{_scalar(s)}\n" for s in part.samples])
    stems.trim(len(part.samples))
    return text.encode()


def _scalar(sample: Sample) -> str:
    value = sample.value
    return str(value) if type(value) is int else number(value)  # type: ignore[arg-type]  # no buckets


def _counter_lines(samples: Iterable[Sample], stems: Stems) -> Iterator[str]:
    for sample in samples:
        yield f"{stems.scalar(sample.labels)}{_scalar(sample)}\n"
        if sample.created is not None:
            yield f"{stems.created(sample.labels)}{number(sample.created)}\n"


def _histogram_lines(
    samples: Iterable[Sample], stems: Stems, *, openmetrics: bool
) -> Iterator[str]:
    for sample in samples:
        value = sample.value
        if not isinstance(value, Buckets):
            continue
        texts = stems.histogram(sample.labels, value.bounds)
        exemplar_text = _exemplars(value) if openmetrics else _nothing
        total = 0
        for index, count in enumerate(value.counts):
            total += count
            yield f"{texts[index]}{total}{exemplar_text(index)}\n"
        yield f"{texts[-2]}{number(value.sum)}\n"
        yield f"{texts[-1]}{total}\n"
        if openmetrics and sample.created is not None:
            yield f"{stems.created(sample.labels)}{number(sample.created)}\n"


def _nothing(_: int) -> str:
    return ""


def _exemplars(value: Buckets) -> Callable[[int], str]:
    by_bucket = dict(value.exemplars)
    return lambda index: _exemplar(by_bucket[index]) if index in by_bucket else ""


def _exemplar(exemplar: Exemplar) -> str:
    traced = f'trace_id="{escape(exemplar.trace_id)}",span_id="{escape(exemplar.span_id)}"'
    return f" # {{{traced}}} {number(exemplar.value)} {number(exemplar.time)}"
