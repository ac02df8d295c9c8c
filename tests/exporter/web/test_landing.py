"""The landing page, as a browser shows it."""

import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from exporter.errors import PollError, Reason
from exporter.summary.limits import LimitState
from exporter.summary.recent import UnknownSignal
from exporter.web.landing import render
from exporter.web.service_view import service_view
from exporter.web.status import CostFigures, ExporterStatus
from tests.exporter.summary.services import US, place, service, signal
from tests.exporter.test_poller import Scripted, Source
from tests.exporter.web.front import Front, delivered
from tests.exporter.web.serving import PaperSite, port_of, serving

HOSTILE = "<script>document.title = 'owned'</script>"
QUOTES = "\"'><img src=x onerror=alert(1)>&amp;\x00\u202e"
CHROMIUM = (
    "chromium",
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
EMPTY = ExporterStatus(version="1.2.3", state="starting", telemetry_path="/metrics", projects=())
VOID = ("meta", "link", "img", "br", "hr", "input")


class Dom(HTMLParser):
    """What stands on a page: its elements, its title, the cells of its rows, and other text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[str] = []
        self.rows: list[list[str]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.title = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element; a row or a cell begins."""
        self.elements.append(tag)
        self.attributes += [name for name, _ in attrs]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Put text where it stands."""
        if "style" in self.open:
            return
        if "title" in self.open:
            self.title += data
        elif self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += " ".join(data.split())
        elif data.strip():
            self.texts.append(" ".join(data.split()))


def shown(home: Path, html: bytes) -> Dom:
    """Return what a browser makes of a page that the server serves."""
    site = PaperSite()
    site.html = html
    with serving(site) as server:
        url = f"http://127.0.0.1:{port_of(server)}/"
        command = (*CHROMIUM, f"--user-data-dir={home / 'browser'}", "--dump-dom", url)
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return Dom(done.stdout)


def test_a_browser_shows_everything(tmp_path: Path) -> None:
    """Collectors, age of the data, cost and the last faults; hostile names are text, no script."""
    down = PollError(Reason.UNAVAILABLE, QUOTES)
    polls = [Scripted("calm", [delivered("x", "y", age=30)]), Scripted(HOSTILE, [down])]
    front = Front(tmp_path, Source([*polls, Scripted("none", [delivered()])], "paper"))
    pages: list[bytes] = []

    def look() -> None:
        front.clock.time += 60
        front.engine.cost = 1234.5
        pages.append(front.site.landing())

    front.run(look)
    dom = shown(tmp_path, pages[0])
    words = QUOTES.replace("\x00", "")
    assert dom.rows == [
        ["collector", "healthy polls", "series", "oldest data", "last success"],
        ["paper", "2 of 3", "2", "1m30s", "1m ago"],
        ["when", "poll", "reason", "what happened"],
        ["1m ago", HOSTILE, "unavailable", words],
        ["poll", "state", "series", "read every", "age of data", "remark"],
        [HOSTILE, "failing", "0", "", "none", f"unavailable: {words}"],
        ["calm", "healthy", "2", "", "1m30s", ""],
    ]
    assert dom.title == "ionmon: 1 of 3 polls fail"
    assert {"$1234.50", "1 of 3 polls fail", "ion-demo"} <= set(dom.texts)
    assert "1 more poll finds no series." in dom.texts
    assert not {"script", "img"} & set(dom.elements)
    assert not {name for name in dom.attributes if name.startswith("on")}


def test_every_word_is_escaped() -> None:
    """Whatever text the status holds, markup in it is no markup."""
    status = replace(
        EMPTY, version=QUOTES, state=HOSTILE, telemetry_path=QUOTES, projects=(HOSTILE, QUOTES)
    )
    plain, hostile = Dom(render(EMPTY).decode()), Dom(render(status).decode())
    assert (plain.elements, plain.attributes) == (hostile.elements, hostile.attributes)
    assert f"ionmon: {HOSTILE}" == hostile.title


def test_a_refused_reload() -> None:
    """It stands on the page as text, and nothing of it where there is none."""
    refused = f"settings refused at noon: {HOSTILE}; the old ones stay"
    assert refused in Dom(render(replace(EMPTY, refusal=refused)).decode()).texts
    assert b"refused" not in render(EMPTY)


def test_nothing_to_say() -> None:
    """Before anything is known the page says so, without cost."""
    dom = Dom(render(EMPTY).decode())
    assert dom.rows[1] == ["none: no project and no Redis target is configured"]
    assert {"ionmon 1.2.3", "starting", "no project", "None since the start."} <= set(dom.texts)
    assert not [text for text in dom.texts if "$" in text]


@pytest.mark.parametrize(
    ("budget", "expected"),
    [(None, "per month at the current rate"), (9.5, "per month at the current rate, budget $9.50")],
)
def test_cost(budget: float | None, expected: str) -> None:
    """Dollars to the cent, counts in thousands, and the budget where there is one."""
    figures = CostFigures(projected=1.005, budget=budget, returned=1234567, calls=8900, throttled=0)
    texts = Dom(render(replace(EMPTY, cost=figures)).decode()).texts
    start = texts.index(expected) - 1
    assert [texts[start], *texts[start + 2 : start + 7 : 2]] == ["$1.00", "1,234,567", "8,900", "0"]


@pytest.mark.parametrize(
    ("state", "bad"),
    [
        ("all polls work", False),
        ("starting", False),
        ("1 of 2 polls fail", True),
        ("polling has stopped", True),
    ],
)
def test_a_bad_state_stands_out(state: str, bad: bool) -> None:
    """Failing and stopped are marked, the rest is not."""
    page = render(replace(EMPTY, state=state)).decode()
    assert bad is (f'<p class="state bad">{state}</p>' in page)


def test_a_cost_that_is_not_known_yet() -> None:
    """Before the first round there is no number of dollars."""
    texts = Dom(
        render(
            replace(
                EMPTY,
                cost=CostFigures(projected=None, budget=None, returned=0, calls=0, throttled=0),
            )
        ).decode()
    ).texts
    assert "unknown yet" in texts


def test_the_service_comes_first(tmp_path: Path) -> None:
    """A notice, the headline and a row a signal stand above the exporter; all are escaped."""
    hostile = signal(place("<b>eu</b>", 0.12, state=LimitState.CRITICAL), noun=HOSTILE)
    view = service_view(service(hostile, signal(place(US), name="error_rate_2")))
    dom = shown(tmp_path, render(replace(EMPTY, notice=QUOTES, service=view)))
    assert dom.title == f"{HOSTILE} 12% in <b>eu</b>, limit 0.5%"
    texts = " ".join(dom.texts)
    assert texts.index(dom.title) < texts.index("The exporter")
    assert "img" not in dom.elements
    assert [row[-1] for row in dom.rows if "12%" in row[-1]] == ["12%"]
    assert ", beyond a critical limit" in texts


def test_a_database_that_nothing_reports() -> None:
    """The page says that there is none, so that nobody waits for its value."""
    lag = UnknownSignal("replication_lag", "replication lag", absent=True)
    view = service_view(service(signal(place(US)), not_known=(lag,)))
    text = render(replace(EMPTY, service=view))
    assert b"Nothing reports replication lag: no such database or cache is read." in text


def test_limits_that_are_not_known(tmp_path: Path) -> None:
    """The page says why, and which command writes them."""
    fault = "x.json: cannot be read; write it with: ionmon configs"
    view = service_view(service(signal(place(US)), limits_fault=fault))
    dom = shown(tmp_path, render(replace(EMPTY, service=view)))
    assert f"Thresholds are not known: {fault}" in " ".join(dom.texts)
