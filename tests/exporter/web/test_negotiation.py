"""Which form of the page a client gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.exposition.exposition import Format
from exporter.web.negotiation import Choice, accepts_gzip, choices, exposition_format

TEXT, OPENMETRICS = Format.TEXT, Format.OPENMETRICS
# What the scrapers send: Prometheus 2.42, recorded; Prometheus 3, without and with native
# histograms (its scrape.go, acceptHeader).
PROMETHEUS_2 = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)
PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
PROMETHEUS_3_NATIVE = (
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;"
    f"q=0.7,{PROMETHEUS_3}"
)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
OURS = "application/openmetrics-text"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (PROMETHEUS_2, OPENMETRICS),
        (PROMETHEUS_3, OPENMETRICS),
        (PROMETHEUS_3_NATIVE, OPENMETRICS),
        (BROWSER, TEXT),
        ("", TEXT),
        ("*/*", TEXT),
        ("text/*", TEXT),
        ("image/png", TEXT),
        (OURS, OPENMETRICS),
        (OURS.upper(), OPENMETRICS),
        (f"{OURS}; version=1.0.0", OPENMETRICS),
        (f'{OURS};version="1.0.0"', OPENMETRICS),
        (f"{OURS};VERSION=1.0.0", OPENMETRICS),
        (f"{OURS};version=0.0.1", TEXT),
        (f"{OURS};version=2.0.0, text/plain;q=0.1", TEXT),
        (f"text/plain;version=1.0.0, {OURS};q=0.1", OPENMETRICS),
        (f"{OURS};q=0", TEXT),
        (f"{OURS};q=0.000, */*;q=0", TEXT),
        (f"{OURS};q=0.001", OPENMETRICS),
        (f"text/plain;q=0.5, {OURS};q=0.4", TEXT),
        (f"text/plain;q=0.4, {OURS};q=0.5", OPENMETRICS),
        (f"text/plain, {OURS}", OPENMETRICS),
        (f"{OURS}, text/plain", OPENMETRICS),
        (f"{OURS};q=0.5, */*;q=0.5", OPENMETRICS),
        (f"{OURS};q=0.5, */*;q=0.6", TEXT),
        (f"{OURS};q=2", TEXT),
        (f"{OURS};q=1.001", TEXT),
        (f"{OURS};q=-1", TEXT),
        (f"{OURS};q=nan", TEXT),
        (f"{OURS};q=0.1234", TEXT),
        (f"{OURS};q=", TEXT),
        (f'text/html;title="a, {OURS}"', TEXT),
    ],
)
def test_the_format_that_a_client_likes_best(accept: str, expected: Format) -> None:
    """The highest quality wins; in a draw OpenMetrics where it is named; else text."""
    assert expected is exposition_format(accept)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("deflate, gzip;q=0.5", True),
        ("*", True),
        ("*;q=0.1", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000", False),
        ("gzip;q=0, *", False),
        ("gzip, *;q=0", True),
        ("*;q=0", False),
        ("gzipped", False),
        ("gzip;q=high", False),
    ],
)
def test_gzip_is_for_those_who_take_it(header: str, expected: bool) -> None:
    """Named with a quality above 0, or by an asterisk unless it is named with 0."""
    assert expected is accepts_gzip(header)


def test_an_item_is_value_quality_and_parameters() -> None:
    """Spaces, empty items and the case of names do not matter; what is quoted is not split."""
    found = list(choices(' , Text/Plain ; Q=0.5;Version="0.0.4" ,,a;b="c, d; e";f , ;q=1'))
    expected = [
        Choice("text/plain", 0.5, {"version": "0.0.4"}),
        Choice("a", 1.0, {"b": "c, d; e", "f": ""}),
    ]
    assert expected == found


HEADERS = st.one_of(
    st.text(st.characters(max_codepoint=255)),
    st.text('abq=",;.01*/ '),
    st.lists(st.sampled_from([OURS, "text/plain", "*/*", "gzip", ";q=", "0.5", ",", '"', ";"])).map(
        "".join
    ),
)


@given(HEADERS)
def test_no_header_fails(header: str) -> None:
    """Whatever a client sends, there is a format, a word on gzip, and qualities from 0 to 1."""
    assert exposition_format(header) in Format
    assert accepts_gzip(header) in (True, False)
    assert all(0 <= choice.quality <= 1 for choice in choices(header))


def split(text: str, separator: str) -> list[str]:
    """Split letter by letter, where no quote is open."""
    parts, quoted = [""], False
    for letter in text:
        quoted ^= letter == '"'
        if letter == separator and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


@given(st.text('ab",; '))
def test_quotes_protect_commas_and_semicolons(header: str) -> None:
    """Items and parts are those that reading letter by letter finds."""
    expected = [split(item, ";")[0].strip() for item in split(header, ",")]
    assert [value for value in expected if value] == [choice.value for choice in choices(header)]


@pytest.mark.parametrize("piece", [",", '",', ';"', ',"'])
def test_a_header_is_read_once_through(piece: str) -> None:
    """Headers of a megabyte of commas and quotes are answered: the work grows with the length."""
    assert exposition_format(piece * 500_000) is TEXT
