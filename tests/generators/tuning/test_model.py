"""The grid of times."""

from generators.tuning.model import TimeGrid


def test_a_grid_has_its_first_and_last_time() -> None:
    """Three minutes from a time on are that time and the two after it."""
    grid = TimeGrid(start=600, step=60, count=3)
    assert grid.times.tolist() == [600, 660, 720]
    assert grid.end == 720
