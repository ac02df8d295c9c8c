"""The signals rest on families that exist and have the labels they are split by."""

from exporter.catalog import CATALOG, cloud_run, cloud_sql, redis
from exporter.catalog.expression import (
    Changes,
    Complement,
    Events,
    Kind,
    Level,
    Matcher,
    Ratio,
    Share,
)
from exporter.catalog.model import Reduce, Type, Unit
from exporter.catalog.signals import ALERTED, SIGNALS
from exporter.catalog.walk import expressions_of, families_in

IN_ORDER = """
availability error_rate error_rate_by_endpoint response_time_average response_time_p50
response_time_p95 response_time_p99 throughput cache_hit_rate_l1 cache_hit_rate_l2 cache_evictions
cache_misses replication_lag query_time db_connections cpu_utilization memory_utilization instances
scaling_events redis_health routing_quality persona_share active_users requests_total feature_usage
"""
KINDS = {
    "availability": Kind.AVAILABILITY,
    "error_rate": Kind.ERROR_RATE,
    "error_rate_by_endpoint": Kind.ERROR_RATE,
    "response_time_average": Kind.RESPONSE_TIME,
    "response_time_p50": Kind.RESPONSE_TIME,
    "response_time_p95": Kind.RESPONSE_TIME,
    "response_time_p99": Kind.RESPONSE_TIME,
    "throughput": Kind.THROUGHPUT,
    "cache_hit_rate_l1": Kind.CACHE_HIT_RATE,
    "cache_hit_rate_l2": Kind.CACHE_HIT_RATE,
    "replication_lag": Kind.DB_LAG,
    "cpu_utilization": Kind.CPU,
    "memory_utilization": Kind.MEMORY,
}
BY_NAME = {signal.name: signal for signal in SIGNALS}


def of_class(*classes: str) -> Events:
    """Return Cloud Run's requests that ended with one of these classes."""
    return Events(cloud_run.REQUESTS, (Matcher("response_code_class", classes),))


def test_the_order_of_the_design_stays() -> None:
    """The signals of the design are there, each once, in its order; others may stand between."""
    names = [signal.name for signal in SIGNALS]
    assert IN_ORDER.split() == [name for name in names if name in set(IN_ORDER.split())]
    assert len(set(names)) == len(names)


def test_kinds_are_those_that_alerts_are_stated_for() -> None:
    """A signal has a kind if, and only if, thresholds can be stated for it."""
    kinds = {s.name: s.kind for s in SIGNALS if s.kind is not None}
    assert {name: kinds.get(name) for name in KINDS} == KINDS
    assert [n for n in IN_ORDER.split() if n in kinds and n not in KINDS] == []


def test_every_family_is_in_the_catalog() -> None:
    """What a signal needs is a family of the catalog, the very same."""
    for signal in SIGNALS:
        found = tuple(families_in(*expressions_of(signal)))
        assert found
        assert [f.name for f in found if CATALOG.get(f.name) is not f] == []


def test_every_family_has_the_labels_it_is_split_by() -> None:
    """Each family that a signal needs, its minimum included, carries each label of the split."""
    for signal in SIGNALS:
        for family in families_in(*expressions_of(signal)):
            assert set(signal.by) - set(family.label_names) == set()


def matchers(node: object) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return family, label and values of each matcher of an expression."""
    found = []
    for name in getattr(node, "__dataclass_fields__", {}):
        value = getattr(node, name)
        if name == "matchers":
            found += [(node.family.name, m.label, m.values) for m in value]  # type: ignore[attr-defined]
        for item in value if isinstance(value, tuple) else (value,):
            found += matchers(item)
    return found


def test_every_matcher_names_a_value_that_exists() -> None:
    """A matcher is on a label of its family, and where that is closed on values it has."""
    found = [m for signal in SIGNALS for m in matchers(signal.expression)]
    assert len(found) > 3
    for family, label, values in found:
        closed = {known.name: known.values for known in CATALOG[family].labels}
        assert set(values) <= set(closed[label])


def test_shares_are_of_a_label_of_their_family() -> None:
    """What a share is split into is a label of the family that is counted."""
    shares = [s.expression for s in SIGNALS if isinstance(s.expression, Share)]
    assert {s.by for s in shares} == {"persona", "feature"}
    assert [s for s in shares if s.by not in s.events.family.label_names] == []


def test_events_are_of_what_counts() -> None:
    """Increases are taken of counters and histograms, levels of gauges."""
    for signal in SIGNALS:
        gauges = isinstance(signal.expression, Level | Changes)
        types = {family.type for family in families_in(signal.expression)}
        assert types <= ({Type.GAUGE} if gauges else {Type.COUNTER, Type.HISTOGRAM})


def test_units_are_those_of_what_is_measured() -> None:
    """Ratios are ratios, times are seconds, and a mean has its histogram's unit."""
    for signal in SIGNALS:
        if isinstance(signal.expression, Ratio | Complement | Share):
            assert signal.unit is Unit.RATIO
        for family in families_in(signal.expression):
            if family.unit is not Unit.NONE:
                assert signal.unit is family.unit


def test_the_objectives_are_stated_as_the_design_has_them() -> None:
    """Availability is 1 - 5xx by all, the error rate counts 4xx too, lag is the slowest's."""
    whole = (Events(cloud_run.REQUESTS),)
    expected = {
        "availability": Complement(Ratio((of_class("5xx"),), whole)),
        "error_rate": Ratio((of_class("4xx", "5xx"),), whole),
        "replication_lag": Level(cloud_sql.REPLICA_LAG, Reduce.MAX),
        "redis_health": Level(redis.UP, Reduce.MIN),
    }
    assert expected == {name: BY_NAME[name].expression for name in expected}


def test_what_alerts_need_is_stretched_last() -> None:
    """The families of signals with a kind are alerted, those of the others are not."""
    assert cloud_run.REQUESTS.name in ALERTED
    assert cloud_sql.REPLICA_LAG.name in ALERTED
    assert cloud_run.INSTANCES.name not in ALERTED
