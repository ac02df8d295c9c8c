"""Links between boards show each board once."""

from typing import Any

import pytest

from generators.checks.dashboards.board_settings import check
from tests.generators.checks.dashboards.broken import broken
from tests.generators.dashboards.made import Body, reference

LISTS: dict[str, tuple[dict[str, Any], str]] = {
    "by a tag": (
        {"type": "dashboards", "title": "Boards", "url": "", "tags": ["ion"], "asDropdown": True},
        "Boards lists every board tagged ion, hand-made copies, too; link to each uid",
    ),
    "by no tag": (
        {"type": "dashboards", "title": "Boards", "url": ""},
        "Boards lists every board whatever its tags, hand-made copies, too; link to each uid",
    ),
    "a board twice": (
        {"title": "Home"}, "2 links have the url /d/ion-overview; leave one",
    ),
    "a name twice": (
        {"url": "/d/copy"}, "2 links have the title Overview; leave one",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_a_link_that_shows_a_board_twice_is_found(name: str) -> None:
    """A list by tags has hand-made copies in it, under the name of the board."""
    values, expected = LISTS[name]

    def add(body: Body) -> None:
        body["links"].append({**body["links"][0], **values})

    found = [str(problem) for problem in check(broken("reliability", add))]
    assert [text.partition(": board: ")[2] for text in found] == [expected]


def test_a_list_instead_of_links_is_found() -> None:
    """So is one that stands in place of the links; they are missing then."""

    def replace(body: Body) -> None:
        body["links"] = [{**body["links"][0], **LISTS["by a tag"][0]}]

    found = [problem.text for problem in check(broken("overview", replace))]
    assert LISTS["by a tag"][1] in found
    assert sum("has no link to" in text for text in found) == 4


@pytest.mark.parametrize("name", list(reference()))
def test_generated_boards_link_to_each_other_once(name: str) -> None:
    """Nothing is found where nothing was changed."""
    assert list(check(broken(name, lambda _: None))) == []
