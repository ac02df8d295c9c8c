"""Each version's own amtool takes the files that are written for it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from generators.alertmanager.build import CONFIG, texts
from tests.generators.alertmanager.samples import ALERTS, opened, write
from tests.newer_tools import by_version

pytestmark = pytest.mark.slow


def test_each_version_takes_what_it_opens(pytestconfig: pytest.Config, tmp_path: Path) -> None:
    """Debian's amtool takes the files of 0.25, and each of --newer those of its version."""
    debian = {"0.25": shutil.which("amtool") or "amtool"}
    newer = by_version("amtool", pytestconfig.getoption("newer"))
    for version, tool in (debian | newer).items():
        root = tmp_path / version
        write(root, texts(opened(version), ALERTS))
        done = subprocess.run(
            [tool, "check-config", str(root / CONFIG)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{version}: {done.stdout}{done.stderr}"
