"""After a reload a poll exposes what others read of its projects, until it has read itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exporter.collectors.base import Delivery
from exporter.collectors.inheritance import inherited
from tests.exporter.collectors.scopes import INSTANCES, ScopeBench, by_project

LISTED: dict[str, Any] = {"projects": ["s", "a", "b"]}
SCOPE: dict[str, Any] = {"scope": "s"}
MIXED: dict[str, Any] = {"scope": "s", "projects": ["b"]}
ALONE: dict[str, Any] = {"projects": ["a"]}
METRIC = {
    "type": "run.googleapis.com/request_count",
    "resource": "cloud_run_revision",
    "kind": "DELTA",
    "value": "INT64",
    "help": "Requests.",
}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ScopeBench]:
    """Give three projects, of which s sees all, after half an hour of requests."""
    found = ScopeBench(tmp_path / "state.db", "s", "a", "b")
    found.minutes(30, 10, 20, 30)
    yield found
    found.store.close()


def reloaded(bench: ScopeBench, **google: Any) -> dict[str, Delivery]:
    """Read once, load other settings, and return what their polls inherit."""
    delivered = bench.read()
    before = [(poll, delivered[poll.name]) for poll in bench.collector.polls()]
    bench.use(**google)
    found = {poll.name: inherited(poll, before) for poll in bench.collector.polls()}
    return {name: delivery for name, delivery in found.items() if delivery}


@pytest.mark.parametrize("first", [LISTED, SCOPE, MIXED])
@pytest.mark.parametrize("second", [LISTED, SCOPE, MIXED])
def test_every_project_stays(
    bench: ScopeBench, first: dict[str, Any], second: dict[str, Any]
) -> None:
    """Whoever read a project before, each series is exposed once, and what comes then fits it."""
    bench.use(**first)
    before = by_project(bench.read())
    after = reloaded(bench, **second)
    assert by_project(after) == before
    assert by_project(bench.read()) == before


def test_a_project_that_is_no_longer_read_goes(bench: ScopeBench) -> None:
    """Of what a scope read, a listed project takes its own series only."""
    bench.use(**SCOPE)
    assert set(by_project(reloaded(bench, **ALONE))) == {"a"}


def test_gauges_stay_as_long_as_before(tmp_path: Path) -> None:
    """A gauge is exposed until the time at which it would have expired."""
    bench = ScopeBench(tmp_path / "state.db", "s", "a", "b", family=INSTANCES)
    bench.api.kind = "GAUGE"
    bench.api.labels = [({"state": "active"}, resource) for _, resource in bench.api.labels]
    bench.minutes(10, 1, 2, 3)
    bench.use(**LISTED)
    expires = {delivery.expires for delivery in bench.read().values()}
    after = reloaded(bench, **SCOPE)
    assert by_project(after) == {"s": 1, "a": 2, "b": 3}
    assert {delivery.expires for delivery in after.values()} == expires
    bench.store.close()


def test_the_label_comes_and_goes(tmp_path: Path) -> None:
    """A family that gets the project's label has it at once, and loses it as soon."""
    bench = ScopeBench(tmp_path / "state.db", "s", "a", "b", family="shop_total")
    bench.minutes(30, 10, 20, 30)
    metrics = {"shop_total": METRIC}
    bench.use(metrics=metrics, **ALONE)
    (alone,) = reloaded(bench, metrics=metrics, projects=["a", "b"]).values()
    assert set(by_project({"a": alone})) == {"a"}
    after = reloaded(bench, metrics=metrics, **ALONE)
    (part,) = after["a/shop_total"].parts
    assert part.family.label_names == ()
    assert [sample.labels for sample in part.samples] == [()]
    bench.store.close()


def test_other_labels_are_other_series(tmp_path: Path) -> None:
    """Where the settings give a metric other labels, nothing of before is exposed under them."""
    bench = ScopeBench(tmp_path / "state.db", "s", "a", "b", family="shop_total")
    bench.minutes(30, 10, 20, 30)
    bench.use(metrics={"shop_total": METRIC}, **ALONE)
    labels = {"region": "resource.location"}
    assert reloaded(bench, metrics={"shop_total": {**METRIC, "labels": labels}}, **ALONE) == {}
    bench.store.close()
