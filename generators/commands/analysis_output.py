"""Makes an analysis for the command, and prints it as tables or as JSON."""

from itertools import count

import numpy as np

from exporter.commands.terminal import Bar, table
from exporter.json_output import json_document
from exporter.prometheus.api import Prometheus
from exporter.settings import Settings
from generators.analysis.build import analysis, reads
from generators.analysis.document import document
from generators.analysis.model import Analysis
from generators.analysis.request import AnalysisRequest
from generators.analysis.words import WordedSection, sections, window
from generators.commands.reading import kept_history
from generators.tuning.prometheus_history import PrometheusHistory


# A series may hold infinite values: what is worked out of them is infinite, or not known.
@np.errstate(over="ignore", invalid="ignore")
def found(
    settings: Settings, prometheus: Prometheus, request: AnalysisRequest, bar: Bar, now: float
) -> Analysis:
    """Return the analysis, and show how far it is. Raises IonmonError."""
    total, done = reads(settings), count()
    source = PrometheusHistory(prometheus, now, kept_history())

    def shown(what: str) -> None:
        bar.show(f"reading {what}")
        bar.reach(next(done), total)

    return analysis(settings, source, request, shown)


def as_json(analysis_: Analysis, request: AnalysisRequest, source: str) -> str:
    """Return an analysis as JSON."""
    return json_document("analyze", document(analysis_, request, source))


def text(analysis_: Analysis, source: str) -> str:
    """Return an analysis as text with tables."""
    parts = [f"{window(analysis_)}, from {source}"]
    return "\n\n".join((*parts, *map(_section, sections(analysis_))))


def _section(one: WordedSection) -> str:
    lines = [one.title]
    if one.rows:
        lines.append(table(one.head, one.rows))
    if one.note:
        lines.append(one.note)
    return "\n".join(lines)
