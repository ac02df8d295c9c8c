"""Figures of the application and of Cloud Run side by side say whose they are."""

import pytest

from generators.checks.dashboards import boards, counted_by
from tests.generators.checks.dashboards.broken import Break, broken, changed
from tests.generators.dashboards.made import Body, reference

BY_ENDPOINT, BY_REGION, BY_CODE = 73, 74, 75


def found(change: Break) -> list[str]:
    """Return what the check finds in Reliability after a change."""
    return [problem.text for problem in counted_by.check(broken("reliability", change))]


def test_a_title_that_leaves_out_the_application_is_found() -> None:
    """So it was: 4,435 errors by endpoint stood above 3,019,092 by region, of the same hours."""
    (text,) = found(changed(BY_ENDPOINT, title="Errors by endpoint"))
    assert text == (
        "panel 73 (Errors by endpoint): counts what the application records, “Errors by region” "
        "what Cloud Run does, and the numbers differ; add “of the application” to its title"
    )


def test_without_figures_of_cloud_run_a_title_is_free() -> None:
    """There is nothing to take it for."""

    def alone(body: Body) -> None:
        changed(BY_ENDPOINT, title="Errors by endpoint")(body)
        body["panels"] = [one for one in body["panels"] if one["id"] not in (BY_REGION, BY_CODE)]

    assert found(alone) == []


@pytest.mark.parametrize("name", list(reference()))
def test_generated_boards_say_it(name: str) -> None:
    """Nothing is found where nothing was changed."""
    assert list(counted_by.check(broken(name, lambda _: None))) == []


def test_the_check_runs() -> None:
    """A check that nothing calls would find nothing."""
    assert counted_by.check in boards.CHECKS
