"""All formats of a report hold the same facts, and none has another mark for them."""

import html
import json
import re
from collections import defaultdict
from dataclasses import replace
from itertools import zip_longest

import pytest

from generators.commands.report import FORMATS
from generators.service_report.formats import RenderOptions
from generators.service_report.model import Health, ServiceReport
from generators.service_report.words import MARKS
from tests.generators.service_report.facts import facts
from tests.generators.service_report.reports import full

_TAG = re.compile(r"<[^>]+>")
_UNSEEN = re.compile(r"<(style|script)\b.*?</\1>", re.DOTALL)
_MARKDOWN = re.compile(r"[\\*`|_]")
# Where a signal's part of a format begins; it goes on until the next one, or its section's end.
_BEGINS = {
    "text": re.compile(r"^[\S ] (\w+) ", re.MULTILINE),
    "markdown": re.compile(
        r"^(?:\| \S* *\| |- \*\*)(?!signal )([\w\\]+)(?: \||\*\*:)", re.MULTILINE
    ),
    "html": re.compile(r'<tr><th scope="row">[^\n]*<small>(\w+)</small>'),
}
_SECTION = {
    "text": ("SIGNALS", "REGIONS"),
    "markdown": ("## Signals", "## Regions"),
    "html": ("<h2>Signals", "<h2>Regions"),
}


def read(name: str, report: ServiceReport) -> str:
    """Return the words of a format, as its reader sees them: on one line, without its syntax."""
    return _words(name, FORMATS[name].render(report, RenderOptions()))


def read_signals(name: str, report: ServiceReport) -> dict[str, str]:
    """Return the words of each signal, by its name."""
    text = FORMATS[name].render(report, RenderOptions())
    if name == "json":
        return {one["name"]: _words(name, json.dumps(one)) for one in json.loads(text)["signals"]}
    begin, end = _SECTION[name]
    section = text.partition(f"\n{begin}")[2].partition(f"\n{end}")[0]
    found: dict[str, str] = defaultdict(str)
    starts = list(_BEGINS[name].finditer(section))
    for start, after in zip_longest(starts, starts[1:]):
        part = section[start.start() : after.start() if after else len(section)]
        found[start[1].replace("\\", "")] += _words(name, part) + " "
    return found


def _words(name: str, text: str) -> str:
    if name == "json":
        text = " ".join(_leaves(json.loads(text)))
    if name == "html":
        text = html.unescape(_TAG.sub(" ", _UNSEEN.sub(" ", text)))
    return _plain(text)


def stands_in(fact: str, words: str) -> bool:
    """Return whether a text has a fact as words of its own: 3% is neither in 33% nor in 0.3%."""
    own = rf"(?<![\w.,+-]){re.escape(_plain(fact))}(?!\w|[.,]\d)"
    return re.search(own, words) is not None


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
    """Each value, limit, place, time and name is there as people write it, beside its signal."""
    words, signals = read(name, full()), read_signals(name, full())
    assert set(signals) == {one.signal.name for one in full().signals}
    missing = [
        fact
        for fact in facts(full())
        if not stands_in(fact.text, signals[fact.signal] if fact.signal else words)
    ]
    assert not missing


@pytest.mark.parametrize("name", FORMATS)
def test_a_value_of_another_signal_does_not_count(name: str) -> None:
    """Two signals that change their names are noticed: each fact is looked for beside its own."""
    first, second, *rest = full().signals
    swapped = (
        replace(first, signal=replace(first.signal, name=second.signal.name)),
        replace(second, signal=replace(second.signal, name=first.signal.name)),
    )
    signals = read_signals(name, full(signals=(*swapped, *rest)))
    missing = {
        fact.signal
        for fact in facts(full())
        if fact.signal and not stands_in(fact.text, signals[fact.signal])
    }
    assert missing == {first.signal.name, second.signal.name}


def test_a_fact_is_words_of_its_own() -> None:
    """Neither a part of a number, nor nothing."""
    assert stands_in("3%", "now 3%; worst 5%")
    assert not any(stands_in("3%", text) for text in ("33%", "0.3%", "-3%", "3%5"))
    assert not stands_in("4", "4.2 4,211")
    assert all(fact.text for fact in facts(full()))


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
