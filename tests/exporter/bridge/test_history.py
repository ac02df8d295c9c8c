"""What Prometheus and the journal know of alerts is joined, and no hole is taken for calm."""

import math
from collections.abc import Callable
from typing import Any

from exporter.bridge.history import AlertHistory, history
from exporter.bridge.journal_rows import JournaledAlert, Presence
from exporter.bridge.webhook import NotifiedAlert
from exporter.prometheus.api import Points, TimeSpan
from tests.counting import is_linear

HOUR, MINUTE = 3600.0, 60.0
SPAN = TimeSpan(0.0, 6 * HOUR)
CPU = {"alertname": "CPUHigh", "severity": "medium", "region": "us-central1"}
ALIVE = (Presence(0.0, 6 * HOUR),)


def recorded(labels: dict[str, str], *spans: tuple[float, float]) -> Points:
    """Return a series of ALERTS that is there within these times, to the minute."""
    times = tuple(at * MINUTE for at in range(6 * 60 + 1))
    values = (1.0 if any(a <= t <= b for a, b in spans) else math.nan for t in times)
    named = {"__name__": "ALERTS", "alertstate": "firing", **labels}
    return Points(tuple(sorted(named.items())), times, tuple(values))


def watchdog(*spans: tuple[float, float]) -> Points:
    """Return the series of the alert that always fires."""
    return recorded({"alertname": "Watchdog", "severity": "none"}, *(spans or ((0, 6 * HOUR),)))


def journaled(
    began: float, ended: float | None = None, labels: dict[str, str] = CPU, **changed: Any
) -> JournaledAlert:
    """Return what the journal has of an alert, resolved where it has an end."""
    alert = NotifiedAlert(
        fingerprint="f",
        status="firing" if ended is None else "resolved",
        labels=labels,
        annotations=changed.get("annotations", {"problem": "The CPU is busy"}),
        starts_at=began,
        ends_at=ended,
    )
    return JournaledAlert(
        row=1,
        group_key=changed.get("group", "g"),
        receiver="journal",
        alert=alert,
        first_at=began,
        last_at=began,
        repeats=0,
    )


def found(*series: Points, rows: tuple[JournaledAlert, ...] | None = ()) -> AlertHistory:
    """Return the history of six hours in which the bridge was alive."""
    return history(SPAN, (watchdog(), *series), rows, ALIVE)


def test_both_sources_are_one_period() -> None:
    """Exact times and texts come from the journal; several groups notify of one period."""
    rows = (
        journaled(3610.0),
        journaled(3610.0, 7190.0),
        journaled(3610.0, group="other"),
    )
    (period,) = found(recorded(CPU, (3660, 7140)), rows=rows).periods
    assert (period.began, period.ended) == (3610.0, 7190.0)
    assert (period.notified, period.seen) == (True, True)
    assert period.annotations["problem"] == "The CPU is busy"


def test_what_one_source_lacks_is_said() -> None:
    """An alert that only Prometheus has was not notified; one that only the journal has is odd."""
    other = {**CPU, "region": "europe-west1"}
    periods = found(recorded(CPU, (3600, 7200)), rows=(journaled(3600.0, 7200.0, other),)).periods
    assert {(p.label("region"), p.notified, p.seen) for p in periods} == {
        ("us-central1", False, True),
        ("europe-west1", True, False),
    }


def test_without_a_journal_nothing_is_said_of_notifications() -> None:
    """No bridge is not the same as a bridge that was not notified."""
    (period,) = found(recorded(CPU, (3600, 7200)), rows=None).periods
    assert period.notified is None
    assert period.ended == 7260.0


def test_it_still_fires_where_neither_knows_an_end() -> None:
    """An alert that fires in the last minutes has no end, whatever the journal lacks."""
    (period,) = found(recorded(CPU, (3600, 6 * HOUR)), rows=(journaled(3600.0),)).periods
    assert period.ended is None
    assert period.seconds(6 * HOUR) == 5 * HOUR


def test_a_record_that_ends_ends_no_alert() -> None:
    """Where Prometheus is down at the end, what fired last is taken to fire still."""
    series = (watchdog((0, 5 * HOUR)), recorded(CPU, (4 * HOUR, 5 * HOUR)))
    (period,) = history(SPAN, series, None, ()).periods
    assert period.ended is None


def test_a_lost_resolved_message_does_not_keep_an_alert_firing() -> None:
    """Where the bridge missed the end, ALERTS has it."""
    (period,) = found(recorded(CPU, (3600, 7200)), rows=(journaled(3600.0),)).periods
    assert period.ended == 7260.0


def test_an_alert_that_comes_back_is_another_period() -> None:
    """Ten minutes of calm between two firings are calm, in both sources."""
    series = recorded(CPU, (3600, 4200), (4800, 5400), (6000, 6600))
    rows = tuple(journaled(at, at + 600.0) for at in (3600.0, 4800.0, 6000.0))
    periods = found(series, rows=rows).periods
    assert [(p.began, p.ended, p.notified) for p in periods] == [
        (3600.0, 4200.0, True),
        (4800.0, 5400.0, True),
        (6000.0, 6600.0, True),
    ]


def test_a_missed_evaluation_ends_nothing() -> None:
    """One or two minutes without a sample belong to the same firing."""
    assert len(found(recorded(CPU, (3600, 4200), (4320, 5400))).periods) == 1


def test_a_hole_of_prometheus_is_a_hole() -> None:
    """A time without the heartbeat is named, and an alert on both of its sides is one alert."""
    alive = watchdog((0, 2 * HOUR), (3 * HOUR, 6 * HOUR))
    series = recorded(CPU, (HOUR, 2 * HOUR), (3 * HOUR, 4 * HOUR))
    known = history(SPAN, (alive, series), (), ALIVE)
    assert [(h.source, h.began, h.until) for h in known.holes] == [
        ("Prometheus", 2 * HOUR, 3 * HOUR)
    ]
    assert len(known.periods) == 1


