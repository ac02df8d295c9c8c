"""When an alert on the monitoring itself fires: where its series are wrong, and only there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil

from exporter.catalog.alert_names import CANARY
from generators.incomplete import Incomplete
from generators.policy import BAD_EVENTS, EVALUATION, WATCHDOG
from generators.rule_tests.document import Check, ExpectedFiring, RuleTestCase, RuleTestFile, named
from generators.rule_tests.scenes import BASE_LABELS
from generators.rule_tests.stimulus import InputSeries, Pairs
from generators.rule_tests.story import Phase, inputs
from generators.rules.budgets import LATENCY
from generators.rules.build import Rules
from generators.rules.delivery_rows import BRIDGE_JOB
from generators.rules.health_rows import EXPORTER_JOB
from generators.rules.model import Alerting

_PROJECT = ("gcp_project", BASE_LABELS["gcp_project"])
_FAMILY = ("family", "cloudrun_requests_total")
_OTHER = ("family", "cloudrun_instances")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What fires an alert: series that are wrong, what they are where all is right, the value.

    labels  of the alert that fires; `first` is the minute in which its condition first holds
    """

    wrong: tuple[InputSeries, ...]
    right: tuple[InputSeries, ...]
    labels: Pairs
    value: float
    first: int = 1


def _is(name: str, value: float, *labels: tuple[str, str]) -> InputSeries:
    return InputSeries(name, labels, (value,), counter=False)


def _rises(name: str, value: float, *labels: tuple[str, str]) -> InputSeries:
    return InputSeries(name, labels, (value,), counter=True)


def _target(job: str) -> Pairs:
    return (("job", job), ("instance", f"{job}:9841"))


def _gauge(name: str, wrong: float, right: float, *labels: tuple[str, str]) -> Fault:
    return Fault(
        wrong=(_is(name, wrong, *labels),),
        right=(_is(name, right, *labels),),
        labels=labels,
        value=wrong,
    )


def _counter(name: str, each: float, value: float, *labels: tuple[str, str]) -> Fault:
    wrong, right = _rises(name, each, *labels), _rises(name, 0, *labels)
    return Fault(wrong=(wrong,), right=(right,), labels=labels, value=value)


def _by_two(
    name: str, value: float, *labels: tuple[str, str], twice: bool
) -> tuple[InputSeries, ...]:
    """Return the series of one exporter, and the same of another one, or that of another thing."""
    (key, _), *rest = labels
    own = labels if twice else ((key, "another"), *rest)
    return (
        _is(name, value, ("job", EXPORTER_JOB), ("instance", "one:9841"), *labels),
        _is(name, value, ("job", EXPORTER_JOB), ("instance", "two:9841"), *own),
    )


