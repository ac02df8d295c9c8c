"""From a runbook's sections to its statement; missing, empty or unknown sections are refused."""

import re
from collections.abc import Mapping

from exporter.catalog.error_signals import CLASSES
from generators.runbooks.fragments import Line
from generators.runbooks.model import Cause, Language, Query, Statement, Step
from generators.runbooks.named_facts import mentions
from generators.runbooks.queries import promql
from generators.runbooks.sections import Item, Paragraph, RunbookSection, sections
from generators.runbooks.text_error import FOLDER, TEMPLATE, TextError, unknown

FIRST = "First"
THEN = "Then"
CAUSES = "Likely causes, the likeliest first"
DO_NOT = "Do not"
FALSE_ALARMS = "When it is a false alarm"
QUERIES = "Look next"
WHEN = "When it fires"
WHY = "Why this value"
SILENCE = "Silence it"
_LISTS = (FIRST, THEN, CAUSES, DO_NOT, FALSE_ALARMS, QUERIES)
_REQUIRED = (*_LISTS, WHY)
_OPTIONAL = (WHEN, SILENCE)
_CAUSE = re.compile(r"\*\*(?P<what>.+?)\*\* (?P<evidence>.+)")
_CODE = re.compile(r"`[^`]+`")


def statement(name: str, lines: tuple[Line, ...], classes: tuple[str, ...] = CLASSES) -> Statement:
    """Return the statement of an alert's text. Raises TextError with file and line.

    `classes` are the classes of status codes that count as errors.
    """
    every = tuple(sections(lines))
    _check_head(name, every)
    found = _by_title(name, every[1:])
    return Statement(
        alert=name,
        impact=_prose(every[0]),
        why=_prose(found[WHY]),
        first=tuple(_step(item) for item in found[FIRST].items),
        then=tuple(_step(item) for item in found[THEN].items),
        causes=tuple(_cause(item) for item in found[CAUSES].items),
        do_not=tuple(_sentences(item) for item in found[DO_NOT].items),
        false_alarms=tuple(_sentences(item) for item in found[FALSE_ALARMS].items),
        queries=tuple(_query(item, classes) for item in found[QUERIES].items),
        when=_prose(found[WHEN]) if WHEN in found else "",
        silence=_prose(found[SILENCE]) if SILENCE in found else "",
        mentions=tuple(mentions(lines)),
    )


def _check_head(name: str, every: tuple[RunbookSection, ...]) -> None:
    if not every or every[0].level != 1 or every[0].title.text != name:
        raise TextError(
            f"{FOLDER}/{name}.md:1: the first line has to be the alert's name: # {name}"
        )


def _by_title(name: str, below: tuple[RunbookSection, ...]) -> Mapping[str, RunbookSection]:
    found: dict[str, RunbookSection] = {}
    for section in below:
        title, location = section.title.text, section.title.location
        if title not in (*_REQUIRED, *_OPTIONAL):
            raise unknown(location, "section", title, (*_REQUIRED, *_OPTIONAL))
        if title in found:
            raise TextError(f"{location}: section '{title}' appears twice; join the two")
        found[title] = section
    for title in _REQUIRED:
        if title not in found:
            raise TextError(f"{FOLDER}/{name}.md: no section '## {title}'; see {TEMPLATE}")
    for section in found.values():
        _check_form(section)
    return found


def _check_form(section: RunbookSection) -> None:
    """Raise TextError for an empty section, prose in place of a list, or the reverse."""
    title, location = section.title.text, section.title.location
    is_list, has_prose, has_items = title in _LISTS, bool(section.paragraphs), bool(section.items)
    form = "a list and nothing else" if is_list else "sentences and no list"
    if (has_prose, has_items) != (not is_list, is_list):
        raise TextError(f"{location}: section '{title}' has to be {form}; see {TEMPLATE}")


def _prose(section: RunbookSection) -> str:
    if not section.paragraphs:
        raise TextError(
            f"{section.title.location}: a sentence is missing below '{section.title.text}'"
        )
    return "\n\n".join(paragraph.text for paragraph in section.paragraphs)


def _step(item: Item) -> Step:
    languages = dict.fromkeys(
        _language(fence.language, fence.code.location) for fence in item.fences
    )
    if len(languages) > 1:
        raise TextError(f"{item.paragraph.location}: write a step's commands in one language")
    command = "\n".join(fence.code.text for fence in item.fences)
    return Step(item.paragraph.text, command, next(iter(languages), Language.SHELL))


def _language(name: str, location: str) -> Language:
    if name not in [*Language]:
        raise unknown(location, "language of code", name, [*Language])
    return Language(name)


def _cause(item: Item) -> Cause:
    found = _CAUSE.fullmatch(_sentences(item))
    if found is None:
        raise TextError(f"{item.paragraph.location}: write a cause as **What it is.** How to tell.")
    return Cause(found["what"], found["evidence"])


def _sentences(item: Item) -> str:
    if item.fences:
        raise TextError(f"{item.fences[0].code.location}: only steps have code")
    return item.paragraph.text


def _query(item: Item, classes: tuple[str, ...]) -> Query:
    """Return the query of an item: its last lines, in backticks, refer to it."""
    lines = item.paragraph.lines
    first = max((n for n, line in enumerate(lines) if line.text.startswith("`")), default=0)
    text, below = Paragraph(lines[:first]), Paragraph(lines[first:])
    if first == 0 or item.fences or not _CODE.fullmatch(below.text):
        raise TextError(
            f"{item.paragraph.location}: write what a query shows, and on the next line "
            "`KIND: WHAT`"
        )
    return Query(text.text, promql(Line(below.text.strip("`"), below.location), classes))
