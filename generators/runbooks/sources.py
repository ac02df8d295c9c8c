"""What an alert reads: families of the catalog, and the groups that record series of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from exporter.catalog import CATALOG
from exporter.catalog.model import Family, Type
from exporter.catalog.walk import families_in
from generators.alert_table import ThresholdAlert
from generators.configured_metrics import is_configured
from generators.promql_tree.tree import series_names
from generators.rules import bridging
from generators.rules.build import Rules
from generators.rules.model import Alerting, Group, Recording
from generators.rules.rows import Source

_SUFFIXES = ("_bucket", "_sum", "_count")


def _series_of(families: Iterable[Family]) -> dict[str, Family]:
    """Return families by the names of their series."""
    return {
        name: family
        for family in families
        for name in (
            (family.name + suffix for suffix in _SUFFIXES)
            if family.type is Type.HISTOGRAM
            else (family.name,)
        )
    }


_SERIES = _series_of(CATALOG.values())


@dataclass(frozen=True, slots=True)
class Sources:
    """An alert's own group, the other groups that record its series, and the families they read."""

    group: Group
    recorded: tuple[Group, ...]
    families: tuple[Family, ...]


def sources(rules: Rules, rule: Alerting) -> Sources:
    """Return what an alert is built on, through all recording rules in between."""
    groups = [group for file in rules.all for group in file.groups]
    known = _SERIES | _configured(rule.source)
    own = next(group for group in groups if rule in group.rules)
    made = {r.record: (r, g) for g in groups for r in g.rules if isinstance(r, Recording)}
    recorded: dict[str, Group] = {}
    families: dict[str, Family] = {}
    seen: set[str] = {*bridging.NAMES}  # whether data is away is no part of what it is about
    left = list(series_names(rule.expr))
    while left:
        name = left.pop()
        if name in known:
            families[known[name].name] = known[name]
        elif name in made and name not in seen:
            seen.add(name)
            recording, group = made[name]
            recorded[group.name] = group
            left += series_names(recording.expr)
    waits = tuple(g for g in groups if g.name in recorded and g is not own)
    return Sources(own, waits, tuple(families[name] for name in sorted(families)))


def _configured(row: Source) -> dict[str, Family]:
    """Return the series of the metric that an alert is on, where the settings add it."""
    if isinstance(row, ThresholdAlert) and is_configured(row.signal):
        return _series_of(families_in(row.signal.expression))
    return {}
