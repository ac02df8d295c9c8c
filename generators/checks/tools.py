"""Prometheus' and Alertmanager's own checkers, run on the checked files."""

import re
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from generators.checks.engine.gathering import OUT, CheckRequest, rule_paths
from generators.checks.engine.problem import Problem

PACKAGES = {"promtool": "prometheus", "amtool": "prometheus-alertmanager"}
PROCESSES = 2
_LINT = ("--lint=all", "--lint-fatal")
_LINE = re.compile(r"(?:line |yml: |yaml: |: )(\d+)(?::\d+)?:")
_NOISE = re.compile(r"Checking \S+|Unit Testing: .*|SUCCESS.*|FAILED:?|Found:|amtool: error: .*")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a tool, on one file."""

    tool: str
    words: tuple[str, ...]
    path: Path
    shown: str


def runs(request: CheckRequest) -> Iterator[Run]:
    """Yield the runs: on the requested rule files, else on everything generated."""
    files = [(path, str(path)) for path in request.files] or rule_paths(request.root)
    for path, shown in files:
        yield Run("promtool", ("check", "rules", *_LINT), path, shown)
    if request.files:
        return
    for pattern, tool, words in (
        ("prometheus*.yml", "promtool", ("check", "config", *_LINT)),
        ("tests/*.yml", "promtool", ("test", "rules")),
        ("alertmanager.yml", "amtool", ("check-config",)),
    ):
        for path in sorted((request.root / OUT).glob(pattern)):
            yield Run(tool, words, path, path.relative_to(request.root).as_posix())


def check(request: CheckRequest, progress: Callable[[str], None]) -> Iterator[Problem]:
    """Run the tools and yield what they report; a missing tool is a problem."""
    needed = list(runs(request))
    programs = {run.tool: which(run.tool) for run in needed}
    for tool in (tool for tool, program in programs.items() if program is None):
        first = next(run for run in needed if run.tool == tool)
        text = f"{tool} is not on the PATH; type: sudo apt-get install {PACKAGES[tool]}"
        yield Problem(first.shown, 1, tool, f"{text}, or check with --offline")

    def problems(run: Run) -> list[Problem]:
        program = programs[run.tool]
        if program is None:
            return []
        progress(f"{run.tool} {' '.join(run.words[:2])} {run.shown}")
        return list(_run(program, run))

    with ThreadPoolExecutor(PROCESSES) as pool:
        for found in pool.map(problems, needed):
            yield from found


def _run(program: str, run: Run) -> Iterator[Problem]:
    done = subprocess.run(  # noqa: S603 - a program from the PATH, our own arguments
        [program, *run.words, str(run.path)], capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return
    lines = [_NOISE.sub("", line).strip() for line in (done.stdout + done.stderr).splitlines()]
    reported = [line for line in lines if line]
    line = _LINE.search("\n".join(reported))
    text = "; ".join(reported) or f"ended with {done.returncode} and no message"
    yield Problem(run.shown, int(line[1]) if line else 1, run.tool, text)
