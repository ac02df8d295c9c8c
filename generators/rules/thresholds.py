"""The alerts on thresholds, and the one on an error budget that burns fast.

When a threshold is passed is stated in branches.py. Where there are too few events to judge by, the
signal has no value, and nothing fires.
"""

from exporter.settings import Settings
from generators.alert_table import ThresholdAlert
from generators.configured_metrics import exceeded, is_configured, panel_address
from generators.limits import condition, lasting
from generators.policy import EVALUATION, KEEP_FIRING_FOR, SEVERITIES, WINDOW, Policy, split
from generators.rules.annotations import annotations, of, shown_limit, value
from generators.rules.branches import branches, expression
from generators.rules.model import Alerting, Group, RuleFile
from generators.rules.names import span
from generators.rules.recording import is_level
from generators.rules.rows import AlertText
from generators.rules.slo import burn_alert

FILE = "alerts.yml"
CONFIGURED_FILE = "metrics.yml"


def alert(settings: Settings, row: ThresholdAlert, category: str = "threshold") -> Alerting:
    """Return the rule of a row of the policy."""
    by, text = split(row.signal), _text(row)
    return Alerting(
        alert=row.name,
        expr=expression(row, branches(row)),
        labels=(
            ("severity", row.severity),
            ("signal", row.signal.name),
            ("category", category),
        ),
        annotations=annotations(settings, row.name, text, by),
        source=row,
        panel=text.panel,
        carried=by,
        for_=row.for_,
        keep_firing_for=KEEP_FIRING_FOR,
    )


def _text(row: ThresholdAlert) -> AlertText:
    window = "" if is_level(row.signal) else f" over {span(WINDOW)}"
    subject = f"The {row.signal.noun} {of(split(row.signal))}".rstrip()
    description = (
        f"{subject} is {value(row.signal.unit)}{window}. "
        f"The alert fires {lasting(condition(row), row.for_)}."
    )
    return AlertText(
        row.summary,
        description,
        row.check,
        panel_address(row.signal, row.name),
        value=row.measured.format(value(row.signal.unit)),
        joint=row.joint,
        limit=shown_limit(row.threshold, row.signal.unit),
        ended=exceeded(row.signal, "was") if is_configured(row.signal) else "",
    )


def file(settings: Settings, policy: Policy) -> RuleFile:
    """Return the file, the most urgent alerts first."""
    rules = [alert(settings, row) for row in policy.thresholds]
    if policy.breach is not None:
        rules.append(burn_alert(settings, policy.breach))
    ordered = sorted(rules, key=lambda rule: SEVERITIES.index(rule.severity))
    group = Group("ion_alerts", EVALUATION, tuple(ordered))
    about = "Signals beyond a threshold, and the error budget burning fast."
    return RuleFile(FILE, about, (group,))


def configured_file(settings: Settings, policy: Policy) -> RuleFile | None:
    """Return the file of the alerts on configured metrics; None where there are none.

    They have a group of their own: a metric that is slow to evaluate delays no other alert.
    """
    rules = tuple(alert(settings, row, "metric") for row in policy.configured)
    if not rules:
        return None
    about = "Alerts on the metrics that the settings add."
    return RuleFile(CONFIGURED_FILE, about, (Group("ion_metrics", EVALUATION, rules),))
