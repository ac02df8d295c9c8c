"""A dashboard as text has what each kind of panel shows, in 80 columns."""

from rich.cells import cell_len

from generators.service_report.columns import WIDTH
from generators.service_report.formats import RenderOptions
from generators.service_report.text import render_boards
from tests.generators.service_report.drawn import boards_report

EXPECTED = """\
OVERVIEW
2026-11-28 08:00 to 2026-11-29 08:00 UTC (1d)
Region: All

== Errors by region

Errors
                 last    min    max
  europe-west1  40.0%  10.0%  40.0%  ▁··█

Now
  errors: 12.7%

Regions
  Region        Errors
  us-central1     3.1%
  europe-west1   12.7%

Times
  up to  count
  0.2        7  ▁█
  0.1        3  ▅·

States
  checkout:
      2026-11-28 08:00 to 2026-11-28 09:00 (1h): firing

Alerts
  firing high DatabaseLag since 2026-11-28 08:00: region=europe-west1
      The database is behind.

Notes
  Read the runbook.
  Then act.

Nothing
  none measured

Broken
  ⚠ query A: it does not work

== More (3 panels, collapsed)

Events
  2026-11-28 08:01: a deploy


NOT KNOWN
  - Overview: Broken: query A: it does not work
"""


def test_each_kind_of_panel_says_what_it_shows() -> None:
    """Series with their figures and a line, tables, buckets, states as episodes, alerts, texts."""
    assert render_boards(boards_report(), RenderOptions()) == EXPECTED


def test_no_line_is_wider_than_80_columns() -> None:
    """With colours, too, whose marks take no room."""
    text = render_boards(boards_report(), RenderOptions())
    assert [line for line in text.splitlines() if cell_len(line) > WIDTH] == []
