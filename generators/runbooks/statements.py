"""All statements, by alert: an explicit list of the files that hold them."""

from collections.abc import Mapping

from generators.incomplete import Incomplete
from generators.rules.model import Alerting
from generators.runbooks import (
    anomalies,
    anomalies_stores,
    budget,
    cache,
    containers,
    correlation,
    database,
    delivery,
    errors,
    filling,
    health,
    partial,
    servers,
    service,
    trends,
    upkeep,
)
from generators.runbooks.model import Statement

_SUBJECTS = (
    service,
    errors,
    database,
    cache,
    containers,
    budget,
    anomalies,
    anomalies_stores,
    trends,
    filling,
    correlation,
    health,
    partial,
    upkeep,
    delivery,
    servers,
)
STATEMENTS: Mapping[str, Statement] = {
    statement.alert: statement for subject in _SUBJECTS for statement in subject.STATEMENTS
}


def statement_of(rule: Alerting) -> Statement:
    """Return the statement of an alert. Raises Incomplete that names an alert without one."""
    if rule.alert not in STATEMENTS:
        raise Incomplete(
            f"alert {rule.alert} has no runbook; state one in a file of generators/runbooks/"
        )
    return STATEMENTS[rule.alert]
