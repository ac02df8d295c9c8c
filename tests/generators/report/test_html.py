"""Pages hold everything, ask nothing of a network, and let no text become markup."""

import base64
import hashlib
import random
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from exporter.prometheus.api import Prometheus
from generators.report import board_data, board_file
from generators.report.colors import Theme
from generators.report.display import Field
from generators.report.html import Sheet, Side, page
from generators.report.model import DrawnBoard, DrawnPanel, DrawnSeries, GridPlace, PanelKind
from tests.generators.report import boards
from tests.generators.report.boards import END, HOSTILE

pytestmark = pytest.mark.slow

HEAVIEST = 400_000  # bytes
_OUTSIDE = re.compile(r"(?:https?:)?//[\w.]")


class Elements(HTMLParser):
    """Every element with its attributes, and every text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.texts.add(data)


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
    """No element names an address to load, and the policy forbids every one."""
    elements = _elements(html)
    named = [
        (tag, name, value)
        for tag, attributes in elements.found
        for name, value in attributes.items()
        if name in {"src", "href", "data", "srcset", "action"} and value
    ]
    assert {value for _, _, value in named} == {"#marks-0"}
    policy = next(a["content"] for t, a in elements.found if a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert not _OUTSIDE.search(policy)
    assert "url(" not in html
    assert "@import" not in html


def test_the_policy_allows_the_one_script(html: str) -> None:
    """The hash in the policy is that of the page's only script."""
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in html


def test_hostile_labels_stay_text(html: str) -> None:
    """A label's value with markup makes no element, nor an attribute, and is read as it was."""
    elements = _elements(html)
    assert "img" not in {tag for tag, _ in elements.found}
    assert not [a for _, a in elements.found if any(name.startswith("on") for name in a)]
    assert HOSTILE not in html
    assert HOSTILE in elements.texts


def test_what_is_shown(html: str) -> None:
    """Values, words for nothing, faults and descriptions are there, and that it is a preview."""
    for text in ("44.2 ms", "nothing is measured", "unclosed left parenthesis", "Alert: Slow at",
                 "panels of type geomap are not drawn", "This is not Grafana", "ionmon 1.2.3",
                 "Is everything drawn?", "2023-11-14 22:15 to 2023-11-15 00:15 UTC"):  # fmt: skip
        assert text in html, text


def test_every_chart_has_words_and_a_table(html: str) -> None:
    """Each chart's text names its series and their values, and its values are rows of a table."""
    elements = _elements(html)
    about = [a["aria-label"] or "" for tag, a in elements.found if a.get("role") == "img"]
    charts = html.count('<div class="chart"')
    assert charts == 6
    assert len([text for text in about if " UTC." in text]) == charts
    assert html.count('<details class="values">') == charts
    (latency,) = [text for text in about if text.startswith("Latency:")]
    assert latency.startswith("Latency: values from 2023-11-14 22:15 to 2023-11-15 00:15 UTC.")
    assert "europe: last 35.2 ms, lowest 35 ms, highest 236 ms." in latency
    assert latency.endswith("Thresholds: 100 ms, 200 ms.")
    rows = re.findall(r"<tr><th>(\d\d:\d\d)<td>", html)
    assert rows[:2] == ["22:15", "22:16"]


def test_marks_are_listed(html: str) -> None:
    """What began, and how long it lasted, is a row with its time."""
    listed = html[html.index('id="events-0"') :]
    assert "<td>2023-11-14 22:57</td><td>2023-11-14 23:21</td>" in listed
    assert "Slow: high</td>" in listed


def test_every_color_has_a_name(html: str) -> None:
    """Each colour that the page asks for is defined in both themes."""
    used = set(re.findall(r"var\(--([cots]-[\w-]+)\)", html))
    assert {"c-green", "t-green", "o-green", "s-Blues-15"} <= used
    for block in re.findall(r"color-scheme: (?:light|dark);(.*?)}", html):
        assert used <= set(re.findall(r"--([\w-]+):#", block))


@pytest.mark.parametrize(
    ("panels", "series", "points"),
    [(27, 4, 121), (27, 4, 721), (27, 10, 1441), (60, 1, 1441), (10, 3, 1441)],
)
def test_a_page_is_light(panels: int, series: int, points: int) -> None:
    """At most 400 kB, however long the time is and however many series there are."""
    chance = random.Random(1)
    times = tuple(END - 60.0 * at for at in range(points))[::-1]
    board = DrawnBoard(
        uid="heavy",
        title="Heavy",
        description="",
        start=times[0],
        end=times[-1],
        panels=tuple(
            DrawnPanel(
                number=at,
                kind=PanelKind.TIMESERIES,
                title=f"Panel {at}",
                description="What it says. " * 15,
                grid=GridPlace(12 * (at % 2), 8 * (at // 2), 12, 8),
                series=tuple(
                    DrawnSeries(
                        name=f"europe-west{one}",
                        labels=(),
                        field=Field(unit="s", decimals=1),
                        color="#0072B2",
                        times=times,
                        values=tuple(chance.gauss(0.05, 0.01) for _ in times),
                    )
                    for one in range(series)
                ),
            )
            for at in range(panels)
        ),
    )
    assert len(page(Sheet((Side(board),), Theme.AUTO, "x", "1")).encode()) <= HEAVIEST


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
