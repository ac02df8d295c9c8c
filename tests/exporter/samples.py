"""Families and parts for tests of the page, and parsers that read a page back."""

from collections.abc import Iterator
from itertools import accumulate

from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as text_format

from exporter.catalog.model import Family, Label, Own, Type, Unit
from exporter.exposition.exposition import Format
from exporter.exposition.samples import Buckets, Exemplar, Part, Sample

Row = tuple[str, tuple[tuple[str, str], ...], str]
LABELS = (Label("a", "first"), Label("b", "second"))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["\\", '"', "\n", '\\n"', "a\u2028b", "\x00", "\r", '",x="', "{}", " "]
)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
NUMBERS = st.floats() | st.integers(-(2**70), 2**70)
COUNTS = st.integers(0, 2**70) | st.floats(0, allow_nan=False, allow_infinity=False)
TIMES = st.floats(1, 4e9)


def family(
    name: str, kind: Type, unit: Unit = Unit.NONE, text: str = "Something. [test]"
) -> Family:
    """Return a family with two labels."""
    return Family(name=name, type=kind, unit=unit, help=text, labels=LABELS, source=Own())


GAUGE = family("t_gauge", Type.GAUGE)
COUNTER = family("t_events_total", Type.COUNTER)
INFO = family("t_build_info", Type.INFO)
TIMES_TAKEN = family("t_time_seconds", Type.HISTOGRAM, Unit.SECONDS)


@st.composite
def buckets(draw: st.DrawFn) -> Buckets:
    """Draw a histogram, some of its buckets with an exemplar that lies in it."""
    bounds = tuple(sorted(draw(st.sets(st.floats(1e-6, 1e9), min_size=1, max_size=5))))
    counts = tuple(draw(st.lists(st.integers(0, 2**50), min_size=len(bounds) + 1,
                                 max_size=len(bounds) + 1)))  # fmt: skip
    held = draw(st.sets(st.sampled_from(range(len(counts)))))
    exemplars = tuple(
        (i, Exemplar(f"{i:032x}", f"{i:016x}", (*bounds, 2e9)[i], draw(TIMES)))
        for i in sorted(held)
    )
    return Buckets(bounds, counts, draw(st.floats(0, 1e12)), exemplars)


def parts(of: Family, values: st.SearchStrategy) -> st.SearchStrategy[Part]:
    """Draw parts of a family: series with any label values, each once."""
    created = st.none() | TIMES if of.type in (Type.COUNTER, Type.HISTOGRAM) else st.none()
    samples = st.builds(Sample, st.tuples(TEXT, TEXT), values, created)
    unique = st.lists(samples, max_size=4, unique_by=lambda sample: sample.labels)
    return unique.map(lambda found: Part(of, tuple(found)))


def pairs(labels: tuple[str, ...], *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Return a series' labels as a page has them: an empty one is none."""
    named = zip(("a", "b"), labels, strict=True)
    return tuple(sorted([*((n, v) for n, v in named if v), *more]))


def expected(part: Part, *, created: bool) -> list[Row]:
    """Return the rows that a part is to have on a page."""
    return [row for sample in part.samples for row in _rows(part.family, sample, created=created)]


def _rows(of: Family, sample: Sample, *, created: bool) -> Iterator[Row]:
    value = sample.value
    base = of.name.removesuffix("_total")
    if isinstance(value, Buckets):
        totals = list(accumulate(value.counts))
        for bound, total in zip((*value.bounds, float("inf")), totals, strict=True):
            le = ("le", str(bound) if bound != float("inf") else "+Inf")
            yield f"{of.name}_bucket", pairs(sample.labels, le), repr(float(total))
        yield f"{of.name}_sum", pairs(sample.labels), repr(float(value.sum))
        yield f"{of.name}_count", pairs(sample.labels), repr(float(totals[-1]))
    else:
        yield of.name, pairs(sample.labels), repr(float(value))
    if created and sample.created is not None:
        yield f"{base}_created", pairs(sample.labels), repr(float(sample.created))


def read(page: bytes, fmt: Format) -> list[Row]:
    """Return the rows that prometheus_client's parser finds on a page, in their order."""
    parse = {
        Format.TEXT: text_format,
        Format.OPENMETRICS: openmetrics,
    }[fmt]
    return [
        (sample.name, tuple(sorted(sample.labels.items())), repr(float(sample.value)))
        for metric in parse(page.decode())
        for sample in metric.samples
    ]
