"""The report as HTML travels: one light file that loads nothing, and can be read by everybody."""

import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from generators.report import svg
from generators.report.colors import Theme
from generators.report.display import Field
from generators.report.html import Sheet, Side, page
from generators.report.model import DrawnBoard, DrawnPanel, DrawnSeries, GridPlace, PanelKind
from generators.service_report import state_charts
from generators.service_report.formats import RenderOptions
from generators.service_report.html import render, render_boards
from generators.service_report.model import BoardsReport
from tests.exporter.summary.states import signal
from tests.generators.report.test_html import Elements
from tests.generators.report.test_page_script import browser
from tests.generators.service_report.large import large
from tests.generators.service_report.reports import full, reported

OPTIONS = RenderOptions()
HEAVIEST = 400_000  # bytes
HOSTILE = '<img src=x onerror="alert(1)">'
SORTS = """<script>
const head = (at) => document.querySelector(".sortable").tHead.rows[0].cells[at];
const column = (at) => [...document.querySelector(".sortable").tBodies[0].rows]
  .map((row) => row.cells[at].innerText.trim());
const click = (at) => { head(at).querySelector("button").click(); return column(0); };
const found = { plain: column(0), named: click(0), rising: click(1), falling: click(1),
  said: head(1).getAttribute("aria-sort"), other: head(0).getAttribute("aria-sort") };
const pre = document.createElement("pre");
pre.id = "found";
pre.textContent = JSON.stringify(found);
document.body.append(pre);
</script>"""


# What is beyond the edges of the paper, and what the end of a page may cut.
PRINTED = """<script>
const wide = document.documentElement.clientWidth;
const begin = (one) => one.outerHTML.slice(0, 80);
const beyond = [...document.querySelectorAll("main *")].filter((one) => {
  const box = one.getBoundingClientRect();
  return box.width && (box.right > wide + 1 || box.left < -1);
});
const whole = ".panel, .state tbody tr, .state .alerts li";
const cut = [...document.querySelectorAll(whole)].filter((one) => {
  const style = getComputedStyle(one);
  return style.breakInside !== "avoid" && style.display !== "inline-flex";
});
const pre = document.createElement("pre");
pre.id = "found";
pre.textContent = JSON.stringify([wide, beyond.map(begin), cut.map(begin)]);
document.body.append(pre);
</script>"""
PAPER = 718  # pixels of A4's 210 mm less a margin of 10 mm on both sides


@pytest.fixture(scope="module")
def heavy() -> str:
    """Return the page of 25 signals, 24 hours and three regions."""
    return render(large(), OPTIONS)


def elements(text: str) -> Elements:
    """Return what a page is made of."""
    parser = Elements()
    parser.feed(text)
    return parser


def test_it_fits_into_a_mail(heavy: str) -> None:
    """25 signals of 24 hours, each beside yesterday, in three regions: at most 400 kB."""
    assert len(large().signals) == 25
    assert len(heavy.encode()) <= HEAVIEST


def test_nothing_is_loaded(heavy: str) -> None:
    """The policy forbids every address, and no element names one."""
    found = elements(heavy)
    named = {
        value
        for _, attributes in found.found
        for name, value in attributes.items()
        if name in {"src", "href", "srcset", "action", "data"}
    }
    assert named == {"#marks-0"}
    (policy,) = [a["content"] or "" for _, a in found.found if a.get("http-equiv")]
    assert re.fullmatch(
        r"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-\S+'", policy
    )
    assert "url(" not in heavy
    assert "@import" not in heavy


def test_what_comes_from_outside_stays_text() -> None:
    """A service, a comment, a fault with markup is shown, and makes no element."""
    found = elements(render(large(HOSTILE), OPTIONS))
    assert "img" not in {tag for tag, _ in found.found}
    assert not [a for _, a in found.found if any(name.startswith("on") for name in a)]
    assert sum(HOSTILE in text for text in found.texts) >= 10


def test_every_chart_has_words_and_a_table(heavy: str) -> None:
    """A chart for each signal, with what it says, its values, and the limits."""
    found = elements(heavy)
    labels = [a.get("aria-label") or "" for _, a in found.found]
    words = [label for label in labels if " UTC." in label]
    assert len(words) == heavy.count('<details class="values">') == 25
    assert all("this time: last" in text and "yesterday: last" in text for text in words)
    assert "Thresholds: " in words[0]


def test_marks_are_words_too(heavy: str) -> None:
    """Who cannot see a mark hears what it means."""
    found = elements(heavy)
    marks = {a["aria-label"] for _, a in found.found if "mark" in (a.get("class") or "").split()}
    assert {"ok", "warning", "failing"} <= marks


def test_critical_alerts_are_marks_in_the_charts() -> None:
    """Those of the period are in the list of marks, from when until when."""
    text = render(full(), OPTIONS)
    assert text.count("<tr data-at=") == 1
    assert "ErrorRateCritical: checkout in europe-west1 (ion-production)</td>" in text


