"""Links of alerts and runbooks to a panel open it: the board has one of that number."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from generators.boards import Board
from generators.checks.engine.context import Context
from generators.checks.engine.dashboard_file import DashboardFile, bodies
from generators.checks.engine.problem import Problem, Text
from generators.checks.engine.suggestions import suggestion
from generators.runbooks.build import FOLDER

RULE = "link"
# Links are also hand-written, within prose and Markdown: so they are looked for in texts.
_LINK = re.compile(r"/d/(?P<uid>[\w-]+)(?P<rest>[^\s\"'<>)\]]*)")
_PANEL = re.compile(r"[?&]viewPanel=(?:panel-)?(\d+)")
_NEAR = 0.8
_Numbers = Mapping[str, frozenset[object]]


def problems(boards: Sequence[DashboardFile], context: Context) -> list[Problem]:
    """Return links that open no panel; none where there are no dashboards beside the files."""
    numbers = {
        str(board.body.get("uid", "")): frozenset(panel.get("id") for panel in bodies(board.body))
        for board in boards
    }
    if not numbers:
        return []
    texts = [*_annotations(context), *_runbooks(context.root)]
    return [found for text in texts for found in _dead(text, numbers)]


def _annotations(context: Context) -> Iterator[Text]:
    for rule in context.rules:
        yield from rule.annotations.values()


def _runbooks(root: Path) -> Iterator[Text]:
    """Yield every line of the runbooks below a root."""
    for path in sorted((root / FOLDER).glob("*.md")):
        shown = path.relative_to(root).as_posix()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield Text(line, shown, number, (line,))


def _dead(text: Text, numbers: _Numbers) -> Iterator[Problem]:
    for link in _LINK.finditer(text.value):
        uid, panel = link["uid"], _PANEL.search(link["rest"])
        if uid not in numbers:
            yield from _unknown(text, uid, numbers)
        elif panel is not None and int(panel[1]) not in numbers[uid]:
            yield text.problem(
                RULE,
                f"{uid} has no panel {panel[1]}; write the number of one, from `Share` of its menu",
                uid,
            )


def _unknown(text: Text, uid: str, numbers: Iterable[str]) -> Iterator[Problem]:
    """Yield a link to a board that is missing; one of another name may be a user's own."""
    meant = suggestion(uid, [*numbers], _NEAR)
    if uid in {board.value for board in Board}:
        yield text.problem(RULE, f"there is no dashboard {uid}; write its file again", uid)
    elif meant:
        yield text.problem(RULE, f"there is no dashboard {uid}{meant}", uid)
