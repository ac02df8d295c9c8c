"""Prometheus' and Alertmanager's own checkers, as runs on the checked files."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from generators.alertmanager import older_tool
from generators.checks.engine.context import Server
from generators.checks.engine.gathering import CheckRequest, rule_paths, servers_files
from generators.checks.engine.problem import Problem
from generators.checks.engine.rule_files import rules
from generators.checks.engine.yaml_file import read
from generators.checks.tool_runs import ToolRun
from generators.promtool import older_promtool
from generators.promtool.case_runs import CaseRun, answer, case_runs_of
from generators.promtool.kept_results import KeptResults, ToolAnswer
from generators.promtool.tool_version import number, version

PACKAGES = {"promtool": "prometheus", "amtool": "prometheus-alertmanager"}
_LINT = ("--lint=all", "--lint-fatal")
_LINT_CODE = 3  # of promtool, where it has found nothing else
_DUPLICATE = re.compile(r"^\s*Metric: (\S+)", re.MULTILINE)
_LINE = re.compile(r"(?:line |yml: |yaml: |: )(\d+)(?::\d+)?:")
_NOISE = re.compile(r"Checking \S+|Unit Testing: .*|SUCCESS.*|FAILED:?|Found:|amtool: error: .*")


@dataclass(frozen=True, slots=True)
class _FileRun:
    """A tool on one file, and the other files that it reads."""

    tool: str
    words: tuple[str, ...]
    path: Path
    shown: str
    also: tuple[Path, ...] = ()


def missing(request: CheckRequest) -> Iterator[Problem]:
    """Yield a problem for each tool that is needed and not there."""
    for tool in dict.fromkeys(run.tool for run in _file_runs(request)):
        if which(tool) is None:
            first = next(run for run in _file_runs(request) if run.tool == tool)
            text = f"{tool} is not on the PATH; type: sudo apt-get install {PACKAGES[tool]}"
            yield Problem(first.shown, 1, tool, f"{text}, or check with --offline")


def runs(request: CheckRequest, kept: KeptResults) -> Iterator[ToolRun]:
    """Yield the runs of the tools that are there: on the requested files, else on all generated."""
    for run in _file_runs(request):
        program = which(run.tool)
        if program is not None:
            yield _on_file(program, run, kept)
    program = which("promtool")
    if program is None or request.files:
        return
    for path, shown in servers_files(request.root, "tests/*.yml"):
        yield from _on_test(program, path, shown, kept)


def _file_runs(request: CheckRequest) -> Iterator[_FileRun]:
    files = [(path, str(path)) for path in request.files] or rule_paths(request.root)
    for path, shown in files:
        yield _FileRun("promtool", ("check", "rules", *_LINT), path, shown)
    if request.files:
        return
    rules = tuple(path for path, _ in files)
    for path, shown in servers_files(request.root, "prometheus*.yml"):
        yield _FileRun(
            tool="promtool", words=("check", "config", *_LINT), path=path, shown=shown, also=rules
        )
    for path, shown in servers_files(request.root, "alertmanager.yml"):
        also = tuple(sorted((path.parents[1] / "templates").glob("*")))
        yield _FileRun(tool="amtool", words=("check-config",), path=path, shown=shown, also=also)


def _on_file(program: str, run: _FileRun, kept: KeptResults) -> ToolRun:
    def problems() -> Iterator[Problem]:
        read = [[str(path), path.read_text(encoding="utf-8")] for path in (run.path, *run.also)]
        content = [version(program), run.words, read]
        found = kept.of(content, lambda: _answer(program, run))
        if not _is_of_alerts(found, run):
            yield from _reported(run.shown, run.tool, found)

    return ToolRun(f"{run.tool} {' '.join(run.words[:2])} {run.shown}", 1, problems)


def _is_of_alerts(found: ToolAnswer, run: _FileRun) -> bool:
    """Return whether promtool takes nothing but alerts of one name for duplicates.

    Those of different services take other series, which recording_rules.duplicates compares.
    """
    if found.code != _LINT_CODE:
        return False
    read_rules = (one for path in (run.path, *run.also) for one in rules(read(path, ""), Server()))
    names = {one.name.value for one in read_rules if one.kind == "alert"}
    duplicates = {*_DUPLICATE.findall(found.output)}
    return bool(duplicates) and duplicates <= names  # newer versions find more than duplicates


def _answer(program: str, run: _FileRun) -> ToolAnswer:
    reads = older_tool.readable if run.tool == "amtool" else older_promtool.readable
    with reads(run.path, number(program)) as file:
        return answer([program, *run.words, str(file)])


def _on_test(program: str, path: Path, shown: str, kept: KeptResults) -> Iterator[ToolRun]:
    """Yield a run for each case of a test; one for the whole where it has another form."""
    found = case_runs_of(path)
    if found is None:
        whole = _FileRun("promtool", ("test", "rules"), path, shown)
        yield _on_file(program, whole, KeptResults(None))
        return
    for run in found:
        yield _on_case(program, run, shown, kept)


def _on_case(program: str, run: CaseRun, shown: str, kept: KeptResults) -> ToolRun:
    def problems() -> Iterator[Problem]:
        yield from _reported(shown, "promtool", run.answer(program, kept))

    return ToolRun(f"promtool test rules {shown}", run.effort, problems)


def _reported(shown: str, tool: str, found: ToolAnswer) -> Iterator[Problem]:
    """Yield what a tool reported, without what it prints of every file."""
    if found.code == 0:
        return
    lines = [_NOISE.sub("", line).strip() for line in found.output.splitlines()]
    reported = [line for line in lines if line]
    line = _LINE.search("\n".join(reported))
    text = "; ".join(reported) or f"ended with {found.code} and no message"
    yield Problem(shown, int(line[1]) if line else 1, tool, text)
