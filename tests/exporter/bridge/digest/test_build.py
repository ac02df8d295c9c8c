"""A digest lists each alert once, under what it is now, with what a reader has to know of it."""

from dataclasses import replace

from exporter.bridge.digest.words import headline, subject
from exporter.bridge.history import RecordHole
from exporter.summary.label_text import place, plain
from tests.exporter.bridge.digest.digests import EDITION, END, HOUR, NOTES, full, made, period
from tests.exporter.summary.states import DAY, TimeSpan, state


def test_an_alert_is_new_old_or_over() -> None:
    """What began in the period is new; what fires at its end is not over."""
    found = made(period(1.0, None), period(30.0, None, "DatabaseLag"), period(5.0, 4.0, "CPUHigh"))
    assert [(line.name, line.new) for line in found.firing] == [
        ("DatabaseLag", False),
        ("ErrorRateCritical", True),
    ]
    assert [line.name for line in found.resolved] == ["CPUHigh"]
    assert (found.fired.firing, found.fired.resolved) == (2, 1)


def test_what_ended_before_the_period_is_not_listed() -> None:
    """An alert of the day before yesterday is only remembered, for how often it comes."""
    found = made(period(40.0, 30.0))
    assert not found.firing
    assert not found.resolved


def test_an_alert_that_ended_after_the_period_still_fires_in_it() -> None:
    """A digest that is sent late is about its own period."""
    found = made(period(1.0, -0.5))
    assert [line.ended for line in found.firing] == [None]


def test_an_alert_that_was_over_three_times_is_listed_once() -> None:
    """Its line is the last time, with how often; what nobody was notified of is not lost."""
    first = period(9.0, 8.0, notified=False)
    (line,) = made(first, period(7.0, 6.0), period(5.0, 4.0)).resolved
    assert (line.times, line.ended) == (3, END - 4 * HOUR)
    assert line.remarks == ("the journal has no notification of it",)


def test_a_storm_is_counted_and_not_listed_whole() -> None:
    """Of 300 alerts fifty are listed, and the headline has all of them."""
    storm = [period(1.0, None, f"A{at}", labels={"severity": "low"}) for at in range(300)]
    found = made(*storm, period(2.0, None))
    assert len(found.firing) == 50
    assert found.firing[0].name == "ErrorRateCritical"
    assert headline(found).startswith("301 alerts fire; ")


def test_severe_alerts_come_first_and_the_oldest_of_them() -> None:
    """The order is critical, high, medium, low; then by age."""
    low = period(9.0, None, "A", labels={"severity": "low"})
    found = made(low, period(1.0, None, "B"), period(2.0, None, "C"))
    assert [line.name for line in found.firing] == ["C", "B", "A"]


def test_a_value_is_beside_the_limit_of_its_service() -> None:
    """As it was notified; where that is not known, as it is now: 10% for the one set apart."""
    search = {"service_name": "search"}
    every = made(
        period(4.0, None),
        period(3.0, None, labels=search),
        period(2.0, None, annotations={**NOTES, "limit": "2%"}),
    )
    readings = ["12%, limit 1%", "12%, limit 10%", "12%, limit 2%"]
    assert [line.reading for line in every.firing] == readings


def test_what_is_frequent_flaps_or_is_ignored() -> None:
    """Three firings in an hour flap; those of days apart do not, but nobody ever acted on them."""
    often = [period(at, at - 0.2, "Flapping") for at in (5.0, 4.5, 4.0)]
    rare = [period(at, at - 1, "Rare") for at in (100.0, 60.0, 20.0)]
    found = made(*often, *rare)
    assert [(one.name, one.count) for one in found.noisiest] == [("Flapping", 3)]
    assert [one.name for one in found.flapping] == ["Flapping"]
    assert {one.name for one in found.ignored} == {"Flapping", "Rare"}


def test_what_somebody_acted_on_is_not_ignored() -> None:
    """An alert that was acknowledged or silenced once is none that nobody ever acts on."""
    rare = [period(at, at - 1) for at in (100.0, 60.0, 20.0)]
    assert made(*rare, acted={rare[0].labels: True}).ignored == ()


def test_where_acknowledgements_are_not_known_nobody_is_blamed() -> None:
    """Without a journal nothing is said of what was never acknowledged."""
    rare = [period(at, at - 1) for at in (100.0, 60.0, 20.0)]
    assert made(*rare, acted=None).ignored == ()


def test_an_acknowledgement_is_beside_its_alert_only() -> None:
    """The same alert of another region is not acknowledged."""
    found = full()
    other = period(0.5, None, labels={"region": "us-central1"})
    lines = made(period(1.0, None), other, acknowledgements=found.acknowledgements).firing
    assert [line.remarks for line in lines] == [("acknowledged by grace@example.com",), ()]


def test_escalations_are_counted_apart() -> None:
    """An escalation is no alert of its own in the lists."""
    found = made(period(2.0, None), period(1.0, None, "Escalation"))
    assert found.escalated == 1
    assert [line.name for line in found.firing] == ["ErrorRateCritical"]


def test_calm_is_only_said_where_it_is_known() -> None:
    """Nothing fired, unless there is a hole or a fault: then nothing is known to have fired."""
    hole = (RecordHole("Prometheus", END - HOUR, END),)
    calm = made()
    assert headline(calm).startswith("nothing fired; ")
    assert headline(made(holes=hole)).startswith("nothing is known to have fired; ")
    assert headline(made(faults=("x",))).startswith("nothing is known to have fired; ")
    before = (RecordHole("Prometheus", END - 100 * HOUR, END - 90 * HOUR),)
    assert headline(made(holes=before)).startswith("nothing fired; ")


def test_a_subject_says_what_matters() -> None:
    """The service, the day, what fires, and the least budget."""
    assert subject(full()) == (
        "ion, day to Sun 29 Nov 2026: 2 alerts fire, 2 are over; 24% of the error budget is left"
    )
    spent = replace(state().budgets[0], remaining=-0.5)
    overspent = made(state=state(budgets=(spent,)))
    assert subject(overspent).endswith("nothing fired; the error budget is overspent by 50%")
    week = replace(EDITION, weekly=True, span=TimeSpan(END - 7 * DAY, END))
    assert subject(made(edition=week)).startswith("ion, week to Sun 29 Nov 2026: ")


def test_a_place_is_what_a_reader_looks_for() -> None:
    """A service, a database or a cache, its region and project; else the labels that tell."""
    assert place({"service_name": "checkout", "region": "eu", "gcp_project": "p"}) == (
        "checkout in eu (p)"
    )
    assert place({"redis_id": "cache", "alertname": "X", "severity": "low"}) == "cache"
    assert place({"integration": "slack", "alertname": "X"}) == "integration slack"
    assert place({"alertname": "X"}) == ""


def test_text_from_outside_is_one_short_line() -> None:
    """Line breaks, control characters and 100 kB do no harm."""
    assert plain("a\r\nBcc: x\x00\x1b[31m") == "a Bcc: x [31m"
    assert len(plain("x" * 100_000)) == 200
