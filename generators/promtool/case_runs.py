"""Tests of rules, taken apart into runs of promtool that are independent of each other."""

import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from exporter.settings.types import seconds
from generators.promtool.documents import Body, dumped, is_rule_file, parsed
from generators.promtool.kept_results import KeptResults, ToolAnswer
from generators.promtool.older_promtool import as_tested
from generators.promtool.rule_closure import needed
from generators.promtool.tool_version import number, version

_MINUTE = 60


@dataclass(frozen=True, slots=True)
class CaseRun:
    """One case of a test: the test's document with this case alone, and the rules it needs."""

    document: Body
    rules: tuple[Body, ...]

    @property
    def effort(self) -> float:
        """About how long it takes, in evaluations of a rule."""
        last = last_check(self.document["tests"][0])
        rules = sum(len(group["rules"]) for file in self.rules for group in file["groups"])
        return rules * last / (_seconds(self.document.get("evaluation_interval")) or _MINUTE)

    def answer(self, program: str, kept: KeptResults) -> ToolAnswer:
        """Return what promtool says, now or when it last saw this content."""
        content = [version(program), self.document, self.rules]
        return kept.of(content, lambda: self._run(program))

    def _run(self, program: str) -> ToolAnswer:
        with tempfile.TemporaryDirectory(prefix="ionmon-") as folder:
            names = [f"rules-{number}.yml" for number in range(len(self.rules))]
            for name, rules in zip(names, as_tested(self.rules, number(program)), strict=True):
                Path(folder, name).write_text(dumped(rules), encoding="utf-8")
            document = {**self.document, "rule_files": names}
            Path(folder, "test.yml").write_text(dumped(document), encoding="utf-8")
            return answer([program, "test", "rules", "test.yml"], Path(folder))


def last_check(case: Body) -> float:
    """Return the second of a case at which something is last expected."""
    checks = [*(case.get("alert_rule_test") or ()), *(case.get("promql_expr_test") or ())]
    return max((_seconds(check.get("eval_time")) for check in checks), default=0)


def case_runs_of(path: Path) -> tuple[CaseRun, ...] | None:
    """Return a run for each case of a test's file, or None, as `case_runs` does."""
    text = path.read_text(encoding="utf-8")
    names = parsed(text).get("rule_files")
    if not isinstance(names, list) or any(Path(str(name)).is_absolute() for name in names):
        return None
    found = [sorted(path.parent.glob(str(name))) for name in names]
    if not all(found):
        return None
    return case_runs(text, [file.read_text(encoding="utf-8") for each in found for file in each])


def case_runs(test: str, rules: Sequence[str]) -> tuple[CaseRun, ...] | None:
    """Return a run for each case of a test, given the texts of its rule files in their order.

    None where a text has another form than promtool's: let promtool itself say why.
    """
    document, files = parsed(test), [parsed(text) for text in rules]
    cases = document.get("tests")
    if not isinstance(cases, list) or not cases or not all(isinstance(c, dict) for c in cases):
        return None
    if not all(is_rule_file(file) for file in files):
        return None
    return tuple(
        CaseRun({**document, "tests": [case]}, tuple(needed(files, case))) for case in cases
    )


def answer(command: Sequence[str], folder: Path | None = None) -> ToolAnswer:
    """Run a tool. Raises FileNotFoundError where it is not there."""
    done = subprocess.run(  # noqa: S603 - a program from the PATH, our own arguments
        command, capture_output=True, text=True, check=False, cwd=folder
    )
    return ToolAnswer(done.returncode, done.stdout + done.stderr)


def _seconds(text: object) -> float:
    try:
        return seconds(str(text))
    except ValueError:
        return 0
