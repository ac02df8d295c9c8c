"""What is written is read back by Prometheus' own client, sample for sample."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as text_format

from exporter.catalog.model import Family, Label, Type, Unit
from exporter.exposition.encoding import Stems, head, lines, number
from exporter.exposition.exposition import Format
from exporter.exposition.samples import Buckets, Exemplar, Part, Sample
from tests.exporter.samples import (
    COUNTER,
    COUNTS,
    FINITE,
    GAUGE,
    INFO,
    NUMBERS,
    TEXT,
    TIMES_TAKEN,
    buckets,
    expected,
    family,
    parts,
    read,
)

BOTH = (Format.TEXT, Format.OPENMETRICS)
ANY_PART = st.one_of(
    parts(GAUGE, NUMBERS),
    parts(COUNTER, COUNTS),
    parts(INFO, st.just(1)),
    parts(TIMES_TAKEN, buckets()),
)


def page(part: Part, fmt: Format, stems: Stems | None = None) -> bytes:
    """Return a page that holds one part."""
    om = fmt is Format.OPENMETRICS
    body = lines(part, stems or Stems(part.family), openmetrics=om)
    return head(part.family, openmetrics=om) + body + (b"# EOF\n" if om else b"")


@given(ANY_PART)
def test_what_is_written_is_read_back(part: Part) -> None:
    """Any labels and any numbers survive both formats; creation times are OpenMetrics' only."""
    for fmt in BOTH:
        rows = read(page(part, fmt), fmt)
        assert expected(part, created=fmt is Format.OPENMETRICS) == rows


@given(st.lists(parts(GAUGE, NUMBERS), min_size=2, max_size=4))
def test_kept_texts_change_nothing(several: Sequence[Part]) -> None:
    """A part is encoded the same with the texts of earlier ones at hand as without."""
    stems = Stems(GAUGE)
    for part in several:
        assert page(part, Format.TEXT) == page(part, Format.TEXT, stems)


@given(parts(TIMES_TAKEN, buckets()))
def test_exemplars_are_read_back(part: Part) -> None:
    """Each bucket's exemplar is with its bucket in OpenMetrics, and nowhere in the other format."""
    (metric,) = openmetrics(page(part, Format.OPENMETRICS).decode())
    found = [
        (s.exemplar.labels, s.exemplar.value, float(s.exemplar.timestamp))
        for s in metric.samples
        if s.exemplar
    ]
    held = [e for s in part.samples if isinstance(s.value, Buckets) for _, e in s.value.exemplars]
    assert [
        ({"trace_id": e.trace_id, "span_id": e.span_id}, e.value, pytest.approx(e.time))
        for e in held
    ] == found
    assert b" # {" not in page(part, Format.TEXT)


@given(FINITE | st.integers(-(2**70), 2**70))
def test_a_number_reads_back(value: float) -> None:
    """A number is written so that no digit is lost."""
    assert value == type(value)(number(value))


def test_numbers_that_are_none() -> None:
    """Not-a-number and the infinities have the names that both formats give them."""
    values = (float("nan"), float("inf"), float("-inf"), -0.0, 1e300, 5e-324)
    found = [number(value) for value in values]
    assert found == ["NaN", "+Inf", "-Inf", "-0.0", "1e+300", "5e-324"]


@given(TEXT)
def test_help_is_read_back(text: str) -> None:
    """Any help text survives both formats."""
    named = family("t_gauge", Type.GAUGE, text=f"x{text}x")
    part = Part(named, (Sample(("", ""), 1),))
    (old,) = text_format(page(part, Format.TEXT).decode())
    (new,) = openmetrics(page(part, Format.OPENMETRICS).decode())
    assert [named.help, named.help] == [old.documentation, new.documentation]


