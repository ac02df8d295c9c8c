"""The table of a chart says what the chart shows, and never hides a peak."""

from dataclasses import replace

from exporter.prometheus.api import TimeSpan
from generators.report.display import Field
from generators.report.model import DrawnBucket, DrawnEpisode, DrawnSeries, Heat, Lane
from generators.report.value_table import of_heat, of_lanes, of_series

HOUR = TimeSpan(36_000.0, 39_600.0)
SERIES = DrawnSeries(
    name="a",
    labels=(),
    field=Field(unit="s"),
    color="green",
    times=tuple(HOUR.start + 60.0 * at for at in range(61)),
    values=tuple(0.01 * at for at in range(61)),
)


def test_a_row_is_a_point() -> None:
    """As long as there are few enough."""
    found = of_series([SERIES], HOUR, 61)
    assert found.rows[:2] == (("10:00", "0 s"), ("10:01", "10 ms"))
    assert len(found.rows) == 61
    assert (found.first, round(found.each, 3), found.note) == (0, 1.667, "")


def test_a_row_has_the_lowest_and_the_highest() -> None:
    """Where it is longer than the time between points; the table says so."""
    found = of_series([SERIES], HOUR, 12)
    assert found.rows[1] == ("10:05", "50 to 90 ms")
    assert found.rows[-1] == ("11:00", "600 ms")
    assert found.note == "A row is 5m long: its lowest value, and its highest."


def test_rarer_points_are_found_beside_their_row() -> None:
    """A series with a point each five minutes has its value within three rows."""
    rare = replace(SERIES, name="b", times=SERIES.times[::5], values=SERIES.values[::5])
    found = of_series([SERIES, rare], HOUR, 61)
    assert [column.reach for column in found.columns] == [1, 3]
    assert [row[2] for row in found.rows[:6]] == ["0 s", "", "", "", "", "50 ms"]


def test_without_values_there_are_no_rows() -> None:
    """A series of gaps has a head alone."""
    assert of_series([replace(SERIES, values=(None,) * 61)], HOUR, 61).rows == ()


def test_buckets_are_columns() -> None:
    """In their order, from the lowest, with what fell into each."""
    heat = Heat((36_000.0, 36_060.0), (DrawnBucket("1", (3.0, None)),), "Blues", Field())
    found = of_heat(heat, ["1 s"], str, HOUR, 60)
    assert (found.columns[0].name, found.rows) == ("1 s", (("10:00", "3.0"),))


def test_states_are_rows() -> None:
    """From when, until when, of what, which."""
    lane = Lane("job", (DrawnEpisode(36_000.0, 36_600.0, "up", "green"),))
    assert of_lanes([lane], HOUR).rows == (("10:00", "10:10", "job", "up"),)
