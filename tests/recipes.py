"""A copy of the source, on which the recipes of docs/architecture.md are followed."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
REFERENCE = "examples/reference.yaml"
FULL = "tests/data/settings/good/full.yaml"  # it has every key
FULL_TEST = "tests/generators/test_settings_reference.py::test_the_full_example_has_every_key"
_FOLDERS = ("exporter", "generators", "examples", "alertmanager", "grafana", "docs", "tests")


@dataclass(frozen=True)
class Source:
    """The copy, which recipes edit and whose `ionmon` is run."""

    root: Path

    def add(self, path: str, text: str) -> None:
        """Write a file that is not there."""
        assert not (self.root / path).exists(), path
        (self.root / path).write_text(text)

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a text of a file, which has to be there once."""
        file = self.root / path
        text = file.read_text()
        assert text.count(old) == 1, (path, old)
        file.write_text(text.replace(old, new))

    def append(self, path: str, line: str, new: str) -> None:
        """Add a text below a line of a file, which has to be there once."""
        self.edit(path, line, f"{line}{new}")

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Python in the copy: modules of the working directory come first."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )

    def ionmon(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the copy."""
        return self.python("-c", "from exporter.cli import main; main()", *arguments)

    def tested(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run tests of the copy."""
        return self.python("-m", "pytest", "-p", "no:xdist", *arguments)

    def configs(self) -> subprocess.CompletedProcess[str]:
        """Write everything that is generated."""
        return self.ionmon("configs", "--config", REFERENCE, "--docs")

    def refused(self, *names: str) -> None:
        """Hold that nothing is written, with one line that names what lacks, and no defect."""
        done = self.configs()
        assert done.returncode == 1, done.stderr
        assert done.stderr.startswith("ionmon: ")
        assert [name for name in names if name not in done.stderr] == [], done.stderr

    def whole(self) -> None:
        """Write all, and hold that the checks find nothing wrong."""
        done = self.configs()
        assert done.returncode == 0, done.stderr
        done = self.checked()
        assert done.returncode == 0, done.stdout + done.stderr

    def checked(self) -> subprocess.CompletedProcess[str]:
        """Run the checks on what is written."""
        return self.ionmon("check", "--offline", "--config", REFERENCE)

    def text(self, path: str) -> str:
        """Return a file."""
        return (self.root / path).read_text()

    def effective(self) -> Mapping[str, object]:
        """Return what is in force, by section."""
        found: Mapping[str, object] = json.loads(
            self.text("alertmanager/out/monitoring_config.json")
        )
        return found


@contextmanager
def copied() -> Iterator[Source]:
    """Copy what is needed to generate and to test; a link of a folder stays one."""
    ignored = shutil.ignore_patterns("__pycache__", "*.png")
    with TemporaryDirectory(prefix="ionmon-recipe-") as folder:
        for name in _FOLDERS:
            shutil.copytree(ROOT / name, Path(folder) / name, ignore=ignored, symlinks=True)
        shutil.copy2(ROOT / "pyproject.toml", folder)
        yield Source(Path(folder))
