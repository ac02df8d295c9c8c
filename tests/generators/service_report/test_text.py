"""The text of a report fits 80 columns, and says the same without colour."""

import math
import re
from dataclasses import replace

import pytest
from rich.cells import cell_len

from exporter.summary.model import PlaceValue
from generators.service_report.columns import WIDTH
from generators.service_report.formats import RenderOptions
from generators.service_report.model import Health, RegionColumn, RegionRow, ServiceReport
from generators.service_report.text import render
from tests.exporter.summary.states import END
from tests.generators.service_report.reports import alert, alerts, full, reported, silent

PLAIN = RenderOptions()
_COLOR = re.compile(r"\x1b\[[0-9;]*m")
LONG = "a-service-with-a-name-that-nobody-would-type-twice-but-that-somebody-did-type-" + "x" * 60

TOP = """\
✗ Shop, checkout: ErrorRateCritical (critical) fires: checkout in europe-west1,
  for 2h; and 1 more reason
2026-11-28 08:00 to 2026-11-29 08:00 UTC (1d)
  - Redis hit rate: misses its target: 80% to 85%

SIGNALS
                              in 1d    yesterday     week ago
✗ error_rate                  0.42% +0.12 points +0.11 points  ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅
      last 5m 0.61%; worst 5m 0.9%; high above 0.5%; critical above 1%; from
      each minute, a week ago each five minutes
      1.3%, above 1% (ErrorRateCritical): checkout in europe-west1
      (ion-production)
"""


def crowded() -> ServiceReport:
    """Return a report whose names are longer than any line, and that has many regions."""
    places = tuple(
        PlaceValue((("region", f"{LONG}{at}"), ("service_name", LONG)), 0.1 * at) for at in range(9)
    )
    long = reported(signal=replace(reported().signal, name=LONG, noun=LONG, places=places))
    rows = tuple(
        RegionRow(f"{LONG}{at}", tuple(full().regions.rows[0].cells) * 5) for at in range(3)
    )
    columns = tuple(
        RegionColumn(name=f"{LONG}{at}", noun=LONG, unit="ratio", direction="up")
        for at in range(10)
    )
    found = full(service=LONG, signals=(long, silent()))
    return replace(
        found,
        regions=replace(found.regions, columns=columns, rows=rows),
        alerts=alerts(firing=(alert(name=LONG, place=LONG, value=LONG, summary=f"{LONG}\x1b[2J"),)),
        unknown=(LONG,),
        reasons=(LONG, LONG),
    )


def test_the_top_says_how_the_service_is() -> None:
    """The status with its reason, the time, then each signal with its numbers and its line."""
    assert render(full(), PLAIN).startswith(TOP)


@pytest.mark.parametrize("report", [full(), crowded()], ids=["usual", "crowded"])
def test_no_line_is_wider_than_80_columns(report: ServiceReport) -> None:
    """Whatever names are like: they are cut in the middle, or go on in the next line."""
    lines = render(report, PLAIN).splitlines()
    assert [line for line in lines if cell_len(line) > WIDTH] == []


def test_a_long_name_keeps_its_ends() -> None:
    """In a table a name is cut in the middle, where it tells least."""
    signals = render(crowded(), PLAIN).partition("SIGNALS\n")[2]
    assert signals.splitlines()[1].split()[:2] == ["✗", "a-service-w…xxxxxxxxxx"]


def test_nothing_that_a_terminal_obeys_is_printed() -> None:
    """Texts from outside come without control characters, with colours or without."""
    assert "\x1b" not in render(crowded(), PLAIN)
    assert "\x1b[2J" not in render(crowded(), RenderOptions(color=True))


def test_colour_adds_nothing_but_colour() -> None:
    """Without its colours the text of a terminal is the plain one."""
    colored = render(full(), RenderOptions(color=True))
    assert "\x1b[31m\x1b[1m✗\x1b[0m" in colored
    assert _COLOR.sub("", colored) == render(full(), PLAIN)


def test_a_young_report_says_since_when() -> None:
    """The period that was asked for is not the one that was observed."""
    text = render(full(since=END - 240), PLAIN)
    assert text.splitlines()[2:4] == [
        "2026-11-28 08:00 to 2026-11-29 08:00 UTC (1d); data since 2026-11-29 07:56, 4m",
        "  of 1d",
    ]
    assert "in 4m    yest" in text


def test_what_is_not_known_is_said_once() -> None:
    """A signal without data has that in its row; the marks of the whole say it, too."""
    text = render(full(health=Health.UNKNOWN, reasons=("not known: what fires",)), PLAIN)
    assert text.startswith("? Shop, checkout: not known: what fires\n")
    at = text.index("? query_time")
    assert text[at : text.index("\n", at)].split() == ["?", "query_time", "no", "data"]
    assert text[text.index("\n", at) + 1 :].startswith("\nREGIONS")


def test_only_what_is_late_is_named() -> None:
    """The ages of all metrics are one line; what is most late is first."""
    (_, age) = full().ages
    slow = replace(age, family="billing", seconds=9_000.0, usual=7_200.0, health=Health.WARNING)
    well = tuple(replace(age, family=f"family_{at}", seconds=60.0 + at) for at in range(160))
    text = render(full(ages=(slow, *full().ages, *well)), PLAIN)
    assert (
        text[text.index("AGE OF THE DATA") :].partition("\n\n")[0]
        == """\
AGE OF THE DATA
  163 metrics, the newest point of each 1m to 2h 30m old; 2 later than the
      source promises
  ⚠ 41m (readable after 2m 54s), ion-production: cloudsql_cpu_utilization
  ⚠ 2h 30m (readable after 2h), ion-production: billing"""
    )


def test_an_age_that_is_no_number_hides_no_other() -> None:
    """A server may answer NaN: the line has the range of the others, and the metric is named."""
    (late, age) = full().ages
    odd = replace(age, family="odd", seconds=math.nan, health=Health.UNKNOWN)
    text = " ".join(render(full(ages=(odd, late, age)), PLAIN).split())
    assert "3 metrics, the newest point of each 3m 11s to 41m old" in text
    assert "? not known (readable after 2m 54s), ion-production: odd" in text


def test_calm_is_one_line() -> None:
    """Where all is healthy, the first line says what that means."""
    text = render(full(health=Health.OK, reasons=()), PLAIN)
    assert text.splitlines()[0].startswith("✓ Shop, checkout: healthy: nothing fires")
