"""What firings would have cost people."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from exporter.catalog.signals import SIGNALS
from exporter.prometheus.api import TimeSpan
from generators.tuning.backtest import Grouping, backtest, nights, notifications
from generators.tuning.incidents import SignalSources
from generators.tuning.replay import Firing
from generators.tuning.verdicts import Judging

START = int(datetime(2026, 11, 2, tzinfo=UTC).timestamp())
HOUR, DAY = 3600, 86400
BY = Judging(span=TimeSpan(START, START + 14 * DAY), incidents=None, sources=SignalSources(SIGNALS))
GROUPING = Grouping(("service_name",), 600)


def firing(began: int, ended: int | None, region: str = "us", service: str = "ion") -> Firing:
    """Return a firing, in seconds after the start."""
    return Firing(
        labels=(("region", region), ("service_name", service)),
        began=START + began,
        ended=None if ended is None else START + ended,
    )


def test_what_it_cost() -> None:
    """Firings, messages, nights, time, flaps: all within the span only."""
    found = backtest(
        [
            firing(-HOUR, HOUR),  # before the span
            firing(HOUR, 2 * HOUR),
            firing(2 * HOUR + 1799, 3 * HOUR),  # again within half an hour
            firing(3 * HOUR + 1800, 4 * HOUR),  # not so soon
            firing(20 * HOUR, 20 * HOUR + 60),
            firing(14 * DAY - HOUR, None),
        ],
        "error_rate",
        BY,
        GROUPING,
        UTC,
    )
    assert (found.firings, len(found.notified), found.flaps) == (5, 5, 1)
    assert found.nights == 2  # that of 1 November, until 7, and the last one
    assert found.a_week(found.firings) == 2.5
    assert found.longest == HOUR
    assert found.seconds == HOUR + 1801 + 1800 + 60 + HOUR
    assert found.verdicts.unjudged == 5


def test_a_group_is_notified_once_in_its_interval() -> None:
    """Of all its places; another service is another group."""
    found = notifications(
        [
            firing(0, 60),
            firing(599, 700, region="eu"),
            firing(600, 700, region="asia"),
            firing(30, 60, service="other"),
        ],
        GROUPING,
    )
    assert [at - START for at in found] == [0, 30, 600]


def test_a_night_is_one_from_evening_to_morning() -> None:
    """From 22 to 7, in the time zone of those who are woken."""

    def at(hour: float) -> float:
        return START + hour * HOUR

    assert [*nights([at(21.9), at(22), at(30.9), at(31)], UTC)] == [date(2026, 11, 2)] * 2
    assert [*nights([at(21)], ZoneInfo("Europe/Berlin"))] == [date(2026, 11, 2)]
