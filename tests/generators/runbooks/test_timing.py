"""The time until somebody is notified is the sum of its parts, and follows settings and catalog."""

from typing import Any

import pytest

from exporter.catalog import cloud_run, cloud_sql
from exporter.catalog.model import CloudMonitoring
from exporter.settings import Settings
from exporter.settings.types import duration, seconds
from generators.policy import policy
from generators.rules.build import build
from generators.rules.model import Alerting, alerts
from generators.runbooks.timing import TimePart, minutes, parts, seconds_to_limit, total
from tests.generators.runbooks.reading import names, runbook, section, settings


def rule(given: Settings, name: str) -> Alerting:
    """Return the rule of an alert."""
    return next(r for r in alerts(build(given).all) if r.alert == name)


def found(name: str, **sections: Any) -> tuple[TimePart, ...]:
    """Return the parts of an alert's time under settings with these sections."""
    given = settings(**sections)
    return parts(given, build(given), rule(given, name))


def span(name: str, word: str, **sections: Any) -> tuple[float, float]:
    """Return the minimum and the maximum of the part whose text has a word."""
    part = next(part for part in found(name, **sections) if word in part.what)
    return part.minimum, part.maximum


def test_cloud_monitorings_delay_is_the_catalogs() -> None:
    """A sample is as late as the catalog states for its family: its period, then its delay."""
    for name, family in (
        ("ResponseTimeCritical", cloud_run.REQUEST_DURATION),
        ("DatabaseLag", cloud_sql.REPLICA_LAG),
    ):
        source = family.source
        assert isinstance(source, CloudMonitoring)
        assert span(name, "samples") == (0, source.period)
        assert span(name, "readable") == (source.delay - source.period, source.delay)


def test_a_longer_interval_takes_longer() -> None:
    """A family that is read every five minutes may be four later than one read each minute."""
    families = {"cloudrun_request*": {"interval": "5m"}}
    assert span("ResponseTimeCritical", "next poll") == (0, 0)
    assert span("ResponseTimeCritical", "next poll", google={"families": families}) == (0, 240)


def test_redis_is_late_by_its_poll_only() -> None:
    """The hit rate comes from Redis itself: no delay of Google's is in it."""
    assert span("CacheHitRateLow", "reads Redis") == (0, 15)
    assert [p for p in found("CacheHitRateLow") if "Google" in p.what] == []


def test_the_applications_road_decides() -> None:
    """The pool's fill comes by Redis within seconds, by Managed Prometheus after Google's delay."""
    road = {"road": "managed_prometheus"}
    assert span("ConnectionPoolTrend", "sends it to Redis") == (0, 1)
    assert span("ConnectionPoolTrend", "readable", application=road) == (0, 60)


def test_every_group_in_between_adds_its_interval() -> None:
    """An anomaly waits for the signal, its five minutes, its band, and its own evaluation."""
    waits = [p.maximum for p in found("ThroughputAnomaly") if "records it" in p.what]
    assert waits == [60, 300, 300]
    assert span("ThroughputAnomaly", "evaluated") == (0, 300)


def test_the_alerts_own_time_counts_whole() -> None:
    """`for` of the settings is in it, as a multiple of the evaluation; group_wait by severity."""
    alert = {"ResponseTimeCritical": {"for": "250s"}}
    assert span("ResponseTimeCritical", "`for`", alerts=alert) == (300, 300)
    assert span("ResponseTimeCritical", "Alertmanager") == (5, 5)
    assert span("CPUHigh", "Alertmanager") == (60, 60)


def test_a_level_has_no_window_to_fill() -> None:
    """The replication lag is a gauge; the error rate is one of five minutes."""
    assert [p for p in found("DatabaseLag") if "window" in p.what] == []
    assert span("ErrorRateCritical", "window") == (0, 300)


def test_a_full_outage_fills_an_hour_in_seconds() -> None:
    """At 99.95 % the first window is over after 26 seconds of nothing but errors: 14.4 times."""
    in_force = policy(Settings())
    assert in_force.breach is not None
    assert round(seconds_to_limit(in_force.breach, 1.0), 2) == 25.92
    assert seconds_to_limit(in_force.breach, 0.001) == float("inf")


@pytest.mark.parametrize("name", names())
def test_the_table_adds_up(name: str) -> None:
    """The row of the sum is the sum of the rows, and the sentence above it rounds it outwards."""
    if name in ("Watchdog", "Canary"):
        return
    text = section(runbook(name), "How long until somebody is notified")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    body = [row for row in rows if len(row) == 3 and row[0] != "part"]
    each = tuple(TimePart(row[0], seconds(row[1]), seconds(row[2])) for row in body[:-1])
    assert [f"**{duration(value)}**" for value in total(each)] == body[-1][1:]
    assert text.lower().startswith(minutes(each).lower())
