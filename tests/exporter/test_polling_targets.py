"""Settings say which families are read, how often, and which of their series."""

from types import MappingProxyType
from typing import Any

import pytest
from pydantic import ValidationError

from exporter.catalog import CATALOG
from exporter.catalog.default_set import DEFAULT_SET
from exporter.catalog.model import CloudMonitoring
from exporter.cloud_monitoring.filters import Selection, metric_filter
from exporter.cloud_monitoring.target import FamilyTarget
from exporter.polling_targets import family_targets, redis_targets, unread_targets
from exporter.redis.target import RedisTarget
from exporter.settings import RedisSettings, Settings

POLLED = sorted(n for n, f in CATALOG.items() if isinstance(f.source, CloudMonitoring))
LATENCY, REQUESTS = "cloudrun_request_duration_seconds", "cloudrun_requests_total"


def found(**google: Any) -> dict[str, FamilyTarget]:
    """Return the targets of one project by family."""
    settings = Settings.model_validate({"google": {"projects": ["p-one"], **google}})
    return {target.family.name: target for target in family_targets(settings)}


def test_without_a_word_the_default_set_of_every_project_is_read() -> None:
    """What signals, alerts and dashboards need is read, once a minute, all of its series."""
    google = Settings.model_validate({"google": {"projects": ["p-one", "p-two"]}})
    names = [target.name for target in family_targets(google)]
    default = sorted(DEFAULT_SET)
    assert names == [f"{project}/{name}" for project in ("p-one", "p-two") for name in default]
    family = CATALOG[REQUESTS]
    assert isinstance(family.source, CloudMonitoring)
    assert found()[REQUESTS] == FamilyTarget(
        project="p-one",
        family=family,
        source=family.source,
        interval=60.0,
        limit=10_000,
        selection=Selection(),
        listed=frozenset({"p-one"}),
    )


def test_other_families_are_read_when_they_are_enabled() -> None:
    """A pattern with `enabled` adds families; one that only says how to read them adds none."""
    more = {"memorystore_*": {"enabled": True}, "*": {"interval": "2m"}}
    added = {name for name in POLLED if name.startswith("memorystore_")}
    assert added
    assert set(found(families=more)) == DEFAULT_SET | added
    assert set(found(families={"*": {"enabled": True}})) == set(POLLED)


def test_what_is_not_read_can_be_compared() -> None:
    """The rest of the catalog is what an estimate adds to say what all of it would cost."""
    settings = Settings.model_validate({"google": {"projects": ["p-one"]}})
    names = {target.family.name for target in unread_targets(settings)}
    assert names == set(POLLED) - DEFAULT_SET


def test_no_project_is_nothing_to_read() -> None:
    """Without a project no family is read."""
    assert family_targets(Settings()) == ()


def test_the_longest_pattern_wins_and_the_name_itself_last() -> None:
    """Of what fits a family the more specific counts, in whatever order it is written."""
    families = {
        REQUESTS: {"enabled": True},
        "cloudrun_request*": {"enabled": False},
        "cloudrun_*": {"enabled": True},
        "*": {"enabled": False},
        "cloudrun_requests_total*": {"enabled": False},
    }
    expected = {n for n in POLLED if n.startswith("cloudrun_")}
    expected -= {n for n in POLLED if n.startswith("cloudrun_request")}
    for written in (families, dict(reversed(families.items()))):
        assert set(found(families=written)) == expected | {REQUESTS}


def test_an_entry_says_only_what_it_writes() -> None:
    """An entry without `enabled` leaves a family off that a general one switched off."""
    families = {
        "*": {"enabled": False, "interval": "2m", "series_limit": 7},
        LATENCY: {"enabled": True},
        REQUESTS: {"interval": "5m"},
    }
    shown = found(families=families, poll_interval="30s", series_limit=9)
    assert {n: (t.interval, t.limit) for n, t in shown.items()} == {LATENCY: (120.0, 7)}


def test_each_value_is_inherited_for_itself() -> None:
    """Interval and limit each come from the most specific entry that writes it."""
    families = {"cloudrun_*": {"interval": "2m", "series_limit": 7}, REQUESTS: {"interval": "5m"}}
    shown = found(families=families, poll_interval="30s", series_limit=9)
    names = (REQUESTS, LATENCY, "cloudsql_cpu_utilization_ratio")
    assert [(shown[n].interval, shown[n].limit) for n in names] == [(300.0, 7), (120.0, 7), (30, 9)]


def test_a_period_overrides_what_is_described() -> None:
    """It is a metric's own or comes from the most specific entry; without one it is not set."""
    metric = {
        "type": "custom.googleapis.com/batch/backlog",
        "resource": "global",
        "kind": "GAUGE",
        "value": "INT64",
        "help": "Backlog.",
    }
    shown = found(
        families={"cloudrun_*": {"period": "5m"}, REQUESTS: {"interval": "2m"}},
        metrics={"backlog": {**metric, "period": "15m"}, "other": metric},
    )
    names = (REQUESTS, LATENCY, "cloudsql_cpu_utilization_ratio", "backlog", "other")
    assert [shown[name].period for name in names] == [300.0, 300.0, 0.0, 900.0, 0.0]


def test_filters_become_source_labels() -> None:
    """A filter is on each label by which some product knows services, databases or regions."""
    filters = {
        "services": ["api"],
        "databases": ["p-one:db"],
        "regions": ["us-central1", "europe-west1"],
        "labels": {"metric.state": ["active"]},
    }
    regions = ("us-central1", "europe-west1")
    assert found(filters=filters)[REQUESTS].selection.allowed == {
        "resource.service_name": ("api",),
        "metric.service_name": ("api",),
        "resource.database_id": ("p-one:db",),
        "resource.resource_id": ("p-one:db",),
        "resource.location": regions,
        "resource.region": regions,
        "metric.state": ("active",),
    }


