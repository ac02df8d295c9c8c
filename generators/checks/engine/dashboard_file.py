"""A dashboard as checks see it: typed, with the lines of what it contains."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from exporter.errors import IonmonError
from generators.checks.engine.problem import Problem, Text
from generators.dashboards.file.board import AnnotationInFile, BoardInFile, VariableInFile
from generators.dashboards.file.panel import PanelInFile

Body = Mapping[str, Any]


@dataclass(frozen=True)
class DashboardFile:
    """A dashboard's file: the path that is shown, its lines, its JSON."""

    path: str
    lines: tuple[str, ...]
    body: Body

    @cached_property
    def board(self) -> BoardInFile:
        """The typed dashboard. Raises ValidationError where the check of the schema refuses it."""
        return BoardInFile.model_validate(self.body)

    @property
    def panels(self) -> tuple[PanelInFile, ...]:
        """Every panel but rows, those of collapsed rows included."""
        return tuple(panel for panel in self.with_rows if panel.type != "row")

    @property
    def with_rows(self) -> tuple[PanelInFile, ...]:
        """Every panel, rows included, in the order of the file."""
        return tuple(_all(self.board.panels))

    @property
    def variables(self) -> tuple[VariableInFile, ...]:
        """The variables."""
        return self.board.templating.list

    @property
    def sources(self) -> frozenset[str]:
        """The names of the variables that are datasources."""
        return frozenset(one.name for one in self.variables if one.type == "datasource")

    @property
    def annotations(self) -> tuple[AnnotationInFile, ...]:
        """The annotations that query Prometheus."""
        return tuple(one for one in self.board.annotations.list if one.expr)

    def text(self, value: str) -> Text:
        """Return a text of the file with its line."""
        line = self.line(value)
        return Text(value, self.path, line, (self.lines[line - 1],) if self.lines else ())

    def line(self, value: str) -> int:
        """Return the line that contains a text; 1 where none does."""
        written = json.dumps(value)
        found = (number for number, line in enumerate(self.lines, 1) if written in line)
        return next(found, 1)

    def problem(self, rule: str, text: str, near: str = "") -> Problem:
        """Return a problem of the dashboard, near a text of it."""
        return Problem(self.path, self.line(near) if near else 1, rule, text)

    def of(self, panel: PanelInFile, rule: str, text: str) -> Problem:
        """Return a problem of a panel."""
        lines = (at for at, line in enumerate(self.lines, 1) if _is_number(line, panel.id))
        at = next(lines, self.line(panel.title))
        return Problem(self.path, at, rule, f"panel {panel.id} ({panel.title}): {text}")


def _is_number(line: str, number: int) -> bool:
    return line.strip().rstrip(",") == f'"id": {number}'


def _all(panels: Iterable[PanelInFile]) -> Iterator[PanelInFile]:
    for panel in panels:
        yield panel
        yield from _all(panel.panels)


def bodies(body: Body) -> Iterator[Body]:
    """Yield the JSON of every panel below a board or a row, rows included."""
    panels = body.get("panels")
    for panel in panels if isinstance(panels, list) else ():
        if isinstance(panel, dict):
            yield panel
            yield from bodies(panel)


def parsed(text: str, path: str) -> DashboardFile:
    """Return the dashboard of a text. Raises IonmonError where it is no JSON object."""
    try:
        body = json.loads(text)
    except ValueError as error:
        raise IonmonError(f"{path}: is no JSON: {error}") from error
    if not isinstance(body, dict):
        raise IonmonError(f"{path}: is no JSON object")
    return DashboardFile(path, tuple(text.splitlines()), body)


def read(root: Path, folder: str) -> list[DashboardFile]:
    """Return the dashboards below a folder of a root."""
    return [
        parsed(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix())
        for path in sorted((root / folder).glob("*.json"))
    ]
