"""The metrics of an application have the catalog's names, types and labels."""

from collections import Counter
from pathlib import Path

from prometheus_client import CollectorRegistry

from exporter.application.families import SchemaKey, joined
from exporter.application.state import Schema
from exporter.catalog import application as catalog
from exporter.exposition.samples import Buckets
from exporter.recorder import Application, Recorder
from exporter.recorder.application import MOST_ENDPOINTS, MOST_NAMES
from exporter.recorder.changes import RegistryReader
from exporter.recorder.layout import family_parts, parts
from tests import servers
from tests.exporter.recorder.reading import page, recorder


def busy(application: Application) -> None:
    """Call everything once or twice."""
    application.request("/users/{id}", "GET", 204, 0.02)
    application.request("/users/{id}", "BREW", 503, 40.0)
    application.cache_hit()
    application.cache_miss()
    application.cache_eviction(3)
    application.query(0.004)
    application.pool(3, 7, 20)
    application.routing_decision(0.9, "Lua")
    application.active_user("someone")
    application.feature_used("chat")


def test_everything_is_on_the_page(tmp_path: Path) -> None:
    """Each call is counted under its family, and the exporter leaves none out."""
    with servers.redis(tmp_path) as server:
        flushing = recorder(server, region="us")
        busy(Application(flushing))
        assert flushing.flush()
        found = page(server)
    assert {family.name for family in catalog.FAMILIES} == set(found)
    histograms = {n: v for n, values in found.items() for v in values.values()
                  if isinstance(v, Buckets)}  # fmt: skip
    plain = {n: v for n, v in found.items() if n not in histograms}
    requests = plain["app_requests_total"]
    assert len(requests) == 10  # each class at zero from a route's first request
    plain["app_requests_total"] = {labels: n for labels, n in requests.items() if n}
    assert plain == {
        "app_requests_total": {
            ("us", "/users/{id}", "GET", "2xx"): 1,
            ("us", "/users/{id}", "other", "5xx"): 1,
        },
        "app_cache_l1_hits_total": {("us",): 1},
        "app_cache_l1_misses_total": {("us",): 1},
        "app_cache_l1_evictions_total": {("us",): 3},
        "app_pool_connections": {("us", "active"): 3.0, ("us", "idle"): 7.0},
        "app_pool_limit": {("us",): 20.0},
        "app_persona_requests_total": {("us", "Lua"): 1},
        "app_active_users": {("us", "5m"): 1, ("us", "1h"): 1, ("us", "1d"): 1},
        "app_feature_uses_total": {("us", "chat"): 1},
    }
    assert {name: (sum(v.counts), v.sum) for name, v in histograms.items()} == {
        "app_request_duration_seconds": (2, 40.02),
        "app_query_duration_seconds": (1, 0.004),
        "app_routing_confidence_ratio": (1, 0.9),
    }


def test_free_values_are_bounded() -> None:
    """However many endpoints, personas and features there are, few are series."""
    registry = CollectorRegistry()
    application = Application(Recorder("redis://127.0.0.1", registry=registry))
    for number in range(300):
        application.request(f"/{number}", "GET", 200, 0.1)
        application.routing_decision(0.5, f"p{number}")
        application.feature_used(f"f{number}")
    totals = RegistryReader(registry, {}, {}).read().totals
    values = {(f.family, f.values[0]) for f in map(parts, totals) if f.values}
    found = Counter(name for name, _ in values)
    assert found == {
        "app_requests_total": MOST_ENDPOINTS + 1,
        "app_request_duration_seconds": MOST_ENDPOINTS + 1,
        "app_persona_requests_total": MOST_NAMES + 1,
        "app_feature_uses_total": MOST_NAMES + 1,
    }
    others = [v for n, v in totals.items() if parts(n).family == "app_feature_uses_total" and
              parts(n).values == ("other",)]  # fmt: skip
    assert others == [250.0]


def test_shapes_fit_the_catalog() -> None:
    """Every metric is the catalog's own family, whichever order its labels are in."""
    registry = CollectorRegistry()
    busy(Application(Recorder("redis://127.0.0.1", registry=registry)))
    shapes = RegistryReader(registry, {"region": "us"}, {}).read().shapes
    schemas = {SchemaKey(2, *family_parts(n)): Schema(s, 0.0) for n, s in shapes.items()}
    found, unfit = joined(schemas)
    families = {each.family for each in found.values()}
    assert (set(catalog.FAMILIES) - {catalog.ACTIVE_USERS}, {}) == (families, unfit)


def test_its_help_is_the_catalog_s() -> None:
    """An application's own page and the exporter's say the same of a metric."""
    registry = CollectorRegistry()
    busy(Application(Recorder("redis://127.0.0.1", registry=registry)))
    shapes = RegistryReader(registry, {}, {}).read().shapes
    helps = {family.name: family.help for family in catalog.FAMILIES}
    found = {family_parts(name)[0]: shape for name, shape in shapes.items()}
    assert {name: f"{shape.help} [application]" for name, shape in found.items()} == {
        name: helps[name] for name in found
    }
