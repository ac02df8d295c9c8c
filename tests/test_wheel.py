"""What is installed from a wheel is whole, without the tree that it was built from."""

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[1]
PACKAGES, SOURCES = ("exporter", "generators"), ("grafana/dashboards", "grafana/lib")
FILES = ("pyproject.toml", "README.md", "LICENSE")


def test_a_wheel_carries_all_that_the_packages_read(tmp_path: Path) -> None:
    """Templates and Jsonnet are installed beside the modules that read them."""
    tree = tmp_path / "tree"
    tree.mkdir()
    for name in FILES:
        shutil.copy(ROOT / name, tree)
    for name in (*PACKAGES, *SOURCES):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tree / name, symlinks=True, ignore=ignored)
    wheel = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    command = [*wheel, "--quiet", "--wheel-dir", str(tmp_path), str(tree)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = tmp_path.glob("*.whl")
    wanted = {
        str(path.relative_to(tree))
        for name in PACKAGES
        for path in (tree / name).rglob("*")
        if path.is_file()
    }
    wanted |= {
        f"generators/dashboards/{path.relative_to(tree)}"
        for name in SOURCES
        for path in (tree / name).iterdir()
    }
    assert not wanted - set(ZipFile(built).namelist())
