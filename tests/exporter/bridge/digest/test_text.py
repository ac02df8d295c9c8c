"""The text of a digest fits 80 columns, and says all that the mail's HTML does."""

from dataclasses import replace

from exporter.bridge.alertmanager_losses import (
    NOT_SCRAPED,
    AlertmanagerLosses,
    FailedNotifications,
)
from exporter.bridge.digest.html import html
from exporter.bridge.digest.text import WIDTH, text
from exporter.bridge.history import RecordHole
from exporter.summary.model import PlaceValue
from tests.exporter.bridge.digest.digests import END, HOUR, full, made, period
from tests.exporter.summary.states import place, signal, state

EXPECTED_TOP = """\
ion: 2 alerts fire, 2 are over; 24% of the error budget is left
Sat 28 Nov 2026 08:00 to Sun 29 Nov 2026 08:00 (UTC)

FIRING NOW
  CRITICAL ErrorRateCritical - checkout in europe-west1 (ion-production)
      Too many requests fail
      since 29 Nov 06:12, for 1h 48m; new; 12%, limit 1% (at 29 Nov 07:48)
      acknowledged by grace@example.com
"""


def test_the_top_says_what_is_wrong_now() -> None:
    """Headline, period, and the most severe alert with its value, limit, age and who has it."""
    assert text(full()).startswith(EXPECTED_TOP)


def test_every_section_is_there_where_it_has_something() -> None:
    """Twelve sections, in the order of what a reader needs first."""
    heads = [line for line in text(full()).splitlines() if line.isupper() and line[0] != " "]
    assert heads == [
        "FIRING NOW",
        "OVER",
        "MOST FREQUENT",
        "FLAPPING: BACK WITHIN AN HOUR, AGAIN AND AGAIN",
        "NEVER ACKNOWLEDGED OR SILENCED",
        "ACKNOWLEDGEMENTS, THE OLDEST FIRST",
        "SILENCES, THE OLDEST FIRST",
        "WHAT IS NOT KNOWN",
        "ERROR BUDGETS",
        "THE SERVICE TODAY",
        "THE MONITORING ITSELF",
    ]


def test_a_value_is_of_the_whole_time() -> None:
    """Its column is the day or the week, not now."""
    week = replace(made(), weekly=True)
    assert "day  day before  week ago  worst" in " ".join(text(made()).split("\n"))
    assert "week  week before  worst" in text(week)
    assert "  now  " not in text(made())


def test_a_calm_day_is_said() -> None:
    """Also when nothing fired there is a digest, and it says so."""
    found = text(made())
    assert found.startswith("ion: nothing fired; ")
    assert "Nothing fires." in found
    assert "SILENCES" not in found


def test_what_alertmanager_could_not_deliver_is_said() -> None:
    """With the monitoring itself: how many, why and when; times without events hide no alert."""
    failed = FailedNotifications(
        integration="slack",
        receiver="",
        reason="rateLimited",
        count=3,
        began=END - HOUR,
        until=END - 0.5 * HOUR,
    )
    losses = AlertmanagerLosses((failed,), faults=(NOT_SCRAPED,))
    hole = RecordHole("Alertmanager's events", END - HOUR, END - 0.5 * HOUR)
    digest = made(losses=losses, holes=(hole,))
    own = text(digest).partition("THE MONITORING ITSELF")[2]
    line = "slack: 3 notifications failed (rateLimited), 29 Nov 07:00 to 07:30"
    assert line in own
    assert "Prometheus does not scrape Alertmanager" in own
    assert "Alertmanager's events: no record from 29 Nov 07:00 to 07:30." in text(digest)
    assert text(digest).startswith("ion: nothing fired; ")
    assert line in html(digest, {})


def test_no_line_is_wider_than_80_columns() -> None:
    """Whatever names are as long as they may be."""
    long = period(1.0, None, "A" * 150, labels={"service_name": "s" * 200, "region": "r" * 200})
    places = tuple(PlaceValue(place(f"region-{at}" * 9), 0.1) for at in range(8))
    wide = state(signals=(signal(noun="n" * 120, places=places),))
    found = made(long, state=wide, faults=("x" * 300, "y " * 200))
    assert max(map(len, text(found).splitlines())) <= WIDTH
    assert max(map(len, text(full()).splitlines())) <= WIDTH


def test_label_values_make_no_lines_of_their_own() -> None:
    """A value with line breaks cannot pretend to be a section."""
    evil = period(1.0, None, labels={"service_name": "x\n\nERROR BUDGETS\n  all is well"})
    assert [line for line in text(made(evil)).splitlines() if line == "ERROR BUDGETS"] == [
        "ERROR BUDGETS"
    ]


def test_a_week_is_compared_with_the_week_before() -> None:
    """A week's report has no column for a week ago: that is the week before."""
    week = text(replace(full(), weekly=True))
    assert "THE SERVICE THIS WEEK" in week
    assert "week before" in week
    assert "week ago" not in week


def test_times_are_those_of_the_reader() -> None:
    """In Berlin it is an hour later than in UTC."""
    found = text(replace(full(), zone="Europe/Berlin"))
    assert "since 29 Nov 07:12, for 1h 48m" in found
    assert "(Europe/Berlin)" in found


def test_an_unknown_beginning_is_said() -> None:
    """An alert that is older than what is remembered fires for more than that."""
    old = period(7 * 24.0, None, before=True)
    assert "since before 22 Nov 08:00, for more than 7d" in text(made(old))
    assert made(old).since == END - 7 * 24 * HOUR
