"""Alerting rules that tests write themselves, in place of rows of a table."""

from generators.boards import EXPORTER
from generators.rules.model import Alerting, Pairs
from generators.rules.rows import AlertText, HealthAlert

TEXT = AlertText("", "", "", EXPORTER)


def by_hand(
    alert: str, expr: str, labels: Pairs, annotations: Pairs = (), carried: tuple[str, ...] = ()
) -> Alerting:
    """Return a rule that fires at once."""
    row = HealthAlert(alert=alert, severity="", expr=expr, by=carried, text=TEXT)
    return Alerting(
        alert=alert,
        expr=expr,
        labels=labels,
        annotations=annotations,
        source=row,
        panel=EXPORTER,
        carried=carried,
    )
