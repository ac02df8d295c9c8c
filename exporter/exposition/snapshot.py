"""Everything that is exposed at one moment, made from the parts of all deliveries."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from exporter.catalog.model import Family
from exporter.catalog.names import Names
from exporter.exposition.grouping import FamilyGroup, LeftOut, grouped
from exporter.exposition.samples import Part

_NO_GROUPS: Mapping[str, FamilyGroup] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Everything that is served: families by name, each with its parts, and a number that grows.

    `left_out` is what contradicts the rest; `groups` are what the next snapshot starts from.
    """

    families: tuple[tuple[Family, tuple[Part, ...]], ...] = ()
    generation: int = 0
    left_out: tuple[LeftOut, ...] = ()
    groups: Mapping[str, FamilyGroup] = field(default_factory=lambda: _NO_GROUPS)


def snapshot(parts: Iterable[Part], generation: int, before: Snapshot | None = None) -> Snapshot:
    """Group parts by family, families by name, so that each family and series appears once.

    Of families whose names clash in OpenMetrics the one that `before` exposed stays, else the one
    that comes first.
    """
    groups = grouped(parts, before.groups if before else _NO_GROUPS)
    exposed = {family.name for family, _ in before.families} if before else set()
    clashes = tuple(_clashes(groups, exposed))
    clashing = {each.family for each in clashes}
    families = tuple(
        (group.family, group.exposed) for name, group in sorted(groups.items())
        if name not in clashing
    )  # fmt: skip
    repeated = (each for group in groups.values() for each in group.left_out)
    left_out = sorted((*repeated, *clashes), key=lambda each: (each.family, each.reason))
    return Snapshot(families, generation, tuple(left_out), groups)


def _clashes(groups: Mapping[str, FamilyGroup], exposed: set[str]) -> Iterator[LeftOut]:
    """Yield the families whose names another family has taken."""
    names = Names()
    # sorted() is stable: what was exposed before takes its names first.
    for name, group in sorted(groups.items(), key=lambda item: item[0] not in exposed):
        owner = names.take(name, group.family.type)
        if owner:
            series = sum(len(part.samples) for part in group.exposed)
            text = f"{name}: the name clashes with {owner} in OpenMetrics; rename one of the two"
            yield LeftOut(name, "name", series, text)
