"""A count of the application's own requests says so: Cloud Run counts others, and other numbers."""

from collections.abc import Iterator

from exporter.catalog import application, cloud_run
from exporter.catalog.model import Family
from generators.checks.dashboards.queries import read_names
from generators.checks.engine.dashboard_file import DashboardFile
from generators.checks.engine.problem import Problem
from generators.dashboards.file.panel import PanelInFile
from generators.rules import running

RULE = "counted"
_FIGURES = frozenset({"stat", "bargauge"})
_WORD = "application"


def check(board: DashboardFile) -> Iterator[Problem]:
    """Yield figures of the application that stand beside Cloud Run's as if they were such."""
    figures = [panel for panel in board.panels if panel.type in _FIGURES]
    other = [panel for panel in figures if _reads(panel, cloud_run.REQUESTS)]
    for panel in figures:
        same = [found for found in other if _kind(found) == _kind(panel)]
        if same and _reads(panel, application.REQUESTS) and _WORD not in panel.title:
            text = (
                f"counts what the application records, “{same[0].title}” what Cloud Run does, and "
                "the numbers differ; add “of the application” to its title"
            )
            yield board.of(panel, RULE, text)


def _kind(panel: PanelInFile) -> tuple[str, str]:
    return panel.type, panel.field.unit


def _reads(panel: PanelInFile, requests: Family) -> bool:
    """Return whether a panel counts these requests, by the exporter's series or its copy."""
    counters = {requests.name, running.name(requests)}
    return any(not counters.isdisjoint(read_names(target.expr)) for target in panel.targets)
