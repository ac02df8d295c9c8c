"""What ionmon deploy prints: a line a step as it happens, or all of it as JSON at the end."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from types import TracebackType
from typing import Any, Self

import click

from exporter.commands.terminal import Bar, printable
from exporter.errors import IonmonError
from exporter.json_output import json_document
from generators.commands.deploy_options import GivenDeploy
from generators.deploy.model import FileChange, StepOutcome, StepResult
from generators.deploy.planned import GRAFANA
from generators.deploy.survey import StepSurvey
from generators.output_folders import DASHBOARDS
from generators.plurals import counted

_MARKS = {StepOutcome.DONE: "✓", StepOutcome.SKIPPED: "·", StepOutcome.FAILED: "✗"}
_COLOURS = {StepOutcome.DONE: "green", StepOutcome.FAILED: "red", StepOutcome.SKIPPED: None}
_NAMED = 12  # lines of differences that people get


@dataclass(slots=True, kw_only=True)
class DeployOutput:
    """Prints lines, or keeps them for JSON; as a context it prints that, after an error, too."""

    as_json: bool
    quiet: bool
    applied: bool
    _body: dict[str, Any] = field(default_factory=dict)
    _steps: list[StepResult] = field(default_factory=list)
    _bar: Bar | None = None

    def __enter__(self) -> Self:
        self._body = {
            "applied": self.applied,
            "result": "failed",
            "error": None,
            "differences": [],
            "files": [],
            "by_hand": [],
            "left": [],
        }
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self._body["error"] = str(error) if isinstance(error, IonmonError) else "stopped"
        if self.as_json:
            steps = [asdict(one) for one in self._steps]
            click.echo(json_document("deploy", {**self._body, "steps": steps}))

    def tell(self, found: StepResult) -> None:
        """Take a step that has ended."""
        self._steps.append(found)
        mark = click.style(_MARKS[found.outcome], fg=_COLOURS[found.outcome])
        self._line(f"{mark} {found.step}: {printable(found.text)}")

    def telling(self, bar: Bar) -> Callable[[StepResult], None]:
        """Return what takes steps while a bar is drawn."""

        def tell(found: StepResult) -> None:
            bar.show(f"after {found.step}")
            self._bar = bar
            self.tell(found)
            self._bar = None

        return tell

    def changes(self, steps: Sequence[StepSurvey], differences: Sequence[str]) -> None:
        """Take what differs from what was deployed, by meaning, and which files would change."""
        self._body["differences"] = list(differences)
        self._body["by_hand"] = [text for one in steps for text in one.by_hand]
        self._body["left"] = [str(path) for one in steps for path in one.left]
        self._body["files"] = [
            {"step": one.step.name, "path": str(change.path), "change": _verb(change)}
            for one in steps
            for change in one.changes
        ]
        for one in steps:
            for folder, paths in groupby(one.left, lambda path: path.parent):
                files = counted(len([*paths]), "file")
                text = f"{one.step.name}: {files} of another destination in {folder}; left alone"
                self._line(f"· {printable(text)}")
        if any(one.due for one in steps):
            for text in differences[:_NAMED]:
                self._line(f"  {printable(text)}")
            if len(differences) > _NAMED:
                self._line(f"  and {len(differences) - _NAMED} more; --json lists all")

    def would(self, steps: Sequence[StepSurvey]) -> None:
        """Print what each step would do."""
        for one in steps:
            self._line(f"· {one.step.name}: {_would(one)}")
            for change in one.changes:
                self._line(f"    {_verb(change)} {change.path}")

    def result(self, word: str, text: str) -> None:
        """Take how it ended."""
        self._body["result"] = word
        self._line(text)

    def hint_grafana(self, found: GivenDeploy, steps: Sequence[StepSurvey]) -> None:
        """Say what Grafana still needs."""
        own = next((one for one in steps if one.step.name == GRAFANA), None)
        if own is not None and any(c.path.name == "ion.yaml" for c in own.changes):
            self._line("Grafana reads its provisioning when it starts: restart it")
        if own is None:
            command = (
                f"ionmon upload --dashboards {found.root / DASHBOARDS} --token-file FILE --apply"
            )
            self._line(f"dashboards are not part of it; to bring them into Grafana: {command}")

    def _line(self, text: str) -> None:
        if self.quiet:
            return
        if self._bar is not None:
            self._bar.echo(text, err=self.as_json)
        else:
            click.echo(text, err=self.as_json)


def _verb(change: FileChange) -> str:
    if change.new is None:
        return "remove"
    return "create" if change.old is None else "replace"


def _would(one: StepSurvey) -> str:
    if not one.due:
        return "is as written already"
    what = [f"would change {counted(len(one.changes), 'file')}"] if one.changes else []
    if one.step.server is not None:
        what.append(f"would reload {one.step.server.url}")
    return ", ".join(what)
