"""`make install` leaves a .venv that is whole, made by the Python that was named."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = '[project]\nname = "{name}"\nversion = "1"\n[tool.setuptools]\npackages = []\n'
PIN = re.compile(r"^setuptools==.*?(?=^\w)", re.MULTILINE | re.DOTALL)


def tree(folder: Path) -> str:
    """Make a tree of the Makefile and of two empty projects; return a lock that serves them."""
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "exporter/recorder").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PROJECT.format(name="one"))
    (folder / "exporter/recorder/pyproject.toml").write_text(PROJECT.format(name="two"))
    found = PIN.search((ROOT / "requirements.lock").read_text())
    assert found
    return found[0]


def make(folder: Path, *words: str) -> int:
    """Run make as a shell would, without what a make above it says; return its exit code."""
    clean = ("env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "-u", "MFLAGS")
    command = [*clean, "make", f"PYTHON={sys.executable}", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode


@pytest.mark.deep
def test_what_failed_or_is_of_another_python_is_made_anew(tmp_path: Path) -> None:
    """Half an installation is never taken for a whole one, nor one Python's for another's."""
    lock, environment = tree(tmp_path), tmp_path / ".venv"
    (tmp_path / "requirements.lock").write_text(re.sub("sha256:.", "sha256:x", lock))
    assert make(tmp_path, "install") == 2
    (environment / "half").touch()
    (tmp_path / "requirements.lock").write_text(lock)
    assert make(tmp_path, "install") == 0
    assert not (environment / "half").exists()
    assert make(tmp_path, "--question", "install") == 0
    installed = environment / ".installed"
    other = installed.read_text().replace(sys.base_prefix, "/another/python")
    installed.write_text(other)
    assert make(tmp_path, "--question", "install") == 1
