"""What is installed from the two wheels is whole, without the tree that they were built from."""

import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest

from exporter.cli import COMMANDS
from tests import servers
from tests.exporter.recorder.reading import page

ROOT = Path(__file__).parents[1]
PACKAGES, SOURCES = ("exporter", "generators"), ("grafana/dashboards", "grafana/lib")
FILES = ("pyproject.toml", "README.md", "LICENSE")
LEFT = ("__pycache__", "build", "*.egg-info")  # by what was built or run in the tree
RECORDER = "exporter/recorder"
RECORDER_FILES = {f"{RECORDER}/{name}" for name in ("pyproject.toml", "README.md", "LICENSE")}
RECORD = """
import importlib.util, sys
from ion_recorder import Application, Recorder

assert importlib.util.find_spec("exporter") is None
recorder = Recorder(sys.argv[1], application="shop", region="us").start()
Application(recorder).feature_used("export")
assert recorder.stop()
"""


@dataclass(frozen=True)
class Built:
    """A tree, and the two wheels that were built of it."""

    tree: Path
    monitoring: Path
    recorder: Path


@dataclass(frozen=True)
class Environment:
    """A virtual environment without pip, which holds what was installed and nothing else."""

    home: Path

    def run(self, program: str, *words: str | Path) -> str:
        """Run a program of it outside of every tree, and return what it prints."""
        return run([self.home / "bin" / program, *words], self.home)

    def packages(self) -> set[str]:
        """Return the names of the distributions in it."""
        found = json.loads(pip("--python", self.home / "bin/python", "list", "--format", "json"))
        return {str(one["name"]) for one in found}


def run(command: Sequence[str | Path], folder: Path = ROOT) -> str:
    """Run a command that has to work, and return what it prints."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def pip(*words: str | Path) -> str:
    """Run the pip of these tests."""
    return run([sys.executable, "-m", "pip", "--disable-pip-version-check", *words])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build both wheels; the recorder's first, since it leaves files below the other's packages."""
    folder = tmp_path_factory.mktemp("wheels")
    tree = folder / "tree"
    tree.mkdir()
    for name in FILES:
        shutil.copy(ROOT / name, tree)
    for name in (*PACKAGES, *SOURCES):
        ignored = shutil.ignore_patterns(*LEFT)
        shutil.copytree(ROOT / name, tree / name, symlinks=True, ignore=ignored)
    for project in (tree / RECORDER, tree):
        pip("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, project)
    (monitoring,), (recorder,) = folder.glob("ion_monitoring-*"), folder.glob("ion_recorder-*")
    return Built(tree, monitoring, recorder)


def environment(home: Path, wheel: Path) -> Environment:
    """Install a wheel, with the versions of requirements.lock, into an empty environment."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pinned = [line.removesuffix(" \\") for line in lines if line[:1].isalnum()]
    constraints = home.with_suffix(".txt")
    constraints.write_text("\n".join(pinned))
    venv.create(home, symlinks=True)
    where = ("--python", home / "bin/python", "install", "--quiet", "--no-compile")
    pip(*where, "--constraint", constraints, wheel)
    return Environment(home)


@pytest.fixture(scope="module")
def monitoring(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Install ion-monitoring once for this file."""
    return environment(tmp_path_factory.mktemp("monitoring") / "env", built.monitoring)


@pytest.mark.deep
def test_a_wheel_carries_all_that_the_packages_read(built: Built) -> None:
    """Templates and Jsonnet are installed beside the modules that read them; nothing else is."""
    expected = {
        str(path.relative_to(built.tree))
        for name in PACKAGES
        for path in (built.tree / name).rglob("*")
        if path.is_file() and not {"build", "ion_recorder.egg-info"} & set(path.parts)
    }
    expected |= {
        f"generators/dashboards/{path.relative_to(built.tree)}"
        for name in SOURCES
        for path in (built.tree / name).iterdir()
    }
    found = {name for name in ZipFile(built.monitoring).namelist() if ".dist-info/" not in name}
    assert expected - RECORDER_FILES == found


@pytest.mark.deep
def test_the_recorder_s_wheel_is_its_folder_under_one_name(built: Built) -> None:
    """Every module is in ion_recorder, and in both wheels the version is the same."""
    modules = {f"ion_recorder/{path.name}" for path in (built.tree / RECORDER).glob("*.py")}
    found = {name for name in ZipFile(built.recorder).namelist() if ".dist-info/" not in name}
    assert found == {*modules, "ion_recorder/py.typed"}
    assert built.recorder.name.split("-")[1] == built.monitoring.name.split("-")[1]


@pytest.mark.deep
def test_the_recorder_records_with_two_packages(built: Built, tmp_path: Path) -> None:
    """Beside prometheus_client and redis nothing is installed, but what redis itself needs."""
    recording = environment(tmp_path / "env", built.recorder)
    needed = {"async-timeout"} if sys.version_info < (3, 11, 3) else set()
    assert recording.packages() == {"ion-recorder", "prometheus_client", "redis", *needed}
    with servers.redis(tmp_path) as server:
        recording.run("python", "-c", RECORD, f"redis://127.0.0.1:{server.port}")
        assert page(server)["app_feature_uses_total"] == {("us", "export"): 1}


@pytest.mark.deep
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_answers(monitoring: Environment, command: str) -> None:
    """No command asks for a package that the installation does not bring."""
    assert monitoring.run("ionmon", command, "--help").startswith(f"Usage: ionmon {command}")


@pytest.mark.deep
def test_what_is_installed_writes_proves_and_draws(monitoring: Environment, tmp_path: Path) -> None:
    """Configs, check and preview work without an extra and without the tree."""
    config = ("--config", ROOT / "examples/reference.yaml", "--root", tmp_path)
    monitoring.run("ionmon", "configs", *config)
    monitoring.run("ionmon", "check", "--offline", *config)
    with servers.prometheus(tmp_path, "global: {}\n") as prometheus:
        source = ("--prometheus", f"http://127.0.0.1:{prometheus.port}")
        where = ("--dashboards", tmp_path / "grafana/out", "--out", tmp_path / "preview")
        monitoring.run("ionmon", "preview", *source, *where, "--dashboard", "overview")
    assert "</html>" in (tmp_path / "preview/overview.html").read_text()
