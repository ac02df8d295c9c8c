"""One odd number or text of a server costs itself, and nothing else of a report."""

import math
import re
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

import pytest

from generators.commands.report import FORMATS
from generators.service_report.clean_texts import cleaned
from generators.service_report.formats import RenderOptions
from tests.generators.service_report.reports import full

HOSTILE = "\x00\x1b[31m\u202e\ud800\x9b"
ODD = (math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324, -0.5)


def changed(found: Any, odd: float | None, text: str) -> Any:
    """Return a report with another number in place of each, and more in each text."""
    if isinstance(found, str) and not isinstance(found, Enum):
        return found + text
    if type(found) is float and odd is not None:
        return odd
    if type(found) is tuple:
        return tuple(changed(one, odd, text) for one in found)
    if is_dataclass(found) and not isinstance(found, type):
        names = [one.name for one in fields(found) if one.name not in {"span", "made", "unit"}]
        # The report's own period, and names that the catalog has, are from no server.
        own = {"name", "direction"} if hasattr(found, "line_before") else set[str]()
        values = {name: getattr(found, name) for name in names if name not in own}
        return replace(found, **{name: changed(one, odd, text) for name, one in values.items()})
    return found


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("odd", ODD)
def test_an_odd_number_costs_itself(name: str, odd: float) -> None:
    """Each format is written, in lines that people can read, whatever the numbers are."""
    text = FORMATS[name].render(changed(full(), odd, ""), RenderOptions())
    assert "Shop" in text
    words = " ".join(re.findall(r">([^<]*)<", text.partition("<body")[2])) or text
    assert not re.search(r"\b(nan|inf)\b", words, re.IGNORECASE)
    assert max(map(len, words.split())) < 120


@pytest.mark.parametrize("name", FORMATS)
def test_an_odd_text_costs_itself(name: str) -> None:
    """No control character, override or surrogate is in any format, and the rest stays."""
    whole = cleaned(changed(full(), None, HOSTILE))
    text = FORMATS[name].render(whole, RenderOptions())
    assert "checkout" in text
    assert text.encode()
    assert all(c.isprintable() or c == "\n" for c in text)


def test_texts_that_can_be_shown_stay() -> None:
    """With their lines."""
    assert cleaned(full()) == full()
    assert cleaned("é\n  中") == "é\n  中"
