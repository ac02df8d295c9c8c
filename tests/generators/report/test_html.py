"""Pages hold everything, ask nothing of a network, and let no text become markup."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import plotly.offline
import pytest

from exporter.prometheus_api import Prometheus
from generators.report import board_data, board_file
from generators.report.colors import Theme
from generators.report.html import Sheet, Side, embedded, page
from tests.generators.report import boards
from tests.generators.report.boards import END, HOSTILE

pytestmark = pytest.mark.slow

_OUTSIDE = re.compile(r"(?:https?:)?//[\w.]")


class Elements(HTMLParser):
    """Every element with its attributes, and the text of each script and style."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep what scripts and styles hold."""
        if self.found and self.found[-1][0] in {"script", "style"}:
            self.inside.append(data)


@pytest.fixture(scope="module")
def html(served: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the page of the dashboard of all kinds."""
    path = boards.write(tmp_path_factory.mktemp("boards"))
    request = board_data.DataRequest(server=Prometheus(served), now=END, minimum_step=60)
    board = board_data.board(board_file.read(path, open_rows=True), request, lambda _: None)
    return page(Sheet((Side(board),), Theme.DARK, served, "1.2.3"))


def _elements(text: str) -> Elements:
    parser = Elements()
    parser.feed(text)
    return parser


def test_nothing_is_loaded(html: str) -> None:
    """No element names an address to load, and the policy forbids what plotly could ask for."""
    elements = _elements(html)
    named = [
        (tag, name, value)
        for tag, attributes in elements.found
        for name, value in attributes.items()
        if name in {"src", "href", "data", "srcset", "action"} and value
    ]
    assert named == []
    policy = next(a["content"] for t, a in elements.found if a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert not _OUTSIDE.search(policy)
    own = html.replace(plotly.offline.get_plotlyjs(), "")
    assert "url(" not in own
    assert "@import" not in own


def test_hostile_labels_stay_text(html: str) -> None:
    """A label's value with markup makes no element, nor an attribute, nor ends a script."""
    elements = _elements(html)
    assert "img" not in {tag for tag, _ in elements.found}
    assert not [a for _, a in elements.found if any(name.startswith("on") for name in a)]
    assert HOSTILE not in html
    figures = re.search(r'id="figures">(.*?)</script>', html, re.DOTALL)
    assert figures is not None
    names = [t.get("name", "") for f in json.loads(figures[1]).values() for t in f["data"]]
    assert "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;" in names


def test_what_is_shown(html: str) -> None:
    """Values, words for nothing, faults and descriptions are there, and that it is a preview."""
    for text in ("44.2 ms", "nothing is measured", "unclosed left parenthesis", "Alert: Slow at",
                 "panels of type geomap are not drawn", "This is not Grafana", "ionmon 1.2.3",
                 "Is everything drawn?", "2023-11-14 22:15 to 2023-11-15 00:15 UTC"):  # fmt: skip
        assert text in html, text


def test_figures(html: str) -> None:
    """Limits are lines, bands reach down to their foot, the second unit is on the right."""
    found = re.search(r'id="figures">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    latency, band, stacked, bars, *_ = json.loads(found[1]).values()
    limits = [shape for shape in latency["layout"]["shapes"] if shape.get("yref") == "y"]
    assert [(one["y0"], one["line"]["dash"]) for one in limits] == [
        (0.1, "8px,6px"), (0.2, "8px,6px"),
    ]  # fmt: skip
    assert latency["layout"]["yaxis"]["ticktext"] == ["0 s", "100 ms", "200 ms"]
    assert latency["layout"]["annotations"][0]["hovertext"] == "Slow: high"
    assert [(one["name"], one.get("fill")) for one in band["data"]] == [
        ("lower", None), ("upper", "tonexty"), ("mean", None),
    ]  # fmt: skip
    assert {one["stackgroup"] for one in stacked["data"]} == {"one"}
    assert bars["layout"]["yaxis2"]["side"] == "right"
    assert bars["layout"]["yaxis2"]["ticktext"][-1] == "100%"


def test_every_color_has_a_name(html: str) -> None:
    """Each colour that a figure asks for is in both palettes, or is a number."""
    palettes = re.search(r'id="palettes">(.*?)</script>', html, re.DOTALL)
    assert palettes is not None
    known = json.loads(palettes[1])
    used = set(re.findall(r'"@([a-z-]+)/[\d.]+"', html))
    assert used
    assert used <= set(known["dark"])
    used = set(re.findall(r"var\(--c-([a-z-]+)\)", html))
    assert used <= set(known["light"])


def test_themes(tmp_path: Path, client: Prometheus) -> None:
    """A page follows its reader unless a theme is requested."""
    board = board_data.board(
        board_file.read(boards.write(tmp_path)),
        board_data.DataRequest(server=client, now=END),
        lambda _: None,
    )
    texts = [page(Sheet((Side(board),), theme, "x", "1")) for theme in (Theme.AUTO, Theme.LIGHT)]
    roots = [_elements(text).found[0][1] for text in texts]
    assert [root.get("data-theme") for root in roots] == [None, "light"]


def test_data_cannot_end_its_element() -> None:
    """Whatever a text is, within a page's data it ends no script, and is read as it was."""
    text = '</script><!-- & "x"'
    written = embedded({"a": text})
    assert not set("<>&") & set(written)
    assert json.loads(written) == {"a": text}
