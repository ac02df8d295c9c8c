"""Worlds of few families, worlds without noise, and what a simulated project truly counted."""

from collections.abc import Iterable, Mapping, Sequence

from exporter.catalog.model import Family
from exporter.simulator import aggregation
from exporter.simulator.bulk import BulkWorld
from exporter.simulator.incidents import CALM, Scenario
from exporter.simulator.traffic import Traffic
from exporter.simulator.truth import Value
from exporter.simulator.world import World, metrics_of


def world_of(
    families: Iterable[Family], start: float, *, seed: int = 1, scale: float = 1.0
) -> World:
    """Return a world that has these families only."""
    made = World(seed, start, scale=scale)
    made.metrics = metrics_of(families)
    return made


class FlatTraffic(Traffic):
    """Traffic without day, noise or deploys: the same every minute but for incidents."""

    def day(self, _: int) -> float:
        """Return that every hour is like all others."""
        return 1.0

    def around(self, _: float, *__: object) -> float:
        """Return no noise."""
        return 1.0

    def rounded(self, expected: float, minute: int, *_: object) -> int:
        """Round so that the sum over any minutes is within 1 of `expected` times their number."""
        return int(expected * (minute + 1)) - int(expected * minute)

    def good_revisions(self, _: int) -> tuple[tuple[str, float], ...]:
        """Return that one revision serves all."""
        return ((self.revision_name(0), 1.0),)


def flat_world(seed: int = 1, start: float = 0.0, scenario: Scenario = CALM) -> World:
    """Return a world that is the same every minute but for incidents."""
    made = World(seed, start, scenario)
    made.traffic = FlatTraffic(made.traffic.mix, made.timeline)
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
