"""Each version's own amtool takes the files that are written for it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from generators.alertmanager.build import CONFIG, texts
from tests.generators.alertmanager.samples import ALERTS, opened, write

pytestmark = pytest.mark.slow


def amtools(folder: str | None) -> dict[str, str]:
    """Return amtool by version: Debian's, and those below the folder of --newer."""
    found = {path.name.removeprefix("amtool-"): str(path) for path in _below(folder)}
    return {"0.25": shutil.which("amtool") or "amtool", **found}


def _below(folder: str | None) -> list[Path]:
    return sorted(Path(folder).glob("amtool-*")) if folder else []


def test_each_version_takes_what_it_opens(pytestconfig: pytest.Config, tmp_path: Path) -> None:
    """Debian's amtool takes the files of 0.25, and each of --newer those of its version."""
    tools = amtools(pytestconfig.getoption("newer"))
    for version, tool in tools.items():
        root = tmp_path / version
        write(root, texts(opened(version), ALERTS))
        done = subprocess.run(
            [tool, "check-config", str(root / CONFIG)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{version}: {done.stdout}{done.stderr}"
