"""The statements of all runbooks, by alert: one file of texts/ each."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cache

from exporter.catalog.error_signals import CLASSES
from exporter.catalog.walk import split
from generators.alert_table import ThresholdAlert
from generators.configured_metrics import is_configured
from generators.rules.model import Alerting
from generators.rules.recording import signal_name
from generators.runbooks.fragments import METRIC, packaged
from generators.runbooks.model import Query, Statement
from generators.runbooks.named_facts import check_mentions
from generators.runbooks.parse import statement
from generators.runbooks.text_error import FOLDER, TEMPLATE, TextError


@cache
def statements(classes: tuple[str, ...] = CLASSES) -> Mapping[str, Statement]:
    """Return every statement, where these classes of status codes count as errors.

    Raises TextError for a text with a mistake.
    """
    library = replace(packaged(), error_classes=classes)
    return {name: statement(name, library.lines(name), classes) for name in library.texts}


def statement_of(rule: Alerting, classes: tuple[str, ...] = CLASSES) -> Statement:
    """Return the statement of an alert. Raises TextError that names the file that is missing."""
    if isinstance(rule.source, ThresholdAlert) and is_configured(rule.source.signal):
        return _of_metric(rule.alert, rule.source)
    found = statements(classes)
    if rule.alert not in found:
        raise TextError(
            f"alert {rule.alert} has no runbook: copy {TEMPLATE} to {FOLDER}/{rule.alert}.md"
        )
    return found[rule.alert]


def _of_metric(alert: str, row: ThresholdAlert) -> Statement:
    """Return the one text of configured metrics with the metric's own query."""
    common = statement(METRIC, packaged().configured())
    signal = row.signal
    query = Query("The value, series by series", signal_name(signal, split(signal)))
    return replace(common, alert=alert, queries=(query, *common.queries))


def check_facts(statement: Statement, known: Collection[str]) -> None:
    """Raise TextError with the file and line of a fact that this kind of alert does not have."""
    check_mentions(statement.mentions, known, statement.alert)
