"""The report as Markdown renders on a code host, and is short enough for a chat."""

from markdown_it import MarkdownIt

from exporter.summary.label_text import one_line
from generators.report.display import Field
from generators.report.model import (
    Alert,
    Cell,
    ChosenVariable,
    DrawnBoard,
    DrawnBucket,
    DrawnColumn,
    DrawnEpisode,
    DrawnFigure,
    DrawnPanel,
    DrawnRow,
    DrawnSeries,
    Event,
    GridPlace,
    Heat,
    Lane,
    PanelKind,
)
from generators.service_report.formats import RenderOptions
from generators.service_report.markdown import render, render_boards
from generators.service_report.model import BoardsReport
from tests.generators.service_report.large import large
from tests.generators.service_report.reports import full

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OPTIONS = RenderOptions()
HOSTILE = "a|b`c`\n# <img src=x> *d* [e](f) ~~g~~ _h_ &amp; \\"
LONGEST = 100  # characters


def texts(text: str) -> list[str]:
    """Return the text of each block, on one line; fails where anything else than ours is there."""
    found = []
    for token in READER.parse(text):
        assert token.type not in {"html_block", "hr", "code_block", "fence", "blockquote_open"}
        children = token.children or []
        kinds = {child.type for child in children}
        ours = {"text", "text_special", "softbreak", "code_inline", "strong_open", "strong_close"}
        assert kinds <= ours, kinds
        found.append("".join(" " if c.type == "softbreak" else c.content for c in children))
    return found


def test_what_comes_from_outside_stays_text() -> None:
    """Pipes, backticks, markup and line breaks are read back, wherever they stand."""
    found = texts(render(large(HOSTILE), OPTIONS))
    assert sum(one_line(HOSTILE) in text for text in found) > 20


def test_it_has_a_heading_for_each_part() -> None:
    """In the order in which a reader needs them."""
    text = render(full(), OPTIONS)
    assert text.startswith("# ✗ Shop, checkout\n\nErrorRateCritical (critical) fires: ")
    headings = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert headings[:4] == ["Signals", "Regions", "Alerts that fire", "Alerts that were over"]
    assert headings[-1] == "Sources"


def test_lines_are_short() -> None:
    """All but those of tables, which cannot be broken."""
    lines = render(large(), OPTIONS).splitlines()
    assert [line for line in lines if len(line) > LONGEST and not line.startswith("|")] == []


def test_tables_have_a_line_of_blocks() -> None:
    """Each signal with its value and its period, equally wide."""
    text = render(full(), OPTIONS)
    assert "| ⚠ | cache_hit_rate_l2 | 77.4% |" in text
    assert "`█·▁` |" in text


def _panel(at: int, kind: PanelKind, **shown: object) -> DrawnPanel:
    base = {"number": at, "kind": kind, "title": HOSTILE, "description": ""}
    return DrawnPanel(**base, grid=GridPlace(0, at, 12, 1), **shown)  # type: ignore[arg-type]


def board() -> DrawnBoard:
    """Return a dashboard of all kinds of panels, whose every text is hostile."""
    series = DrawnSeries(
        name=HOSTILE, labels=(), field=Field(), color="green", times=(0.0, 60.0), values=(1.0, 2.0)
    )
    alert = Alert(
        name=HOSTILE, state="firing", severity="high", labels=(("a", HOSTILE),), since=0.0,
        summary=HOSTILE,
    )  # fmt: skip
    column = DrawnColumn(HOSTILE, Field(), (Cell(text=HOSTILE),))
    figure = DrawnFigure(name=HOSTILE, text=HOSTILE, color="green", field=Field())
    heat = Heat((0.0,), (DrawnBucket(HOSTILE, (3.0,)),), "Blues", Field())
    panels = (
        _panel(1, PanelKind.TIMESERIES, series=(series,)),
        _panel(2, PanelKind.STAT, readings=(figure,)),
        _panel(3, PanelKind.TABLE, columns=(column,)),
        _panel(4, PanelKind.HEATMAP, heat=heat),
        _panel(
            5, PanelKind.STATE_TIMELINE, lanes=(Lane(HOSTILE, (DrawnEpisode(0, 60, HOSTILE, ""),)),)
        ),
        _panel(6, PanelKind.ALERT_LIST, alerts=(alert,)),
        _panel(7, PanelKind.TEXT, text=HOSTILE),
        _panel(8, PanelKind.STAT, faults=(HOSTILE,)),
        _panel(9, PanelKind.STAT, no_value=HOSTILE),
    )
    return DrawnBoard(
        uid="a",
        title=HOSTILE,
        description="",
        start=0.0,
        end=600.0,
        rows=(DrawnRow(HOSTILE, 0, 2),),
        panels=panels,
        choices=(ChosenVariable("a", HOSTILE, HOSTILE),),
        events=(Event(HOSTILE, "red", 0.0, 60.0),),
    )


def test_every_text_of_a_dashboard_stays_text() -> None:
    """Of panels of all kinds, of rows, variables and events."""
    report = BoardsReport(
        made=0.0, version="1.2.3", boards=(board(),), sources=full().sources, unknown=(HOSTILE,)
    )
    found = texts(render_boards(report, OPTIONS))
    said = one_line(HOSTILE)
    # A text panel keeps its lines, each a paragraph.
    assert {one_line(line) for line in HOSTILE.splitlines()} <= {*found}
    assert sum(text.count(said) for text in found) == 28
