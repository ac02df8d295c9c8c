"""A dashboard as checks see it: its JSON, and the line on which something in it stands."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exporter.errors import IonmonError
from generators.checks.engine.problem import Problem, Text

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DashboardFile:
    """A dashboard's file: how its path is shown, its lines, what it holds."""

    path: str
    lines: tuple[str, ...]
    body: Body

    @property
    def panels(self) -> tuple[Body, ...]:
        """Every panel but rows, those of collapsed rows included."""
        return tuple(panel for panel in self.with_rows if panel.get("type") != "row")

    @property
    def with_rows(self) -> tuple[Body, ...]:
        """Every panel, rows included, in the order of the file."""
        return tuple(_all(self.body.get("panels", ())))

    @property
    def variables(self) -> tuple[Body, ...]:
        """The variables."""
        return tuple(self.body.get("templating", {}).get("list", ()))

    @property
    def sources(self) -> frozenset[str]:
        """The names of the variables that are datasources."""
        return frozenset(v["name"] for v in self.variables if v.get("type") == "datasource")

    @property
    def annotations(self) -> tuple[Body, ...]:
        """The annotations that ask Prometheus."""
        found = self.body.get("annotations", {}).get("list", ())
        return tuple(one for one in found if "expr" in one)

    def text(self, value: str) -> Text:
        """Return a text of the file with its place."""
        line = self.line(value)
        return Text(value, self.path, line, (self.lines[line - 1],) if self.lines else ())

    def line(self, value: str) -> int:
        """Return the line on which a text stands; 1, where it does not."""
        written = json.dumps(value)
        found = (number for number, line in enumerate(self.lines, 1) if written in line)
        return next(found, 1)

    def problem(self, rule: str, text: str, near: str = "") -> Problem:
        """Return a problem of the dashboard, near a text of it."""
        return Problem(self.path, self.line(near) if near else 1, rule, text)

    def of(self, panel: Body, rule: str, text: str) -> Problem:
        """Return a problem of a panel."""
        number, title = panel.get("id"), str(panel.get("title", ""))
        stands = (at for at, line in enumerate(self.lines, 1) if _is_number(line, number))
        at = next(stands, self.line(title))
        return Problem(self.path, at, rule, f"panel {number} ({title}): {text}")


def _is_number(line: str, number: object) -> bool:
    return line.strip().rstrip(",") == f'"id": {json.dumps(number)}'


def _all(panels: Iterable[Body]) -> Iterator[Body]:
    for panel in panels:
        yield panel
        yield from _all(panel.get("panels", ()))


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
