"""Which firings are right, and which incidents they catch."""

from dataclasses import replace

import pytest

from exporter.catalog.signals import SIGNALS
from exporter.prometheus.api import TimeSpan
from generators.tuning.incidents import Incident, IncidentOrigin, SignalSources
from generators.tuning.replay import Firing
from generators.tuning.verdicts import Judging, verdicts

MINUTE = 60
INCIDENT = Incident(id="INC-1", start=100 * MINUTE, end=130 * MINUTE, labels=(("region", "us"),))
BY = Judging(span=TimeSpan(0, 1000 * MINUTE), incidents=(INCIDENT,), sources=SignalSources(SIGNALS))


def firing(began: int, ended: int | None, region: str = "us") -> Firing:
    """Return a firing, in minutes."""
    return Firing(
        labels=(("region", region),),
        began=began * MINUTE,
        ended=None if ended is None else ended * MINUTE,
    )


@pytest.mark.parametrize(
    ("one", "right"),
    [
        (firing(105, 110), True),
        (firing(130, 140), True),
        (firing(131, 140), False),
        (firing(80, 85), True),  # a quarter of an hour before it
        (firing(80, 84), False),
        (firing(0, None), True),
        (firing(105, 110, region="eu"), False),
    ],
)
def test_a_firing_is_right_where_it_meets_an_incident(one: Firing, *, right: bool) -> None:
    """In time, with a quarter of an hour before it, and at its place."""
    found = verdicts([one], "error_rate", BY)
    assert (found.right, found.wrong) == ((1, 0) if right else (0, 1))
    assert len(found.caught) == right
    assert (found.precision.text, found.recall.text) == (f"{int(right)} of 1",) * 2


def test_the_first_firing_says_how_long_it_took() -> None:
    """One incident is caught once; what fired before its start took no time."""
    found = verdicts([firing(120, 125), firing(106, 110)], "error_rate", BY)
    assert [one.delay for one in found.caught] == [6 * MINUTE]
    assert found.right == 2
    early = verdicts([firing(95, 110)], "error_rate", BY)
    assert early.delay(0.5) == 0.0
    assert verdicts([], "error_rate", BY).delay(0.5) is None


def test_the_delay_has_quantiles() -> None:
    """Median and nine of ten."""
    later = replace(INCIDENT, id="INC-2", start=300 * MINUTE, end=310 * MINUTE)
    by = replace(BY, incidents=(INCIDENT, later))
    found = verdicts([firing(102, 103), firing(304, 306)], "error_rate", by)
    assert found.delay(0.5) == 3 * MINUTE
    assert found.delay(0.9) == pytest.approx(3.8 * MINUTE)


def test_an_incident_from_its_own_source_judges_nothing() -> None:
    """A firing that only meets one is neither right nor wrong, and the incident is not missed."""
    own = replace(INCIDENT, origin=IncidentOrigin.OBJECTIVE, signals=frozenset({"availability"}))
    by = replace(BY, incidents=(own,))
    found = verdicts([firing(105, 110), firing(500, 501)], "error_rate", by)
    assert (found.right, found.wrong, found.unjudged) == (0, 1, 1)
    assert (found.caught, found.missed) == ((), ())
    assert verdicts([firing(105, 110)], "replication_lag", by).right == 1


def test_what_lies_in_a_gap_is_not_missed() -> None:
    """Where there was no data, nothing could fire."""
    by = replace(BY, gaps=(TimeSpan(120 * MINUTE, 200 * MINUTE),))
    found = verdicts([], "error_rate", by)
    assert (found.blind, found.missed, found.recall.of) == ((INCIDENT,), (), 0)
    assert verdicts([], "error_rate", BY).missed == (INCIDENT,)


def test_without_a_record_nothing_is_judged() -> None:
    """That nobody wrote down incidents does not say that there were none."""
    found = verdicts([firing(1, 2)], "error_rate", replace(BY, incidents=None))
    assert (found.unjudged, found.precision.of) == (1, 0)


def test_only_the_span_is_judged() -> None:
    """An incident before it is neither caught nor missed."""
    by = replace(BY, span=TimeSpan(200 * MINUTE, 1000 * MINUTE))
    assert verdicts([], "error_rate", by).recall.of == 0
