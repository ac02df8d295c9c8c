"""Each panel says what it shows, in which unit, how exactly, and what it shows without data."""

from collections.abc import Iterator

from generators.checks.dashboards.dashboard import Body, DashboardFile
from generators.checks.engine.problem import Problem

RULE = "panel"
KINDS = frozenset(["timeseries", "stat", "bargauge", "table", "heatmap", "state-timeline"])
UNITS = frozenset(
    [
        "short",
        "s",
        "bytes",
        "percentunit",
        "reqps",
        "count:/s",
        "locale",
        "ops",
        "Bps",
        "currencyUSD",
        "dateTimeAsIso",
    ]
)


def check(board: DashboardFile) -> Iterator[Problem]:
    """Yield panels that leave something out."""
    for panel in board.panels:
        yield from _words(board, panel)
        yield from _values(board, panel)


def _words(board: DashboardFile, panel: Body) -> Iterator[Problem]:
    if panel.get("type") not in KINDS:
        mend = f"write one of {', '.join(sorted(KINDS))}"
        yield board.of(panel, RULE, f"{panel.get('type')} is no kind of panel here; {mend}")
    for key in ("title", "description"):
        if not panel.get(key):
            yield board.of(panel, RULE, f"has no {key}; write one")
    if not panel.get("targets"):
        yield board.of(panel, RULE, "asks for nothing; write a query")
    for target in panel.get("targets", ()):
        if panel.get("type") != "table" and not target.get("legendFormat"):
            yield board.of(panel, RULE, f"query {target.get('refId')} has no legend; write one")


def _values(board: DashboardFile, panel: Body) -> Iterator[Problem]:
    defaults = panel.get("fieldConfig", {}).get("defaults", {})
    for unit in (defaults.get("unit"), *_overridden(panel)):
        if unit not in UNITS:
            yield board.of(
                panel, RULE, f"{unit} is no unit here; one of {', '.join(sorted(UNITS))}"
            )
    if not isinstance(defaults.get("decimals"), int):
        yield board.of(panel, RULE, "the number of decimals is not fixed; write decimals")
    if not defaults.get("noValue"):
        yield board.of(panel, RULE, "says nothing where there is no data; write noValue")


def _overridden(panel: Body) -> Iterator[str]:
    for override in panel.get("fieldConfig", {}).get("overrides", ()):
        for found in override.get("properties", ()):
            if found.get("id") == "unit":
                yield str(found.get("value"))
