"""Incidents from windows in which an objective burnt."""

from pathlib import Path

import numpy as np

from exporter.settings import load
from generators.policy import policy
from generators.tuning.budget_conditions import BurnSeries, of_burn
from generators.tuning.burnt_incidents import burnt_incidents
from generators.tuning.compared import Answers
from generators.tuning.incidents import Incident, IncidentOrigin
from generators.tuning.model import RecordedSeries, TimeGrid, Values

REFERENCE = load(Path(__file__).parents[3] / "examples" / "reference.yaml")
GRID = TimeGrid(6000, 60, 200)
PLACE = (("gcp_project", "p"), ("service_name", "s"))


def series() -> BurnSeries:
    """Return what shows that the objective of availability burnt."""
    row = policy(REFERENCE).breach
    assert row is not None
    return of_burn(row)


def answers(long: Values, short: Values, bad: Values) -> Answers:
    """Return answers of the first pair; the second is calm."""
    calm = np.zeros(GRID.count)
    found = zip(series().of_places, (long, short, bad, calm, calm, calm), strict=True)
    return {each: (RecordedSeries(PLACE, values),) for each, values in found}


def during(*spans: tuple[int, int]) -> Values:
    """Return a burn rate that is too fast in these minutes."""
    found = np.zeros(GRID.count)
    for start, end in spans:
        found[start:end] = 20.0
    return found


def test_an_incident_is_as_long_as_the_short_window_burns() -> None:
    """From before the long window says that it matters, over a short pause, to its end."""
    given = answers(during((30, 90)), during((20, 50), (60, 70)), during((0, 200)))
    assert burnt_incidents([series()], given, GRID) == (
        Incident(
            id="availability-p-s-7200",
            start=7200.0,
            end=10200.0,
            labels=PLACE,
            severity="critical",
            origin=IncidentOrigin.OBJECTIVE,
            signals=frozenset({"availability"}),
        ),
    )


def test_a_burst_that_spends_little_is_none() -> None:
    """Nor one with few errors; what still burns has no end."""
    short = during((20, 50))
    assert burnt_incidents([series()], answers(during(), short, during((0, 200))), GRID) == ()
    assert burnt_incidents([series()], answers(during((20, 50)), short, during()), GRID) == ()
    last = during((190, 200))
    (found,) = burnt_incidents([series()], answers(last, last, during((0, 200))), GRID)
    assert found.end is None


def test_times_far_apart_are_two() -> None:
    """More than a quarter of an hour."""
    both = during((20, 30), (46, 60))
    assert len(burnt_incidents([series()], answers(both, both, during((0, 200))), GRID)) == 2