_EXPORTER = _target(EXPORTER_JOB)
_AGE, _BUDGET = "ionmon_data_age_seconds", _is("ionmon_cost_budget_dollars", 50, *_EXPORTER)
_COST = "ionmon_cost_projected_dollars"
_APPLICATION = ("application", "ion")
_FIELDS, _MOST_FIELDS = "ionmon_application_fields", "ionmon_application_fields_limit"
_DISK = ("family", "cloudsql_disk_used_bytes")
_POLL, _LAG = "ionmon_poll_interval_seconds", "cloudsql_replica_lag_seconds"
_SECOND = _is("up", 1, ("job", EXPORTER_JOB), ("instance", "second:9841"))
_REDIS = (("redis_id", "cache"), ("redis_node", "10.0.0.1:6379"))
_SERVICE, _REQUESTS = (_PROJECT, ("service_name", "ion")), LATENCY.requests(30 * 60)
_REGION = tuple((name, BASE_LABELS[name]) for name in ("gcp_project", "region"))
FAULTS: Mapping[str, Fault] = {
    "ExporterDown": Fault(
        wrong=(_is("up", 0, *_EXPORTER),),
        right=(_is("up", 1, *_EXPORTER),),
        labels=(),
        value=1,
        first=0,
    ),
    "OneExporterDown": Fault(
        wrong=(_is("up", 0, *_EXPORTER), _SECOND),
        right=(_is("up", 1, *_EXPORTER), _SECOND),
        labels=_EXPORTER,
        value=0,
    ),
    "ProductStale": Fault(
        wrong=(_is(_AGE, 905, _PROJECT, _DISK), _is(_AGE, 100, _PROJECT, _FAMILY)),
        right=(_is(_AGE, 895, _PROJECT, _DISK), _is(_AGE, 100, _PROJECT, _FAMILY)),
        labels=(_PROJECT, ("product", "cloudsql")),
        value=905,
    ),
    "PollsStretched": Fault(
        wrong=(_is(_POLL, 151, _PROJECT, _FAMILY), _is(_POLL, 900, _PROJECT, _DISK)),
        right=(_is(_POLL, 149, _PROJECT, _FAMILY), _is(_POLL, 900, _PROJECT, _DISK)),
        labels=(_PROJECT,),
        value=151,
    ),
    "DataStale": Fault(
        wrong=(_is(_AGE, 905, _PROJECT, _FAMILY), _is(_AGE, 2000, _PROJECT, _OTHER)),
        right=(_is(_AGE, 895, _PROJECT, _FAMILY), _is(_AGE, 2000, _PROJECT, _OTHER)),
        labels=(_PROJECT,),
        value=905,
    ),
    "CollectorFailing": _gauge("ionmon_collector_success", 0, 1, ("collector", "redis")),
    "ApplicationSilent": Fault(
        wrong=(_is("ionmon_application_lag_seconds", 305, _APPLICATION),),
        right=(_is("ionmon_application_lag_seconds", 295, _APPLICATION),),
        labels=(_APPLICATION,),
        value=305,
    ),
    "ApplicationFieldsHigh": Fault(
        wrong=(_is(_FIELDS, 81_000, _APPLICATION), _is(_MOST_FIELDS, 100_000, _APPLICATION)),
        right=(_is(_FIELDS, 79_000, _APPLICATION), _is(_MOST_FIELDS, 100_000, _APPLICATION)),
        labels=(_APPLICATION,),
        value=0.81,
    ),
    "BudgetNear": Fault(
        wrong=(_is(_COST, 45.5, *_EXPORTER), _BUDGET),
        right=(_is(_COST, 44.5, *_EXPORTER), _BUDGET),
        labels=_EXPORTER,
        value=45.5,
    ),
    "DataReadTwice": Fault(
        wrong=_by_two(_AGE, 60, _PROJECT, _FAMILY, twice=True),
        right=_by_two(_AGE, 60, _PROJECT, _FAMILY, twice=False),
        labels=(_PROJECT,),
        value=1,
    ),
    "RedisReadTwice": Fault(
        wrong=_by_two("redis_up", 1, *_REDIS, twice=True),
        right=_by_two("redis_up", 1, *_REDIS, twice=False),
        labels=_REDIS,
        value=2,
    ),
    "PrometheusFlagWrong": _gauge(
        "ionmon_prometheus_flag_correct",
        0,
        1,
        ("address", "127.0.0.1:9090"),
        ("flag", "rules.alert.for-grace-period"),
        ("expected", "1m"),
    ),
    "SettingsRefused": _gauge("ionmon_config_last_reload_successful", 0, 1, *_EXPORTER),
    "SeriesDropped": _counter("ionmon_series_dropped_total", 1, 1, _FAMILY, ("reason", "limit")),
    "NotificationFailing": _counter(
        "alertmanager_notifications_failed_total", 1, 1, ("integration", "slack")
    ),
    "RuleFailing": _counter(
        "prometheus_rule_evaluation_failures_total", 1, 1, ("rule_group", "ion_alerts")
    ),
    "EvaluationsMissed": _counter(
        "prometheus_rule_group_iterations_missed_total", 1, 1, ("rule_group", "ion_recording")
    ),
    "RemoteWriteFailing": _counter(
        "prometheus_remote_storage_samples_failed_total", 1, 1, ("remote_name", "longterm")
    ),
    "LatencyUnmeasured": Fault(
        wrong=(_is(_REQUESTS, BAD_EVENTS + 1, *_SERVICE),),
        right=(_is(_REQUESTS, BAD_EVENTS - 1, *_SERVICE),),
        labels=_SERVICE,
        value=BAD_EVENTS + 1,
    ),
    "BridgeDown": _gauge("up", 0, 1, *_target(BRIDGE_JOB)),
    "DeliveryFailing": _gauge(
        "ionmon_bridge_delivery_failing_seconds", 601, 599, ("target", "sentry")
    ),
    "DeadLetters": _gauge("ionmon_bridge_dead_letters", 2, 0, ("target", "sentry")),
    "ChainSlow": _gauge("ionmon_chain_seconds", 11, 9, *_target(BRIDGE_JOB)),
    "CanaryMissing": _gauge("ionmon_chain_age_seconds", 4501, 4499, *_target(BRIDGE_JOB)),
}
_ALIVE = _is("up", 1, *_EXPORTER)
_LOST = 600.5  # seconds
_GAP = "ionmon_data_gap_seconds_total"


