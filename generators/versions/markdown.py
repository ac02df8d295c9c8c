"""Changes as Markdown, for a pull request: a table of values, then lists of names."""

from collections.abc import Iterable, Iterator

from generators.value_changes import ValueChange
from generators.versions.generated_set import GeneratedSet
from generators.versions.wording import grouped_lines, has_own_line, short

_LONGEST = 200  # characters of a cell
_HEAD = ("| what | before | after |", "|---|---|---|")
_WORDS = {"+": "new ", "-": "removed ", "~": "changed: "}
_ESCAPED = str.maketrans({"|": r"\|", "\n": " ", "<": "&lt;", "*": r"\*", "_": r"\_", "`": "'"})


def markdown(old: GeneratedSet, new: GeneratedSet, changes: Iterable[ValueChange]) -> str:
    """Return what differs between two sets, with the line that names them."""
    every = tuple(changes)
    title = f"**Generated files, {_named(old)} → {_named(new)}**"
    if not every:
        return f"{title}\n\nNothing differs.\n"
    return "\n".join((title, "", *_table(every), *_lists(every), ""))


def _named(found: GeneratedSet) -> str:
    return f"`{found.short_hash}`"


def _table(changes: Iterable[ValueChange]) -> Iterator[str]:
    rows = [_row(one) for one in changes if has_own_line(one)]
    if rows:
        yield from (*_HEAD, *rows, "")


def _row(one: ValueChange) -> str:
    before = "" if one.change == "added" else short(one.before)
    after = "" if one.change == "removed" else short(one.after)
    return f"| {' | '.join(_cell(text) for text in ('.'.join(one.at), before, after))} |"


def _cell(text: str) -> str:
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return cut.translate(_ESCAPED)


def _lists(changes: Iterable[ValueChange]) -> Iterator[str]:
    for line in grouped_lines(changes):
        sign, _, rest = line.partition(" ")
        yield f"- {_WORDS[sign]}{rest.translate(_ESCAPED)}"
