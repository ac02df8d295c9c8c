"""Links in old notifications rely on these: identifiers of boards, numbers of panels."""

from collections.abc import Iterator

from exporter.catalog import application, cloud_run, cloud_sql, redis
from exporter.settings import Settings
from generators import boards, burn_rates
from generators.boards import SIGNAL_PANELS, Board, PanelAddress
from generators.burn_rates import latency
from generators.checks.engine.dashboard_file import DashboardFile
from generators.checks.engine.problem import Problem
from generators.dashboards.recorder_helpers import unused
from generators.policy import Policy, is_brought
from generators.rules import anomaly

RULE = "number"
# All that `boards` states: a list here would be a second one, and a number missing in it unguarded.
FIXED: tuple[PanelAddress, ...] = (
    *SIGNAL_PANELS.values(),
    *(stated for stated in vars(boards).values() if isinstance(stated, PanelAddress)),
)
# What panels show that are no signal's.
_FAMILIES = {
    boards.POOL: application.POOL_CONNECTIONS,
    boards.REDIS_CLIENTS: redis.CONNECTED_CLIENTS,
    boards.DATABASE_MEMORY: cloud_sql.MEMORY_UTILIZATION,
    boards.DATABASE_DISK: cloud_sql.DISK_UTILIZATION,
    boards.BUDGET: cloud_run.REQUESTS,
    boards.BURN_RATES: cloud_run.REQUESTS,
}


def lacking(policy: Policy, settings: Settings) -> frozenset[PanelAddress]:
    """Return the panels of what is not brought, or not promised: nothing links to them."""
    missing = unused(settings)
    present = {s.name for s in policy.signals if is_brought(s.expression, missing)}
    shown = {panel for name, panel in SIGNAL_PANELS.items() if name in present}
    others = {panel for panel, family in _FAMILIES.items() if family.name in policy.missing}
    slow = {boards.LATENCY_BUDGET, boards.LATENCY_BURN_RATES}
    promised = any(latency(each) for each in burn_rates.each(settings))
    bands = set() if anomaly.read(settings) else {boards.ANOMALIES}
    unpromised = set() if promised else slow
    return frozenset(others.union(SIGNAL_PANELS.values(), bands) - shown | unpromised)


def check(board: DashboardFile, policy: Policy, settings: Settings) -> Iterator[Problem]:
    """Yield numbers that links use and that no panel has."""
    known = [found.value for found in Board]
    if board.board.uid not in known:
        text = f"no link uses uid {board.board.uid}; write one of {', '.join(known)}"
        yield board.problem(RULE, text, "uid")
        return
    numbers = {panel.id for panel in board.panels}
    for panel in set(FIXED) - lacking(policy, settings):
        if panel.board.value == board.board.uid and panel.number not in numbers:
            text = f"alerts link to panel {panel.number}, which is missing; restore its number"
            yield board.problem(RULE, text)