@pytest.mark.parametrize(
    ("of", "fmt", "text"),
    [
        (GAUGE, Format.TEXT, "# HELP t_gauge S. [t]\n# TYPE t_gauge gauge\n"),
        (COUNTER, Format.TEXT, "# HELP t_events_total S. [t]\n# TYPE t_events_total counter\n"),
        (COUNTER, Format.OPENMETRICS, "# HELP t_events S. [t]\n# TYPE t_events counter\n"),
        (INFO, Format.TEXT, "# HELP t_build_info S. [t]\n# TYPE t_build_info gauge\n"),
        (INFO, Format.OPENMETRICS, "# HELP t_build S. [t]\n# TYPE t_build info\n"),
        (
            TIMES_TAKEN,
            Format.OPENMETRICS,
            (
                "# HELP t_time_seconds S. [t]\n# TYPE t_time_seconds histogram\n"
                "# UNIT t_time_seconds seconds\n"
            ),
        ),
    ],
)
def test_heads(of: Family, fmt: Format, text: str) -> None:
    """Each format introduces a family under its own name, type and unit."""
    named = family(of.name, of.type, of.unit, "S. [t]")
    assert text.encode() == head(named, openmetrics=fmt is Format.OPENMETRICS)


def test_a_counter_of_seconds_has_its_unit() -> None:
    """A counter's unit is named by OpenMetrics, where its name comes without _total."""
    named = family("t_busy_seconds_total", Type.COUNTER, Unit.SECONDS, "S. [t]")
    expected_end = "# UNIT t_busy_seconds seconds\n"
    assert head(named, openmetrics=True).decode().endswith(expected_end)
    assert "UNIT" not in head(named, openmetrics=False).decode()


def test_lines_of_a_histogram() -> None:
    """Buckets add up, the last is +Inf, sum and count follow, then when counting began."""
    value = Buckets((0.1, 2.0), (3, 0, 1), 7.5, ((1, Exemplar("t", "s", 1.5, 9.25)),))
    part = Part(TIMES_TAKEN, (Sample(("x", ""), value, 5.0),))
    assert lines(part, Stems(TIMES_TAKEN), openmetrics=True).decode().splitlines() == [
        't_time_seconds_bucket{a="x",le="0.1"} 3',
        't_time_seconds_bucket{a="x",le="2.0"} 3 # {trace_id="t",span_id="s"} 1.5 9.25',
        't_time_seconds_bucket{a="x",le="+Inf"} 4',
        't_time_seconds_sum{a="x"} 7.5',
        't_time_seconds_count{a="x"} 4',
        't_time_seconds_created{a="x"} 5.0',
    ]


def test_other_bounds_have_other_texts() -> None:
    """A histogram whose bounds change is written with the new ones."""
    stems = Stems(TIMES_TAKEN)
    for bound in (1.0, 2.0):
        value = Buckets((bound,), (1, 0), 1.0)
        part = Part(TIMES_TAKEN, (Sample(("", ""), value),))
        assert f'le="{bound}"'.encode() in lines(part, stems, openmetrics=False)


def test_texts_of_gone_series_are_forgotten() -> None:
    """What is kept of series does not outgrow twice those that are there by more than 100."""
    stems = Stems(GAUGE)
    for number_ in range(500):
        lines(Part(GAUGE, (Sample((str(number_), ""), 1),)), stems, openmetrics=False)
        stems.trim(1)
    assert len(stems._braces) <= 102


@pytest.mark.parametrize(("kept", "live"), [(100, 0), (104, 2), (101, 1)])
def test_texts_are_kept_up_to_twice_those_that_are_there(kept: int, live: int) -> None:
    """A text is built once; with one more than these, all are built again."""
    stems = Stems(GAUGE)
    for number_ in range(kept):
        stems.braces((str(number_), ""))
    stems.trim(live)
    assert stems.known(("0", "")) is stems.braces(("0", ""))
    for number_ in range(2 * live + 101):
        stems.braces((str(number_), ""))
    stems.trim(live)
    assert stems.known(("0", "")) is None


def test_le_is_a_label_of_its_own_except_in_a_histogram() -> None:
    """Each bucket has it already; a counter may have one of that name."""
    label = (Label("le", "a limit"),)
    assert Stems(replace(COUNTER, labels=label)).braces(("1",)) == '{le="1"} '
    with pytest.raises(ValueError, match="a label is there twice"):
        Stems(replace(TIMES_TAKEN, labels=label))
