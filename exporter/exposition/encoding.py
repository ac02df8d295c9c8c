"""Encodes samples as lines of the text format 0.0.4 and of OpenMetrics 1.0.

The text of a series' labels is cached, since only values change.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from typing import Protocol

from exporter.catalog.model import Family, Type
from exporter.catalog.names import base_name
from exporter.exposition.samples import Buckets, Exemplar, Part, Sample

MOST_TEXTS = 100_000  # of a family's series; those of more would be a fifth of all memory
CHUNK = 1_000  # series whose lines are in memory as text at once
Labels = tuple[str, ...]
Samples = tuple[Sample, ...]
_NAME, _LABEL = re.compile("[a-zA-Z_:][a-zA-Z0-9_:]*"), re.compile("[a-zA-Z_][a-zA-Z0-9_]*")


def number(value: float) -> str:
    """Return a value as both formats write it."""
    if value != value:  # noqa: PLR0124 - the quickest test for NaN
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "+Inf" if value > 0 else "-Inf"
    # Not repr(): what is no number must not become a line that no scraper reads.
    return int.__repr__(value) if isinstance(value, int) else float.__repr__(value)


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
    name = base_name(family.name, family.type) if openmetrics else family.name
    kind = "gauge" if family.type is Type.INFO and not openmetrics else str(family.type)
    text = family.help.replace("\\", "\\\\").replace("\n", "\\n")
    if openmetrics:
        text = text.replace('"', '\\"')
    unit = family.unit.suffix
    lines = [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
    if openmetrics and unit and name.endswith(f"_{unit}"):
        lines.append(f"# UNIT {name} {unit}")
    # Help comes from applications, too: a lone surrogate in it must not cost the family.
    return ("\n".join(lines) + "\n").encode(errors="replace")


class Stems:
    """The label texts of one family's series, built once for each series.

    Only what does not change from poll to poll is kept: one text a series, whatever its type. Of
    very many series, the texts of some are kept, and the others built again and again.
    """

    def __init__(self, family: Family) -> None:
        """Build texts for the label names of `family`. Raises ValueError where a name is wrong."""
        self._names = family.label_names
        _check_names(family.name, family.type, self._names)
        self._braces: dict[Labels, str] = {}
        self.known = self._braces.get  # what `braces` returns, where it is kept
        self._limits: dict[tuple[float, ...], tuple[str, ...]] = {}

    def braces(self, labels: Labels) -> str:
        """Return a series' labels in braces, and the space before the value."""
        found = self._braces.get(labels)
        if found is None:
            text = label_text(self._names, labels)
            found = f"{{{text}}} " if text else " "
            if len(self._braces) < MOST_TEXTS:
                self._braces[labels] = found
        return found

    def limits(self, bounds: tuple[float, ...]) -> tuple[str, ...]:
        """Return what follows the labels of each bucket: its limit, and the closing brace."""
        found = self._limits.get(bounds)
        if found is None:
            texts = (*(number(float(bound)) for bound in bounds), "+Inf")
            found = self._limits[bounds] = tuple(f'le="{text}"}} ' for text in texts)
        return found

    def trim(self, live: int) -> None:
        """Forget series that are gone, once they outnumber those that are there."""
        for table in (self._braces, self._limits):
            if len(table) > 2 * live + 100:
                table.clear()


def _check_names(name: str, kind: Type, labels: Labels) -> None:
    """Refuse names that no scraper reads: one such line would cost the whole exposition."""
    if not _NAME.fullmatch(name):
        raise ValueError("the name of the family is invalid")
    if not all(map(_LABEL.fullmatch, labels)):
        raise ValueError("the name of a label is invalid")
    if len(set(labels)) < len(labels) or (kind is Type.HISTOGRAM and "le" in labels):
        raise ValueError("a label is there twice")


def stems_key(family: Family) -> tuple[str, Type, Labels]:
    """Return everything in a family that the texts of its series depend on."""
    return family.name, family.type, family.label_names


