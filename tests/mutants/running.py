"""Runs a module's tests on a mutant, in a copy of the repository."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutants.modules import ROOT, tests

WITHIN = 300  # seconds; who is not done then hangs, which is noticed, too
_FOLDERS = ("exporter", "generators", "tests")


class Outcome(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"


@dataclass(frozen=True)
class Copy:
    """A copy of the repository, in which one module at a time is made wrong."""

    root: Path

    def outcome(self, module: str, text: str) -> Outcome:
        """Return whether the tests of a module notice that it has become this."""
        path = self.root / module
        usual = path.read_text()
        path.write_text(text)
        try:
            return Outcome.KILLED if self._fails(tests(module)) else Outcome.SURVIVED
        finally:
            path.write_text(usual)

    def complaint(self, module: str) -> str:
        """Return what the tests say of a module as it is, nothing where all is well."""
        done = self._run(tests(module))
        return done.stdout if done.returncode else ""

    def _fails(self, files: Iterable[str]) -> bool:
        try:
            return self._run(files).returncode != 0
        except subprocess.TimeoutExpired:
            return True

    def _run(self, files: Iterable[str]) -> subprocess.CompletedProcess[str]:
        options = ("pytest", "-x", "-p", "no:cacheprovider", "-p", "no:xdist")
        return subprocess.run(
            [
                "env",
                f"PYTHONPATH={self.root}",
                sys.executable,
                "-B",
                "-m",
                "pytest",
                *options,
                *files,
            ],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
            timeout=WITHIN,
        )


@contextmanager
def copied() -> Iterator[Copy]:
    """Copy all that is tracked; the copy goes when it is no longer needed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    with TemporaryDirectory(prefix="ionmon-mutants-") as folder:
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, Path(folder) / name)
        yield Copy(Path(folder))


def state() -> str:
    """Return a digest of all code and tests: outcomes are known for these alone."""
    found = hashlib.sha256()
    for folder in _FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()
