"""Each panel has a title, a description, a unit, decimals, and a text for missing data."""

from collections.abc import Iterator

from generators.checks.dashboards.panel_options import KINDS
from generators.checks.engine.dashboard_file import DashboardFile
from generators.checks.engine.problem import Problem
from generators.dashboards.file.panel import PanelInFile

RULE = "panel"
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


def _words(board: DashboardFile, panel: PanelInFile) -> Iterator[Problem]:
    if panel.type not in KINDS:
        fix = f"write one of {', '.join(sorted(KINDS))}"
        yield board.of(panel, RULE, f"{panel.type} is no kind of panel here; {fix}")
    for key in ("title", "description"):
        if not getattr(panel, key):
            yield board.of(panel, RULE, f"has no {key}; write one")
    if not panel.targets:
        yield board.of(panel, RULE, "has no query; write one")
    for target in panel.targets:
        if panel.type != "table" and not target.legend_format:
            yield board.of(panel, RULE, f"query {target.ref_id} has no legend; write one")


def _values(board: DashboardFile, panel: PanelInFile) -> Iterator[Problem]:
    field = panel.field
    for unit in (field.unit, *_overridden(panel)):
        if unit not in UNITS:
            fix = f"write one of {', '.join(sorted(UNITS))}"
            yield board.of(panel, RULE, f"{unit} is no unit here; {fix}")
    if field.decimals is None:
        yield board.of(panel, RULE, "the number of decimals is not fixed; write decimals")
    if not field.no_value and panel.type != "table":  # Grafana shows it in cells alone
        yield board.of(panel, RULE, "has no text for missing data; write noValue")


def _overridden(panel: PanelInFile) -> Iterator[str]:
    for override in panel.field_config.overrides:
        for found in override.properties:
            if found.id == "unit":
                yield str(found.value)
