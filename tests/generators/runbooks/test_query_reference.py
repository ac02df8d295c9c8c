"""A reference to a query is taken apart, whatever its names, and what is none is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.catalog import CATALOG
from exporter.catalog.expression import Matcher
from generators.runbooks.fragments import Line
from generators.runbooks.query_reference import Reference, reference, series
from generators.runbooks.text_error import TextError

NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,20}", fullmatch=True)


@given(
    kind=st.sampled_from(["rate", "p95", "level max"]),
    part=NAMES,
    whole=NAMES | st.just(""),
    window=st.sampled_from(["5m", "1h", "7d"]),
    by=st.lists(NAMES, max_size=3),
)
def test_what_is_written_is_read(
    *, kind: str, part: str, whole: str, window: str, by: list[str]
) -> None:
    """Each part of a reference comes back, and those left out have their usual value."""
    text = f"{kind}: {part}{f' / {whole}' if whole else ''}"
    text += "" if window == "5m" else f" over {window}"
    text += f" by {', '.join(by)}" if by else ""
    assert reference(Line(text, "x.md:1")) == Reference(
        kind=kind, part=part, whole=whole, window=window, by=tuple(by), location="x.md:1"
    )


def test_matchers_choose_series() -> None:
    """A label may have one value or several, and there may be several labels."""
    found = series("cloudrun_requests_total{response_code_class=4xx|5xx,region=a-b}", "x.md:1")
    assert found.family is CATALOG["cloudrun_requests_total"]
    assert found.matchers == (
        Matcher("response_code_class", ("4xx", "5xx")),
        Matcher("region", ("a-b",)),
    )


@pytest.mark.parametrize("text", ["a-b", "redis_up{}", "redis_up{redis_id=a", "{redis_id=a}"])
def test_what_names_no_series_is_refused(text: str) -> None:
    """The error states how a series is written."""
    with pytest.raises(TextError, match=r"^x\.md:1: .* names no series; write FAMILY\{LABEL="):
        series(text, "x.md:1")
