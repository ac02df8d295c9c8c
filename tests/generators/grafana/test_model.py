"""What is a dashboard, and what is said of what is none."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import IonmonError
from generators.grafana.model import dashboards
from tests.generators.grafana.samples import BOARDS, HOSTILE, board

PATH = "grafana/out/overview.json"


def test_dashboards_come_in_the_order_of_their_paths() -> None:
    """Whatever the order of the mapping, the result is the same."""
    found = dashboards(BOARDS)
    assert [one.name for one in found] == ["cache", "overview"]
    assert dashboards(dict(reversed(BOARDS.items()))) == found
    assert found[1].text == BOARDS[PATH]


WRONG = [
    (PATH, "{", "is no JSON"),
    (PATH, "", "is no JSON"),
    (PATH, "[]", "is no dashboard; write the bare object"),
    (PATH, json.dumps({"dashboard": {}}), "write what is inside 'dashboard' alone"),
    (PATH, board("overview", uid=""), "uid: write 1 to 40"),
    (PATH, board("overview", uid="../x"), "uid: write 1 to 40"),
    (PATH, board("overview", uid="a" * 41), "uid: write 1 to 40"),
    (PATH, board("overview", uid=None), "uid: write 1 to 40"),
    (PATH, board("overview", title=" "), "title: is missing or empty"),
    (PATH, board("overview", title=None), "title: is missing or empty"),
    (f"grafana/out/{'${x}'}.json", board("overview"), "name it by lower-case letters"),
    ("grafana/out/Over view.json", board("overview"), "name it by lower-case letters"),
    ("grafana/out/overview-.json", board("overview"), "name it by lower-case letters"),
]


@pytest.mark.parametrize(("path", "text", "says"), WRONG)
def test_what_is_no_dashboard_is_named_with_the_mend(path: str, text: str, says: str) -> None:
    """The path comes first, then what is wrong and what would be right."""
    with pytest.raises(IonmonError) as error:
        dashboards({path: text})
    assert str(error.value).startswith(f"{path}: ")
    assert says in str(error.value)


@pytest.mark.parametrize(
    "other", [{"grafana/out/zero.json": board("cache")}, {"grafana/zero/cache.json": board("x")}]
)
def test_a_uid_and_a_name_belong_to_one(other: dict[str, str]) -> None:
    """Two dashboards of one uid, or of one file name, would replace each other."""
    with pytest.raises(IonmonError, match=r"has the name or uid of grafana/out/cache\.json"):
        dashboards({"grafana/out/cache.json": board("cache"), **other})


@given(st.text(min_size=1).filter(str.strip))
def test_any_title_is_kept(title: str) -> None:
    """A title is data: nothing in it is changed or refused."""
    (one,) = dashboards({PATH: board("overview", title=title)})
    assert one.title == title


def test_a_hostile_title_is_a_title() -> None:
    """The sample that other tests use is one."""
    assert dashboards({PATH: board("overview", title=HOSTILE)})[0].title == HOSTILE
