"""Whether a replay says what Prometheus did."""

import numpy as np

from generators.tuning.agreement import Agreement, agreement, recorded, recorded_firings
from generators.tuning.model import RecordedSeries, TimeGrid
from generators.tuning.replay import Firing

GRID = TimeGrid(0, 60, 24 * 60)
BY = ("region",)


def firing(began: int, region: str = "us") -> Firing:
    """Return a firing, in minutes; with a label that the other side lacks."""
    return Firing(labels=(("region", region), ("severity", "high")), began=began * 60, ended=None)


def test_firings_are_matched_one_to_one() -> None:
    """Within two evaluations, at the same place; each once."""
    replayed = [firing(100), firing(200), firing(300), firing(400, "eu")]
    real = [firing(102), firing(203), firing(299), firing(301), firing(400)]
    found = agreement(replayed, real, BY, GRID)
    assert found == Agreement(both=2, only_replayed=2, only_recorded=3)
    assert found.share == 2 / 7


def test_the_first_hour_is_not_compared() -> None:
    """Windows are not full in it; of nothing there is no share."""
    found = agreement([firing(59)], [firing(30)], BY, GRID)
    assert (found, found.share) == (Agreement(0, 0, 0), None)
    assert agreement([firing(60)], [firing(60)], BY, GRID).share == 1


def test_recorded_firings_go_on_while_nothing_is_evaluated() -> None:
    """That Prometheus was away is no end; its other labels separate nothing."""
    values = np.full(GRID.count, np.nan)
    values[[100, 101, 104, 105, 200]] = 1.0
    evaluated = np.full(GRID.count, fill_value=True)
    evaluated[[102, 103]] = False
    series = RecordedSeries((("alertname", "A"), ("region", "us")), values)
    assert recorded_firings([series], BY, evaluated, GRID) == (
        Firing(labels=(("region", "us"),), began=6000, ended=6360),
        Firing(labels=(("region", "us"),), began=12000, ended=12060),
    )
    assert recorded("A") == 'ALERTS{alertname="A",alertstate="firing"}'
