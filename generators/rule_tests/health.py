"""When an alert on the monitoring itself fires: where its series are wrong, and only there."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from generators.policy import EVALUATION
from generators.rule_tests.document import Case, Check, Document, Firing, named
from generators.rule_tests.places import PLACES
from generators.rule_tests.stimulus import Pairs, Series
from generators.rule_tests.story import Phase, inputs
from generators.rules.build import Rules
from generators.rules.health import BRIDGE_JOB, EXPORTER_JOB, WATCHDOG
from generators.rules.model import Alerting

_PROJECT = ("gcp_project", PLACES["gcp_project"])
_FAMILY = ("family", "cloudrun_requests_total")
_OTHER = ("family", "cloudrun_instances")


@dataclass(frozen=True, slots=True)
class Row:
    """What fires an alert: series that are wrong, what they are where all is right, the value.

    labels  of the alert that fires; `first` is the minute in which its condition first holds
    """

    wrong: tuple[Series, ...]
    right: tuple[Series, ...]
    labels: Pairs
    value: float
    first: int = 1


def _is(name: str, value: float, *labels: tuple[str, str]) -> Series:
    return Series(name, labels, (value,), counter=False)


def _rises(name: str, value: float, *labels: tuple[str, str]) -> Series:
    return Series(name, labels, (value,), counter=True)


def _target(job: str) -> Pairs:
    return (("job", job), ("instance", f"{job}:9841"))


def _gauge(name: str, wrong: float, right: float, *labels: tuple[str, str]) -> Row:
    return Row((_is(name, wrong, *labels),), (_is(name, right, *labels),), labels, wrong)


def _counter(name: str, each: float, value: float, *labels: tuple[str, str]) -> Row:
    wrong, right = _rises(name, each, *labels), _rises(name, 0, *labels)
    return Row((wrong,), (right,), labels, value)


_EXPORTER = _target(EXPORTER_JOB)
_AGE, _BUDGET = "ionmon_data_age_seconds", _is("ionmon_cost_budget_dollars", 50, *_EXPORTER)
_COST = "ionmon_cost_projected_dollars"
_APPLICATION = ("application", "ion")
ROWS: Mapping[str, Row] = {
    "ExporterDown": _gauge("up", 0, 1, *_EXPORTER),
    "DataStale": Row(
        (_is(_AGE, 905, _PROJECT, _FAMILY), _is(_AGE, 2000, _PROJECT, _OTHER)),
        (_is(_AGE, 895, _PROJECT, _FAMILY), _is(_AGE, 2000, _PROJECT, _OTHER)),
        (_PROJECT,),
        905,
    ),
    "CollectorFailing": _gauge("ionmon_collector_success", 0, 1, ("collector", "redis")),
    "ApplicationSilent": Row(
        (_is("ionmon_application_lag_seconds", 305, _APPLICATION),),
        (_is("ionmon_application_lag_seconds", 295, _APPLICATION),),
        (_APPLICATION,),
        305,
    ),
    "BudgetNear": Row(
        (_is(_COST, 45.5, *_EXPORTER), _BUDGET),
        (_is(_COST, 44.5, *_EXPORTER), _BUDGET),
        _EXPORTER,
        45.5,
    ),
    "SettingsRefused": _gauge("ionmon_config_last_reload_successful", 0, 1, *_EXPORTER),
    "SeriesDropped": _counter(
        "ionmon_series_dropped_total", 1, 1, _FAMILY, ("reason", "series_limit")
    ),
    "NotificationFailing": _counter(
        "alertmanager_notifications_failed_total", 1, 1, ("integration", "slack")
    ),
    "RuleFailing": _counter(
        "prometheus_rule_evaluation_failures_total", 1, 1, ("rule_group", "ion_alerts")
    ),
    "RemoteWriteFailing": _counter(
        "prometheus_remote_storage_samples_failed_total", 1, 1, ("remote_name", "longterm")
    ),
    "BridgeDown": _gauge("up", 0, 1, *_target(BRIDGE_JOB)),
}
_ALIVE = _is("up", 1, *_EXPORTER)
_LOST = 600.5  # seconds
_GAP = "ionmon_data_gap_seconds_total"


def document(rules: Rules, rule: Alerting) -> Document:
    """Return the tests of an alert."""
    files = named(rules.main, "health.yml")
    if rule.alert == WATCHDOG:
        checks = tuple(Check(minute, (Firing((), 1),)) for minute in (0, 30))
        return Document(rule, files, (Case("always", (), checks),))
    if rule.alert == "CounterGap":
        return Document(rule, files, (_gap(),))
    row = ROWS[rule.alert]
    fires = row.first + ceil(rule.hold / EVALUATION)
    firing = (Firing(row.labels, row.value),)
    wrong, right, half = row.wrong, row.right, max(fires // 2, 1)
    alive = () if "up" in {series.name for series in wrong} else (_ALIVE,)
    cases = [
        _case(
            "wrong", (Phase((*wrong, *alive), fires + 5),), Check(fires - 1), Check(fires, firing)
        ),
        _case("right", (Phase((*right, *alive), fires + 5),), Check(fires + 4)),
        _case(
            "wrong for too short",
            (Phase(wrong, half), Phase(right, fires + 5)),
            *(Check(minute) for minute in (fires, fires + 5) if not _counts(row)),
        ),
    ]
    if rule.alert == "ExporterDown":
        nobody = Firing((("job", EXPORTER_JOB),), 1)
        cases.append(_case("no exporter at all", (), Check(fires + 1, (nobody,))))
    return Document(rule, files, tuple(case for case in cases if case.checks))


def _counts(row: Row) -> bool:
    """Say whether a window still knows what is over."""
    return row.wrong[0].counter


def _case(name: str, phases: tuple[Phase, ...], *checks: Check) -> Case:
    return Case(name, tuple(inputs(phases)), checks)


def _gap() -> Case:
    """Return a gap of ten minutes, once, of one of two families."""
    labels, other = (_PROJECT, _FAMILY), (_PROJECT, _OTHER)
    whole = _rises(_GAP, 0, *other)
    phases = (
        Phase((_rises(_GAP, 0, *labels), whole), 70),
        Phase((_rises(_GAP, _LOST, *labels), whole), 1),
        Phase((_rises(_GAP, 0, *labels), whole), 80),
    )
    found = Firing(labels, _LOST)
    return _case("a gap", phases, Check(70), Check(100, (found,)), Check(140))