def chunks(part: Part, stems: Stems, *, openmetrics: bool) -> Iterator[bytes]:
    """Yield the sample lines of a part, some series at a time: a part may have a million lines."""
    write = _WRITERS[part.family.type]
    for first in range(0, len(part.samples), CHUNK):
        samples = part.samples[first : first + CHUNK]
        yield "".join(write(part.family, samples, stems, openmetrics=openmetrics)).encode()


def lines(part: Part, stems: Stems, *, openmetrics: bool) -> bytes:
    """Return the sample lines of a part."""
    return b"".join(chunks(part, stems, openmetrics=openmetrics))


def _scalar(value: float | Buckets) -> str:
    if isinstance(value, Buckets):
        raise TypeError("buckets where a number belongs")
    return number(value)


class _Writer(Protocol):
    """Writes the lines of some series of one type."""

    def __call__(
        self, family: Family, samples: Samples, stems: Stems, *, openmetrics: bool
    ) -> list[str]:
        """Return the lines."""


def _scalar_lines(
    family: Family, samples: Samples, stems: Stems, *, openmetrics: bool
) -> list[str]:
    del openmetrics
    name, known, braces = family.name, stems.known, stems.braces
    # Looked up here, most lines cost no call of a function: there are a million of them.
    return [
        f"{name}{known(s.labels) or braces(s.labels)}"
        f"{value if type(value := s.value) is int else _scalar(value)}\n"
        for s in samples
    ]


def _counter_lines(
    family: Family, samples: Samples, stems: Stems, *, openmetrics: bool
) -> list[str]:
    if not openmetrics:
        return _scalar_lines(family, samples, stems, openmetrics=openmetrics)
    created, found = f"{base_name(family.name, family.type)}_created", []
    for sample in samples:
        braces = stems.braces(sample.labels)
        found.append(f"{family.name}{braces}{_scalar(sample.value)}\n")
        if sample.created is not None:
            found.append(f"{created}{braces}{number(sample.created)}\n")
    return found


def _histogram_lines(
    family: Family, samples: Samples, stems: Stems, *, openmetrics: bool
) -> list[str]:
    name, found = family.name, list[str]()
    for sample in samples:
        value = sample.value
        if not isinstance(value, Buckets):
            raise TypeError("a number where buckets belong")
        braces, limits = stems.braces(sample.labels), stems.limits(value.bounds)
        opened = f"{name}_bucket{{" + (f"{braces[1:-2]}," if len(braces) > 1 else "")
        totals = list(accumulate(value.counts))
        buckets = zip(limits, totals, strict=True)
        if openmetrics and value.exemplars:
            traced = map(_exemplars(value), range(len(totals)))
            texts = zip(buckets, traced, strict=True)
            found += [f"{opened}{limit}{n}{text}\n" for (limit, n), text in texts]
        else:
            found += [f"{opened}{limit}{n}\n" for limit, n in buckets]
        found.append(f"{name}_sum{braces}{number(value.sum)}\n")
        found.append(f"{name}_count{braces}{totals[-1]}\n")
        if openmetrics and sample.created is not None:
            found.append(f"{name}_created{braces}{number(sample.created)}\n")
    return found


def _exemplars(value: Buckets) -> Callable[[int], str]:
    by_bucket = dict(value.exemplars)
    return lambda index: _exemplar(by_bucket[index]) if index in by_bucket else ""


def _exemplar(exemplar: Exemplar) -> str:
    traced = f'trace_id="{escape(exemplar.trace_id)}",span_id="{escape(exemplar.span_id)}"'
    return f" # {{{traced}}} {number(exemplar.value)} {number(exemplar.time)}"


_WRITERS: Mapping[Type, _Writer] = {
    Type.GAUGE: _scalar_lines,
    Type.INFO: _scalar_lines,
    Type.COUNTER: _counter_lines,
    Type.HISTOGRAM: _histogram_lines,
}
