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

WITHIN = 120  # seconds, four times what the slowest take; a hang is noticed, too


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
        options = ("-x", "-p", "no:cacheprovider", "-p", "no:xdist")
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
    with TemporaryDirectory(prefix="ionmon-mutants-") as folder:
        for name in listed(ROOT):
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, Path(folder) / name)
        yield Copy(Path(folder))


def listed(root: Path) -> list[str]:
    """Return the files that a copy has: all that git names, less those that are gone."""
    named = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    names = sorted(filter(None, named.stdout.split("\0")))
    return [name for name in names if (root / name).is_file()]


def state(root: Path) -> str:
    """Return a digest of all that is copied: outcomes are known for these files alone.

    Tests read data, templates and generated files, too: modules alone would keep outcomes that are
    no longer true.
    """
    found = hashlib.sha256()
    for name in listed(root):
        found.update(f"{name}\0".encode())
        found.update(hashlib.sha256((root / name).read_bytes()).digest())
    return found.hexdigest()
