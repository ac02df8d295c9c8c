"""Each version's own promtool takes the rules that are written for it, and proves them."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter.settings import Settings
from generators.checks import tools
from generators.checks.engine.gathering import CheckRequest
from generators.checks.engine.problem import Problem
from generators.checks.tool_runs import found_by
from generators.files import write
from generators.promtool.kept_results import KeptResults
from tests.generators.generated import texts
from tests.newer_tools import by_version

pytestmark = pytest.mark.slow

NEWEST = Path(__file__).parents[2] / "data" / "settings" / "good" / "newest.yaml"


def opened(version: str) -> Settings:
    """Return settings with everything that a version of Prometheus opens."""
    given: dict[str, Any] = yaml.safe_load(NEWEST.read_text(encoding="utf-8"))
    del given["notifications"]["bridge"]["credentials_file"]  # which promtool looks for
    given["prometheus"]["version"] = version
    return Settings.model_validate(given)


def problems(root: Path, version: str, kept: KeptResults, *, proven: bool) -> list[Problem]:
    """Return what the tools on the PATH find in everything written for a version."""
    settings = opened(version)
    files = {
        path: text for path, text in texts(settings).items() if proven or "/out/tests/" not in path
    }
    write(root, files)
    request = CheckRequest(root, settings)
    judged = found_by([*tools.runs(request, kept)], lambda *_: None)
    return [*tools.missing(request), *judged]


@pytest.mark.timeout(2400)
def test_each_version_takes_its_rules_and_proves_them(
    pytestconfig: pytest.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian's promtool takes the files of 2.42; those of --newer also prove theirs by tests.

    That takes minutes once; what a promtool has seen is not asked again.
    """
    cache = pytestconfig.cache
    kept = KeptResults(cache.mkdir("promtool") if cache else None)
    assert problems(tmp_path / "2.42", "2.42", kept, proven=False) == []
    for version, tool in by_version("promtool", pytestconfig.getoption("newer")).items():
        programs = tmp_path / f"promtool-{version}"
        programs.mkdir()
        (programs / "promtool").symlink_to(tool)
        with monkeypatch.context() as patch:
            patch.setenv("PATH", str(programs), prepend=os.pathsep)
            assert shutil.which("promtool") == str(programs / "promtool")
            found = problems(tmp_path / version, version, kept, proven=True)
        assert found == []
