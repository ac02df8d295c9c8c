"""Worlds of few families, and what a simulated project truly counted."""

from collections.abc import Iterable, Mapping, Sequence

from exporter.catalog.model import Family
from exporter.simulator import aggregation
from exporter.simulator.bulk import BulkWorld
from exporter.simulator.truth import Value
from exporter.simulator.world import World, metrics_of


def world_of(
    families: Iterable[Family], start: float, *, seed: int = 1, scale: float = 1.0
) -> World:
    """Return a world that has these families only."""
    made = World(seed, start, scale=scale)
    made.metrics = metrics_of(families)
    return made


def true_total(
    world: World | BulkWorld,
    metric_type: str,
    after: float,
    until: float,
    group_by: Sequence[str] = (),
) -> dict[tuple[str, ...], Value]:
    """Return the sum of all points that end in (after, until], by `group_by`.

    Groups are named as in the catalog: "resource.location", "metric.response_code_class".
    Numbers add up, distributions merge. Late or hidden points count: it is the truth.
    """
    assert isinstance(world, World)
    groups: dict[tuple[str, ...], list[Value]] = {}
    for metric in world.metrics[metric_type]:
        found = world.series(metric_type, metric.source.resource, after, until)
        for metric_labels, resource, points in found:
            labels = {"metric": metric_labels, "resource": resource}
            key = tuple(_read(labels, name) for name in group_by)
            groups.setdefault(key, []).extend(point.value for point in points)
    return {key: aggregation.total(values) for key, values in groups.items()}


def _read(labels: Mapping[str, Mapping[str, str]], name: str) -> str:
    where, _, key = name.partition(".")
    return labels[where].get(key, "")
