"""What rules and dashboards would read of Cloud Monitoring, were it queried directly.

Counted low: a query that names a metric twice counts once, and what reads recorded series, which
some server would have to store, counts nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator

from exporter.catalog.model import CloudMonitoring
from exporter.settings import Settings
from generators.dashboards.build import boards
from generators.dashboards.descriptions import SERIES, Facts, families
from generators.dashboards.model import BoardText
from generators.monitoring_config import BoardReads, DirectReads
from generators.policy import Policy
from generators.promql_tree.tree import series_names
from generators.rules.build import Rules
from generators.rules.model import Group

MINUTE = 60.0


def direct_reads(settings: Settings, rules: Rules, policy: Policy) -> DirectReads:
    """Return the reads of all rules in a minute, and those of each dashboard's refresh."""
    every = [group for file in rules.all for group in file.groups]
    read = [(MINUTE / group.interval, names) for group in every for names in _direct(group)]
    counted: dict[str, float] = defaultdict(float)
    for share, names in read:
        for name in names:
            counted[name] += share
    facts = Facts.of(settings, rules, policy)
    return DirectReads(
        rules_per_minute=sum(share for share, _ in read),
        rules=dict(sorted(counted.items())),
        dashboards={board.board.value: _board(facts, board) for board in boards(facts)},
    )


def _direct(group: Group) -> Iterator[frozenset[str]]:
    """Yield the families that each rule reads itself, for the rules that read some."""
    for rule in group.rules:
        found = _read(series_names(rule.expr))
        if found:
            yield found


def _read(names: tuple[str, ...]) -> frozenset[str]:
    known = (SERIES[name] for name in names if name in SERIES)
    return frozenset(f.name for f in known if isinstance(f.source, CloudMonitoring))


def _board(facts: Facts, board: BoardText) -> BoardReads:
    """Return what its panels read, one query a panel, through all recording rules in between."""
    found = Counter(
        family.name
        for panel in board.panels.values()
        for family in families(facts, panel)
        if isinstance(family.source, CloudMonitoring)
    )
    return BoardReads(board.refresh, dict(sorted(found.items())))