def test_a_family_s_filter_replaces_the_general_one_label_by_label() -> None:
    """What a family's own filter says of a label replaces the general; the rest stays."""
    general = {"services": ["api"], "labels": {"resource.location": ["us-central1"]}}
    own = {REQUESTS: {"filters": {"labels": {"resource.service_name": ["web"]}}}}
    shown = found(filters=general, families=own)
    assert shown[REQUESTS].selection.allowed == {
        "resource.service_name": ("web",),
        "metric.service_name": ("api",),
        "resource.location": ("us-central1",),
    }
    assert shown[LATENCY].selection.allowed["resource.service_name"] == ("api",)
    assert isinstance(shown[LATENCY].selection.allowed, MappingProxyType)


def test_redis_targets_take_what_all_share() -> None:
    """A target without its own interval has the general one; the time limit is for all."""
    settings = RedisSettings.model_validate(
        {
            "poll_interval": "20s",
            "timeout": "2s",
            "targets": [
                {"name": "a", "url": "redis://h:1"},
                {"name": "b", "url": "redis://h:2", "mode": "cluster", "interval": "5s"},
            ],
        }
    )
    assert redis_targets(settings) == (
        RedisTarget(name="a", url="redis://h:1", timeout=2.0, interval=20.0),
        RedisTarget(name="b", url="redis://h:2", mode="cluster", timeout=2.0, interval=5.0),
    )


def test_a_scope_is_called_once_a_family() -> None:
    """The scoping project is called for all of its projects, a listed project for itself."""
    google = {"projects": ["p-one", "s"], "scope": "s"}
    settings = Settings.model_validate({"google": google})
    found = family_targets(settings)
    assert [(t.project, t.scope) for t in found if t.family.name == REQUESTS] == [
        ("p-one", ""),
        ("s", "s"),
    ]
    assert {t.listed for t in found} == {frozenset({"p-one"})}


ORDERS = {
    "type": "custom.googleapis.com/orders",
    "resource": "global",
    "kind": "DELTA",
    "value": "INT64",
    "help": "Orders.",
    "labels": {"shop": "metric.shop"},
    "summed": ["resource.project_id"],
}


@pytest.mark.parametrize(
    ("google", "labels"),
    [
        ({"projects": ["a"]}, None),
        ({"projects": ["a", "b"]}, ("gcp_project", "shop")),
        ({"scope": "a"}, ("gcp_project", "shop")),
        ({"projects": ["a"], "scope": "a"}, ("gcp_project", "shop")),
    ],
)
def test_families_have_the_project_where_several_are_read(
    google: dict[str, Any], labels: tuple[str, ...] | None
) -> None:
    """Configured and application families have a project label as soon as there may be two."""
    google = {**google, "metrics": {"shop_orders_total": ORDERS}}
    settings = Settings.model_validate({"google": google, "application": {"road": "logs"}})
    found = {t.family.name: t for t in family_targets(settings)}
    exposed = found["shop_orders_total"].exposed
    assert (exposed and exposed.label_names) == labels
    own = found["app_requests_total"].exposed
    assert (own and own.label_names[:2]) == (labels and ("gcp_project", "region"))
    assert found[REQUESTS].exposed is None


def test_a_project_label_that_is_another_value_is_refused() -> None:
    """Where two projects are read, gcp_project cannot be read from a label of the metric."""
    metric = {**ORDERS, "labels": {"gcp_project": "metric.tenant"}}
    google = {"projects": ["a"], "metrics": {"shop_orders_total": metric}}
    assert family_targets(Settings.model_validate({"google": google}))
    with pytest.raises(ValidationError, match=r"must be resource\.project_id where several"):
        Settings.model_validate({"google": {**google, "projects": ["a", "b"]}})


def test_a_project_is_listed_once() -> None:
    """A project that is written twice is refused: two polls would count into one ledger."""
    with pytest.raises(ValidationError, match="'a' is written twice"):
        Settings.model_validate({"google": {"projects": ["a", "b", "a"]}})


@pytest.mark.parametrize("road", ["logs", "managed_prometheus"])
def test_filters_and_families_mean_the_same_on_every_road(road: str) -> None:
    """The application's families obey services, intervals, limits and switches like all others."""
    google = {
        "projects": ["p-one"],
        "filters": {"services": ["api"]},
        "families": {
            "*": {"enabled": False},
            "app_*": {"enabled": True, "interval": "5m", "series_limit": 7},
            "app_feature_uses_total": {"enabled": False},
        },
    }
    settings = Settings.model_validate({"google": google, "application": {"road": road}})
    shown = {target.family.name: target for target in family_targets(settings)}
    assert "app_requests_total" in shown
    assert "app_feature_uses_total" not in shown
    assert all(name.startswith("app_") for name in shown)
    for target in shown.values():
        assert (target.interval, target.limit) == (300.0, 7)
        written = metric_filter(target.source, target.selection)
        assert 'labels.service_name = "api"' in written


def test_families_of_another_road_are_refused() -> None:
    """A pattern that fits only what the road does not bring names the pattern and the fix."""
    google = {"projects": ["p-one"], "families": {"app_*": {"interval": "5m"}}}
    with pytest.raises(ValidationError, match="which redis does not bring"):
        Settings.model_validate({"google": google})
