"""Projects and clocks change while counting goes on: each request counts once in each project."""

from pathlib import Path

import pytest

from tests.e2e.project_storm import ALL, CHANGES, MINUTES, SHORT, by_project, weathered
from tests.e2e.storm import COUNTS, REQUESTS, cut, end

pytestmark = pytest.mark.slow


def test_every_project_has_its_requests(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Listed, through a scope, both; with the clock an hour wrong; killed: all have the truth."""
    length = (MINUTES, CHANGES) if request.config.getoption("deep") else SHORT
    with weathered(tmp_path, *length) as (page, served):
        counted = by_project(page)
        since = cut(page, REQUESTS.removesuffix("_total"))
        truth = served.total(COUNTS, since, end(page), ())
        assert counted == dict.fromkeys(ALL, sum(truth.values()))
        assert sum(counted.values()) > 1000
