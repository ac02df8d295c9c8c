"""Replayed firings beside recorded ones."""

from pathlib import Path

import numpy as np

from exporter.settings import load
from generators.tuning.agreement import recorded
from generators.tuning.judging import policy_alerts
from generators.tuning.likeness import likeness, recorded_expressions
from generators.tuning.model import RecordedSeries, TimeGrid
from generators.tuning.replay import Firing

RULES = policy_alerts(load(Path(__file__).parents[3] / "examples" / "reference.yaml"))
GRID = TimeGrid(start=600_000, step=60, count=600)
LAG = (("database_id", "replica"), ("gcp_project", "ion"), ("region", "eu"))


def test_firings_of_recorded_alerts_are_compared() -> None:
    """Of two firings one was recorded, a minute later; alerts without a record say nothing."""
    values = np.full(GRID.count, np.nan)
    values[101:110] = 1.0
    series = (RecordedSeries((("alertname", "DatabaseLag"), *LAG), values),)
    firings = {
        "DatabaseLag": tuple(
            Firing(labels=LAG, began=GRID.start + 60 * at, ended=GRID.start + 60 * (at + 9))
            for at in (100, 300)
        ),
        "CPUHigh": (Firing(labels=(), began=GRID.start + 12_000, ended=None),),
    }
    found = likeness(RULES, firings, {recorded("DatabaseLag"): series}, GRID)
    assert (found.both, found.only_replayed, found.only_recorded) == (1, 1, 0)
    assert found.share == 0.5


def test_every_alert_is_looked_for() -> None:
    """Each name once."""
    assert len(recorded_expressions((*RULES, *RULES))) == len({rule.alert for rule in RULES})
