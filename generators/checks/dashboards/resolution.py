"""How old and how fine what is shown is: figures of one moment, intervals of mixed sources.

Facts: a range query in Grafana has a step of an hour over 7 days, of three hours over 30 days; a
panel of mixed data sources does not take over the interval of any.
"""

import re
from collections.abc import Iterator

from exporter.settings.types import duration, seconds
from generators.checks.dashboards.datasources import MIXED
from generators.checks.engine.dashboard_file import DashboardFile
from generators.checks.engine.problem import Problem
from generators.dashboards.file.panel import PanelInFile
from generators.policy import EVALUATION

RULE = "resolution"
_DURATION = re.compile(r"\d+(ms|[smhdw])")  # others are variables
_FIGURES = frozenset({"stat", "gauge", "bargauge"})


def check(board: DashboardFile) -> Iterator[Problem]:
    """Yield figures as old as a step, and queries with more steps than there is data."""
    for panel in board.panels:
        for text in (*_figures(panel), *_steps(panel)):
            yield board.of(panel, RULE, text)


def _figures(panel: PanelInFile) -> Iterator[str]:
    for target in panel.targets if panel.type in _FIGURES else ():
        if not target.instant:
            yield (
                f"query {target.ref_id} is one of a range: over 30 days its last value is up to "
                "three hours old; write instant"
            )


def _steps(panel: PanelInFile) -> Iterator[str]:
    for target in (one for one in panel.targets if not one.instant):
        interval = target.interval or panel.interval
        if interval and _DURATION.fullmatch(interval) and seconds(interval) < EVALUATION:
            yield (
                f"query {target.ref_id} is asked each {interval}, more often than rules are "
                f"evaluated; write {duration(EVALUATION)} or more"
            )
        if panel.datasource.uid == MIXED and not interval:
            yield (
                f"query {target.ref_id} is asked at six times as many moments as there is data: "
                "its panel has several data sources, and takes no interval from them; write one"
            )
