"""All formats of a report hold the same facts, and none has another mark for them."""

import html
import json
import re
from dataclasses import replace

import pytest

from generators.commands.report import FORMATS
from generators.service_report.formats import RenderOptions
from generators.service_report.model import Health, ServiceReport
from generators.service_report.words import MARKS
from tests.generators.service_report.facts import facts
from tests.generators.service_report.reports import full

_TAG = re.compile(r"<[^>]+>")
_MARKDOWN = re.compile(r"[\\*`|_]")


def read(name: str, report: ServiceReport) -> str:
    """Return the words of a format, as its reader sees them: on one line, without its syntax."""
    text = FORMATS[name].render(report, RenderOptions())
    if name == "json":
        text = " ".join(_leaves(json.loads(text)))
    if name == "html":
        text = html.unescape(_TAG.sub(" ", text))
    return _plain(text)


def _plain(text: str) -> str:
    """Return a text without line breaks, and without what Markdown escapes or marks."""
    return " ".join(_MARKDOWN.sub(" ", text).split())


def _leaves(tree: object) -> list[str]:
    if isinstance(tree, dict):
        return [text for name, value in tree.items() for text in (name, *_leaves(value))]
    if isinstance(tree, list):
        return [text for value in tree for text in _leaves(value)]
    return [str(tree)]


@pytest.mark.parametrize("name", FORMATS)
def test_every_fact_is_in_every_format(name: str) -> None:
    """Each value, limit, place, time and name is there as people write it."""
    report, words = full(), read(name, full())
    missing = [fact for fact in facts(report) if _plain(fact[1]) not in words]
    assert not missing


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_not_known_is_never_well(name: str) -> None:
    """A report of which nothing is known has no mark for well anywhere."""
    nothing = full(
        health=Health.UNKNOWN,
        reasons=("not known: what fires",),
        signals=(full().signals[-1],),
        regions=replace(full().regions, columns=(), rows=()),
        budgets=(),
        monitoring=(),
        costs=(),
        ages=(),
    )
    words = read(name, nothing)
    assert MARKS[Health.OK] not in words
    assert MARKS[Health.UNKNOWN] in words


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_ends_with_a_line_break(name: str) -> None:
    """A file is a whole text, and a terminal's next prompt begins a line."""
    text = FORMATS[name].render(full(), RenderOptions())
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