def test_without_prometheus_everything_is_a_hole() -> None:
    """Where no server answers, or no heartbeat was ever recorded, the whole time is unknown."""
    for series in (None, (), (recorded(CPU, (3600, 7200)),)):
        holes = history(SPAN, series, (), ALIVE).holes
        assert [(h.began, h.until) for h in holes] == [(0.0, 6 * HOUR)]


def test_a_hole_of_the_bridge_is_a_hole() -> None:
    """The times in which the bridge was down are named, from the beginning to the end."""
    alive = (Presence(HOUR, 2 * HOUR), Presence(2 * HOUR + 80, 5 * HOUR))
    holes = history(SPAN, (watchdog(),), (), alive).holes
    assert [(h.source, h.began, h.until) for h in holes] == [
        ("the bridge", 0.0, HOUR),
        ("the bridge", 5 * HOUR, 6 * HOUR),
    ]


def test_a_bridge_away_for_three_minutes_is_a_hole() -> None:
    """Of an alert that fired only then nothing is said; one that went on is not in the journal."""
    alive = (Presence(0.0, HOUR), Presence(HOUR + 170, 6 * HOUR))
    other = {**CPU, "region": "europe-west1"}
    series = (watchdog(), recorded(CPU, (3_660, 3_720)), recorded(other, (3_660, 7_200)))
    known = history(SPAN, series, (), alive)
    assert [(h.source, h.began, h.until) for h in known.holes] == [("the bridge", HOUR, HOUR + 170)]
    assert {p.label("region"): p.notified for p in known.periods} == {
        "us-central1": None,
        "europe-west1": False,
    }


def test_labels_that_prometheus_adds_do_not_make_two_alerts() -> None:
    """ALERTS lacks the external labels that Alertmanager gets."""
    row = journaled(3600.0, 7200.0, {**CPU, "cluster": "eu", "replica": "a"})
    series = (watchdog(), recorded(CPU, (3600, 7200)))
    known = history(SPAN, series, (row,), ALIVE, frozenset({"cluster", "replica"}))
    assert len(known.periods) == 1


def test_two_servers_that_have_the_same_alert_are_one() -> None:
    """What one server wrote to the other one counts once."""
    copy = recorded({**CPU, "replica": "a"}, (3600, 7200))
    series = (watchdog(), recorded(CPU, (3600, 7200)), copy)
    assert len(history(SPAN, series, None, (), frozenset({"replica"})).periods) == 1


def test_replicas_fill_each_others_holes() -> None:
    """A time of which one of two servers has a record is none that nobody knows."""
    first, second = watchdog((0, 2 * HOUR)), watchdog((90 * MINUTE, 6 * HOUR))
    assert history(SPAN, (first, second), None, ()).holes == ()


def test_heartbeats_and_acknowledgements_are_no_incidents() -> None:
    """Neither the alert that always fires nor an acknowledgement is listed."""
    acknowledged = journaled(60.0, None, {"alertname": "Acknowledged", "escalates": "X"})
    assert found(rows=(acknowledged,)).periods == ()


def test_what_began_before_has_no_known_beginning() -> None:
    """An alert that fires in the first minutes may be older than what is remembered."""
    old, new = {**CPU, "region": "a"}, {**CPU, "region": "b"}
    periods = found(recorded(old, (0, HOUR)), recorded(new, (HOUR, 2 * HOUR))).periods
    assert [p.before for p in periods] == [True, False]
    assert found(rows=(journaled(-5 * HOUR),)).periods[0].before


def test_twice_as_many_firings_are_twice_the_work() -> None:
    """Firings are found by their alert and in their order, and each is looked at once."""

    def of_alerts(count: int) -> Callable[[], object]:
        alerts = [{**CPU, "region": str(at)} for at in range(count)]
        series = [recorded(labels, (3660, 7140)) for labels in alerts]
        rows = tuple(journaled(3610.0, 7190.0, labels) for labels in alerts)
        return lambda: found(*series, rows=rows)

    def of_one_alert(count: int) -> Callable[[], object]:
        span = TimeSpan(0.0, count * 10 * MINUTE)
        starts = [at * 10 * MINUTE for at in range(count)]
        labels = tuple(sorted({"__name__": "ALERTS", **CPU}.items()))
        series = Points(labels, tuple(starts), (1.0,) * count)
        always = (("__name__", "ALERTS"), ("alertname", "Watchdog"), ("severity", "none"))
        minutes = tuple(at * MINUTE for at in range(count * 10 + 1))
        known = Points(always, minutes, (1.0,) * len(minutes))
        rows = tuple(journaled(at, at + MINUTE) for at in starts)
        whole = (Presence(0.0, span.end),)
        made = history(span, (known, series), rows, whole)
        assert len(made.periods) == count
        return lambda: history(span, (known, series), rows, whole)

    def of_holes(count: int) -> Callable[[], object]:
        span = TimeSpan(0.0, count * 10 * MINUTE)
        starts = tuple(at * 10 * MINUTE for at in range(count))
        always = (("__name__", "ALERTS"), ("alertname", "Watchdog"), ("severity", "none"))
        labels = tuple(sorted({"__name__": "ALERTS", **CPU}.items()))
        known, series = (Points(one, starts, (1.0,) * count) for one in (always, labels))
        return lambda: history(span, (known, series), (), ALIVE)

    assert is_linear(of_alerts)
    assert is_linear(of_one_alert)
    assert is_linear(of_holes)
