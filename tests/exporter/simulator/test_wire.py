"""Metric descriptors and values on the wire, against the catalog."""

from collections.abc import Iterator

import pytest
from google.api_core.exceptions import InvalidArgument, NotFound

from exporter.catalog.model import ValueType
from exporter.simulator.wire import KINDS, VALUES, label_keys
from exporter.simulator.world import Metric, World
from tests.exporter.simulator.asking import COUNT, NOON, ROWS, Asker, asking

METRICS = [metric for metrics in World().metrics.values() for metric in metrics]


@pytest.fixture(scope="module")
def asker() -> Iterator[Asker]:
    """Serve a calm world at noon, with the documented delays."""
    with asking(World(start=NOON, scale=0.01)) as found:
        yield found


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.family.name)
def test_every_family_is_served_as_the_catalog_says(asker: Asker, metric: Metric) -> None:
    """Series have the catalog's kind, value type and labels, and so has the descriptor."""
    source = metric.source
    text = f'metric.type = "{source.metric}" AND resource.type = "{source.resource}"'
    asker.clock.time = NOON + 600
    found = [s for p in asker.pages_of(text, NOON - 600, NOON) for s in p.time_series]
    known = {o for _, o in source.labels} | set(source.summed)
    seen = {f"metric.{k}" for s in found for k in s.metric.labels}
    seen |= {f"resource.{k}" for s in found for k in s.resource.labels}
    described = asker.client.get_metric_descriptor(
        name=f"projects/ion-demo/metricDescriptors/{source.metric}"
    )
    assert {(KINDS[source.kind], VALUES[source.value])} == {
        (s.metric_kind, s.value_type) for s in found
    }
    assert known >= seen
    assert (KINDS[source.kind], VALUES[source.value]) == (
        described.metric_kind,
        described.value_type,
    )
    assert source.resource in described.monitored_resource_types
    assert set(label_keys(source)) <= {label.key for label in described.labels}
    assert source.delay == described.metadata.ingest_delay.seconds
    assert source.period == described.metadata.sample_period.seconds


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.family.name)
def test_every_exported_label_has_a_value(metric: Metric) -> None:
    """No label that the catalog exports is missing from the series of its family."""
    source = metric.source
    found = World(start=NOON).series(source.metric, source.resource, NOON - 600, NOON)
    for _, origin in source.labels:
        where, _, key = origin.partition(".")
        assert all(key in (s.metric if where == "metric" else s.resource) for s in found), origin


def test_values_have_the_type_they_claim(asker: Asker) -> None:
    """The field of every point's value is the one of the series' value type."""
    fields = {
        VALUES[ValueType.BOOL]: "bool_value",
        VALUES[ValueType.INT64]: "int64_value",
        VALUES[ValueType.DOUBLE]: "double_value",
        VALUES[ValueType.DISTRIBUTION]: "distribution_value",
    }
    asker.clock.time = NOON + 600
    for metric in METRICS:
        for page in asker.pages(metric.source.metric, NOON - 120, NOON):
            for series in page.time_series:
                found = {point.value.WhichOneof("value") for point in series.points}
                assert {fields[series.value_type]} == found, metric.family.name


def test_descriptors_are_listed_by_prefix_and_page(asker: Asker) -> None:
    """A prefix selects its metrics, and small pages give the same list."""
    text = 'metric.type = starts_with("run.googleapis.com/")'
    request = {"name": "projects/ion-demo", "filter": text}
    found = [d.type for d in asker.client.list_metric_descriptors(request=request)]
    paged = asker.client.list_metric_descriptors(request={**request, "page_size": 3})
    assert found == [d.type for d in paged]
    assert {m for m in World().metrics if m.startswith("run.")} == set(found)


def test_units_are_google_s(asker: Asker) -> None:
    """Latencies are in ms, utilisation in 10^2.%, bytes in By, counts in 1."""
    units = {d.type: d.unit for d in asker.client.list_metric_descriptors(name="projects/ion-demo")}
    run = "run.googleapis.com/"
    assert units[f"{run}request_latencies"] == "ms"
    assert units[f"{run}container/cpu/utilizations"] == "10^2.%"
    assert units[f"{run}container/network/sent_bytes_count"] == "By"
    assert units[COUNT] == units[ROWS] == "1"


def test_descriptors_that_are_not_there_are_refused(asker: Asker) -> None:
    """An unknown metric type is NOT_FOUND, a wrong page token INVALID_ARGUMENT."""
    with pytest.raises(NotFound, match="none"):
        asker.client.get_metric_descriptor(name="projects/ion-demo/metricDescriptors/none")
    request = {"name": "projects/ion-demo", "page_token": "x"}
    with pytest.raises(InvalidArgument, match="pageToken"):
        asker.client.list_metric_descriptors(request=request)
