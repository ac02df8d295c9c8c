"""Times are read as Grafana reads them, and points are as far apart as there."""

import pytest

from exporter.errors import SettingsError
from exporter.prometheus.api import TimeSpan
from generators.report.time_range import between, duration, moment, step

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("now", NOW),
        ("now-6h", NOW - 21600),
        ("now+90s", NOW + 90),
        ("now/d", NOW // 86400 * 86400),
        ("now-1d/d", NOW // 86400 * 86400 - 86400),
        ("1700000000", NOW),
        ("1700000000000", NOW),
        ("2023-11-14T22:13:20", NOW),
        ("2023-11-14T23:13:20+01:00", NOW),
    ],
)
def test_moments(said: str, expected: float) -> None:
    """Every way to write a time; without a zone it is UTC."""
    assert moment("--from", said, NOW) == expected


def test_wrong_times() -> None:
    """A time that is none, and an end before its beginning, are refused by name."""
    with pytest.raises(SettingsError, match="--from yesterday: write now"):
        between("yesterday", "now", NOW)
    with pytest.raises(SettingsError, match="--from now: has to be before --to now-1h"):
        between("now", "now-1h", NOW)


@pytest.mark.parametrize(
    ("seconds", "pixels", "minimum", "expected"),
    [(21600, 800, 15, 30), (21600, 800, 60, 60), (3600, 1600, 15, 15), (2592000, 800, 15, 3600),
     (86400, 1e9, 0, 10)],
)  # fmt: skip
def test_steps(seconds: float, pixels: float, minimum: float, expected: float) -> None:
    """A step is round, not below the minimum, and never needs more points than a server returns."""
    assert step(TimeSpan(0, seconds), pixels, minimum) == expected


def test_durations() -> None:
    """Durations are read as PromQL writes them."""
    assert [duration(t) for t in ("1m", "1h30m", "500ms", ">1m", "")] == [60, 5400, 0.5, 60, 0]