def document(rules: Rules, rule: Alerting) -> RuleTestFile:
    """Return the tests of an alert."""
    files = named(rules.main, "health.yml")
    if rule.alert == WATCHDOG:
        checks = tuple(Check(minute, (ExpectedFiring((), 1),)) for minute in (0, 30))
        return RuleTestFile(rule, files, (RuleTestCase("always", (), checks),))
    if rule.alert in _STORIES:
        return RuleTestFile(rule, files, _STORIES[rule.alert]())
    if rule.alert not in FAULTS:
        raise Incomplete(
            f"alert {rule.alert} has no test; say what makes it fire in FAULTS of "
            f"generators/rule_tests/health.py"
        )
    row = FAULTS[rule.alert]
    fires = row.first + ceil(rule.for_ / EVALUATION)
    firing = (ExpectedFiring(row.labels, row.value),)
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
        cases.append(_case("no exporter at all", (), Check(fires + 1, firing)))
        one = (Phase((*row.wrong, _SECOND), fires + 5),)
        cases.append(_case("one of two", one, Check(fires + 4)))
    return RuleTestFile(rule, files, tuple(case for case in cases if case.checks))


def _counts(row: Fault) -> bool:
    """Say whether a window still knows what is over."""
    return row.wrong[0].counter


def _case(name: str, phases: tuple[Phase, ...], *checks: Check) -> RuleTestCase:
    return RuleTestCase(name, tuple(inputs(phases)), checks)


def _gap() -> tuple[RuleTestCase, ...]:
    """Return gaps of ten minutes: of a family that is known, and of one that is first seen so."""
    labels, other = (_PROJECT, _FAMILY), (_PROJECT, _OTHER)
    whole = _rises(_GAP, 0, *other)
    phases = (
        Phase((_rises(_GAP, 0, *labels), whole), 70),
        Phase((_rises(_GAP, _LOST, *labels), whole), 1),
        Phase((_rises(_GAP, 0, *labels), whole), 80),
    )
    found = ExpectedFiring(labels, _LOST)
    known = _case("a gap", phases, Check(70), Check(100, (found,)), Check(140))
    begins = _is(_GAP, _LOST, *labels)  # an exporter that was away for long shows it at once
    new = (Phase((whole,), 70), Phase((begins, whole), 80))
    return known, _case("a gap at the start", new, Check(70), Check(100, (found,)), Check(140))


def _restarted() -> tuple[RuleTestCase, ...]:
    """Return a family whose counting begins anew, beside one that goes on over a restart."""
    start, labels = "ionmon_counting_start_timestamp_seconds", (*_EXPORTER, _PROJECT, _FAMILY)
    other = _is(start, 1000, *_EXPORTER, _PROJECT, _OTHER)
    phases = (
        Phase((_is(start, 1000, *labels), other), 30),
        Phase((other,), 3),
        Phase((_is(start, 5000, *labels), other), 40),
    )
    found = ExpectedFiring((*_EXPORTER, _PROJECT), 1)
    again = (*phases[:2], Phase((_is(start, 1000, *labels), other), 40))
    return (
        _case("another start", phases, Check(30), Check(36, (found,)), Check(60)),
        _case("the same start", again, Check(30), Check(36), Check(60)),
    )


def _stopped() -> tuple[RuleTestCase, ...]:
    """Return replicas: one that stops, one that is slow, and one that never ran."""

    def lag(value: float, database: str) -> InputSeries:
        return _is(_LAG, value, *_REGION, ("database_id", database))

    phases = (
        Phase((lag(0.1, "stops"), lag(0.1, "slow"), lag(-1, "never")), 30),
        Phase((lag(-1, "stops"), lag(900, "slow"), lag(-1, "never")), 30),
    )
    found = ExpectedFiring((*_REGION, ("database_id", "stops")), -1)
    return (_case("replicas", phases, Check(30), Check(50, (found,))),)


def _hourly() -> tuple[RuleTestCase, ...]:
    """Return an hour in which the test alert fires for its first ten minutes."""
    values = {59: None, 60: 0, 69: 9, 70: None, 119: None, 120: 0}
    checks = (Check(at, () if v is None else (ExpectedFiring((), v),)) for at, v in values.items())
    return (RuleTestCase("each hour", (), tuple(checks)),)


_STORIES: Mapping[str, Callable[[], tuple[RuleTestCase, ...]]] = {
    "CounterGap": _gap,
    "CountingRestarted": _restarted,
    "ReplicationStopped": _stopped,
    CANARY: _hourly,
}