def test_signals_without_a_line_have_no_chart() -> None:
    """They stand in the table alone."""
    assert render(full(), OPTIONS).count('<div class="chart"') == 2
    nothing = replace(full(), signals=full().signals[2:])
    assert "Over time" not in render(nothing, OPTIONS)


@pytest.mark.slow
def test_regions_are_sorted_by_a_click(heavy: str, tmp_path: Path) -> None:
    """By name, then by a value both ways; without the script they stand as they were written."""
    text = re.sub(r"<meta http-equiv.*?>", "", heavy).replace("</body>", f"{SORTS}</body>")
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    dom = browser(tmp_path / "page.html", "--dump-dom")
    *_, shown = re.findall(r'<pre id="found">(.*?)</pre>', dom, re.DOTALL)
    found = json.loads(html.unescape(shown))
    written = ["us-central1", "europe-west1", "asia-southeast1", "checkout"]
    assert found == {
        "plain": written,
        "named": sorted(written),
        "rising": written,
        "falling": written[::-1],
        "said": "descending",
        "other": None,
    }


@pytest.mark.slow
def test_it_prints_on_a4(heavy: str, tmp_path: Path) -> None:
    """Portrait; nothing is beyond the paper's edge, no chart, row or alert is cut by its end."""
    (tmp_path / "page.html").write_text(heavy, encoding="utf-8")
    place = tmp_path / "page.pdf"
    browser(tmp_path / "page.html", "--no-pdf-header-footer", f"--print-to-pdf={place}")
    boxes = re.findall(rb"/MediaBox \[([\d. ]+)\]", place.read_bytes())
    assert {tuple(round(float(n)) for n in box.split()) for box in boxes} == {(0, 0, 595, 842)}
    assert len(boxes) > 1
    text = re.sub(r"<meta http-equiv.*?>", "", heavy).replace("@media screen", "@media speech")
    text = text.replace("@media print", "@media all")  # as on paper, where a script can measure
    (tmp_path / "page.html").write_text(text.replace("</body>", f"{PRINTED}</body>"), "utf-8")
    size = f"--window-size={PAPER},20000"
    dom = browser(tmp_path / "page.html", "--hide-scrollbars", size, "--dump-dom")
    *_, shown = re.findall(r'<pre id="found">(.*?)</pre>', dom, re.DOTALL)
    assert json.loads(html.unescape(shown)) == [PAPER, [], []]


def board(name: str) -> DrawnBoard:
    """Return a dashboard with one chart."""
    times, values = (0.0, 60.0), (1.0, 2.0)
    series = DrawnSeries(
        name="a", labels=(), field=Field(), color="green", times=times, values=values
    )
    panel = DrawnPanel(
        number=1,
        kind=PanelKind.TIMESERIES,
        title="Latency",
        description="",
        grid=GridPlace(0, 0, 12, 8),
        series=(series,),
    )
    return DrawnBoard(uid=name, title=name, description="", start=0.0, end=600.0, panels=(panel,))


def boards(*names: str) -> BoardsReport:
    """Return a report of dashboards."""
    return BoardsReport(
        made=0.0,
        version="1.2.3",
        boards=tuple(map(board, names)),
        sources=full().sources[:1],
        unknown=(),
    )


def test_columns_without_anything_are_left_out() -> None:
    """A young monitoring has no yesterday, and no week ago."""
    state = replace(reported().signal, before=None, week_ago=None, line=(), line_before=())
    text = render(full(signals=(reported(signal=state),)), OPTIONS)
    head = re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', text.partition("<h2>Regions")[0])
    assert head == ["Signal", "In 1d", "About"]


def test_a_dashboard_is_the_page_of_the_preview() -> None:
    """Byte for byte."""
    sheet = Sheet((Side(board("Overview")),), Theme.AUTO, "http://127.0.0.1:9090", "1.2.3")
    assert render_boards(boards("Overview"), OPTIONS) == page(sheet)


def test_several_dashboards_are_below_each_other() -> None:
    """On one page, which names them all."""
    text = render_boards(boards("Overview", "Cache"), OPTIONS)
    assert "<title>Overview, Cache (preview)</title>" in text
    assert text.count("<main>") == 2
    assert '<div class="sides">' in text


def test_noise_is_no_line() -> None:
    """Where the lowest and the highest value are written alike, the small line is flat."""
    found = reported(signal=signal(unit="seconds", line=(0.009, 0.0090001, 0.009)))
    drawn = state_charts.spark(found, full())
    assert len({point.split(",")[1] for point in svg.spark(drawn)[0][1:].split("L")}) == 1
    found = reported(signal=signal(unit="seconds", line=(0.009, 0.02, 0.009)))
    drawn = state_charts.spark(found, full())
    assert len({point.split(",")[1] for point in svg.spark(drawn)[0][1:].split("L")}) == 2
