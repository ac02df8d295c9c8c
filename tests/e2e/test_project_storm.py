"""Projects and clocks change while counting goes on: each request counts once in each project."""

from pathlib import Path

import pytest

from tests.e2e.project_storm import CHANGES, MINUTES, SHORT, by_project, happened, weathered

pytestmark = pytest.mark.slow


@pytest.mark.deep
def test_every_project_has_its_requests(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Listed, through a scope, both; with the clock an hour wrong; killed: all have the truth."""
    length = (MINUTES, CHANGES) if request.config.getoption("deep") else SHORT
    with weathered(tmp_path, *length) as (page, served):
        counted = by_project(page)
        assert counted == happened(page, served)
        assert sum(counted.values()) > 1000
