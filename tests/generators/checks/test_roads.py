"""What is written for each road of an application passes the checks of `ionmon check`."""

from pathlib import Path

import pytest

from exporter.settings import Settings
from generators.checks.engine.gathering import CheckRequest
from generators.checks.run import run
from generators.promtool.kept_results import KeptResults
from tests.generators.generated import texts

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("road", ["logs", "managed_prometheus"])
def test_what_is_written_for_a_road_has_no_problem(tmp_path: Path, road: str) -> None:
    """No query names a series that the road lacks, and no panel is missed that has none."""
    google = {"projects": ["proj-a", "proj-b"]}
    given = Settings.model_validate({"google": google, "application": {"road": road}})
    for path, text in texts(given).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    request = CheckRequest(tmp_path, given)
    found = run(request, lambda *_: None, KeptResults(None), offline=True)
    assert [str(problem) for problem in found.problems] == []
