"""What an alert compares is read and joined by place."""

from pathlib import Path

import numpy as np
import pytest

from exporter.prometheus.api import Labels
from exporter.settings import Settings, load
from generators.promql_tree.tree import series_names
from generators.rules.build import build
from generators.rules.model import Alerting, alerts, recordings
from generators.tuning.compared import EVALUATED, compared, evaluated, places
from generators.tuning.model import RecordedSeries, TimeGrid
from generators.tuning.rule_replay import expressions, read

ROOT = Path(__file__).parents[3]
REFERENCE = load(ROOT / "examples" / "reference.yaml")
RULES = build(REFERENCE)
GRID = TimeGrid(600, 60, 2)
PLACE = (("gcp_project", "p"), ("region", "r"), ("service_name", "s"))


def rule(name: str, settings: Settings = REFERENCE, at: int = 0) -> Alerting:
    """Return a form of an alert; 0 is the first."""
    return [each for each in alerts(build(settings).main) if each.alert == name][at]


def recorded(labels: Labels, *values: float) -> RecordedSeries:
    """Return a series."""
    return RecordedSeries(labels, np.array(values))


@pytest.mark.parametrize(
    "alert", [r for r in alerts(RULES.all) if expressions(r)], ids=lambda each: each.title
)
def test_what_is_read_is_what_the_rule_reads(alert: Alerting) -> None:
    """The expressions name the series of the rule's expression, and no others; all are recorded."""
    own = {name for each in expressions(alert) for name in series_names(each)}
    assert own - {"ALERTS"} == {*series_names(alert.expr)} - {"ALERTS"}
    assert own - {"ALERTS"} <= {each.record for each in recordings(RULES.all)}


def test_a_form_for_one_service_reads_its_series_only() -> None:
    """Each form of an alert has the matchers of its services, and its own threshold."""
    text = {"services": {"checkout": {"alerts": {"ErrorRateCritical": {"threshold": 0.05}}}}}
    settings = Settings.model_validate({**REFERENCE.model_dump(by_alias=True), **text})
    usual, own = (compared(rule("ErrorRateCritical", settings, at)) for at in (0, 1))
    assert usual is not None
    assert own is not None
    assert usual.value == 'project_region_service:error_rate:ratio5m{service_name!="checkout"}'
    assert own.some == 'project_region_service:error_rate:ratio5m_any{service_name="checkout"}'
    assert (usual.row.threshold, own.row.threshold) == (0.01, 0.05)


def test_places_are_joined_by_their_labels() -> None:
    """Labels that a server adds separate nothing; what a place lacks is missing."""
    found = compared(rule("ErrorRateCritical"))
    assert found is not None
    of_first, of_second = (("replica", name) for name in "ab")
    answers = dict.fromkeys(found.expressions, ())
    answers |= {
        found.value: (
            recorded((*PLACE, of_first), np.nan, 1.0),
            recorded((*PLACE, of_second), 2.0, 3.0),
        ),
        "global:data:away": (recorded((("__name__", "global:data:away"),), np.nan, 5.0),),
        found.away[1].series: (
            recorded((("gcp_project", "p"), ("product", "cloudrun")), 5.0, np.nan),
        ),
    }
    (place,) = places(found, answers, GRID)
    assert place.labels == PLACE
    np.testing.assert_array_equal(place.value, [2.0, 1.0])
    np.testing.assert_array_equal(place.wider[0], [np.nan, np.nan])
    assert place.prompt.tolist() == [False, True]
    assert place.away.tolist() == [True, True]
    assert place.written.all()


def test_a_level_has_a_mean_and_no_newest_minutes() -> None:
    """Nothing is read that the alert does not compare."""
    found = compared(rule("DatabaseLag"))
    assert found is not None
    assert (found.newest, found.wider, found.some) == ("", (), "")
    assert found.mean == "project_region_database:replication_lag:max_mean5m"
    assert compared(rule("SLABreach")) is None


def test_each_expression_is_read_once() -> None:
    """Alerts on one signal compare the same series; when nothing was evaluated is known, too."""

    class Source:
        def __init__(self) -> None:
            self.asked: list[str] = []

        def series(self, expression: str, grid: TimeGrid) -> tuple[RecordedSeries, ...]:
            self.asked.append(expression)
            return (recorded(PLACE, *np.ones(grid.count)),)

    source, found = Source(), compared(rule("ErrorRateCritical"))
    assert found is not None
    both = [rule("ErrorRateCritical"), rule("ErrorRateWarning")]
    assert read(source, both, GRID).keys() == {*found.expressions}
    assert sorted(source.asked) == sorted(found.expressions)
    assert EVALUATED in source.asked


def test_what_is_old_is_known() -> None:
    """For five minutes after an evaluation; before the first one, and later, others wrote it."""
    values = np.full(10, np.nan)
    values[2] = 1.0
    of_ten = TimeGrid(600, 60, 10)
    old = [3, 4, 5, 6]
    assert np.flatnonzero(~evaluated([recorded((), *values)], of_ten)).tolist() == old
    assert evaluated([], of_ten).all()
