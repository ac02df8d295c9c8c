"""Which names a family takes in the exposition, and whether two families clash.

OpenMetrics names a family without the suffix of its samples, so that a gauge `x` and a counter
`x_total` are two families of one name. prometheus_client's registry refuses the same names.
"""

from collections.abc import Iterable
from functools import cache

from exporter.catalog.model import Family, Type

# What OpenMetrics appends to the name of a family; `_created` belongs to what counts.
_SUFFIXES: dict[Type, tuple[str, ...]] = {
    Type.GAUGE: (),
    Type.COUNTER: ("_total", "_created"),
    Type.HISTOGRAM: ("_bucket", "_sum", "_count", "_created"),
    Type.INFO: ("_info",),
}


def base_name(name: str, kind: Type) -> str:
    """Return the name that OpenMetrics gives a family: without the suffix of its samples."""
    if kind is Type.COUNTER:
        return name.removesuffix("_total")
    if kind is Type.INFO:
        return name.removesuffix("_info")
    return name


@cache
def taken(name: str, kind: Type) -> tuple[str, ...]:
    """Return every name that a family takes: its own, its base name, those of its samples."""
    base = base_name(name, kind)
    return tuple(dict.fromkeys((name, base, *(base + suffix for suffix in _SUFFIXES[kind]))))


class Names:
    """The names that families have taken; the first family keeps a name."""

    def __init__(self, families: Iterable[Family] = ()) -> None:
        """Take the names of `families`, which do not clash."""
        self._owners: dict[str, tuple[str, Type]] = {}
        for family in families:
            self.take(family.name, family.type)

    def clash(self, name: str, kind: Type) -> str:
        """Return the name of the family with which this one clashes; empty where it fits.

        A family of the same name and type is the same family.
        """
        owners = (self._owners.get(each) for each in taken(name, kind))
        return next((owner[0] for owner in owners if owner not in (None, (name, kind))), "")

    def take(self, name: str, kind: Type) -> str:
        """Take the names of a family, unless it clashes. Returns what `clash` does."""
        clash = self.clash(name, kind)
        if not clash:
            self._owners.update(dict.fromkeys(taken(name, kind), (name, kind)))
        return clash
