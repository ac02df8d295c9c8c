"""The project of very many series."""

import pytest
from google.api_core.exceptions import NotFound

from exporter.catalog.model import ValueType
from exporter.simulator.bulk import BulkWorld
from tests.exporter.simulator.asking import COUNT, INSTANCES, LATENCIES, NOON, asking


@pytest.mark.parametrize(
    ("value", "metric"), [(ValueType.INT64, COUNT), (ValueType.DISTRIBUTION, LATENCIES)]
)
def test_all_series_are_read_over_pages(value: ValueType, metric: str) -> None:
    """Google's client reads every series of every minute once, over several pages."""
    world = BulkWorld(1000, value)
    with asking(world) as asker:
        found = asker.points(metric, NOON - 300, NOON - 120, page_size=900)
        assert len(found) == 3000
        assert world.total(NOON - 300, NOON - 120) == sum(found.values())
        assert (asker.simulator.calls, asker.simulator.billed) == (4, 1000)


def test_the_delay_hides_new_points() -> None:
    """Before the delay is over an answer is empty, and it is billed as one series."""
    with asking(BulkWorld(10)) as asker:
        assert asker.points(COUNT, NOON - 60, NOON) == {}
        assert asker.simulator.billed == 1


def test_there_is_one_metric() -> None:
    """Its descriptor is listed, and any other metric is not found."""
    with asking(BulkWorld(10)) as asker:
        listed = list(asker.client.list_metric_descriptors(name="projects/ion-demo"))
        name = f"projects/ion-demo/metricDescriptors/{COUNT}"
        assert [asker.client.get_metric_descriptor(name=name)] == listed
        with pytest.raises(NotFound):
            asker.pages(INSTANCES, NOON - 60, NOON)
