"""The alerts on thresholds, and the one on an error budget that burns fast.

When a threshold is passed is stated in branches.py. Where there are too few events to judge by, the
signal has no value, and nothing fires.
"""

from collections.abc import Iterable, Iterator

from exporter.catalog.expression import Signal
from exporter.catalog.walk import split
from exporter.settings import Settings
from generators.alert_table import THRESHOLDS, ThresholdAlert
from generators.configured_metrics import exceeded, is_configured, panel_address
from generators.limits import condition, lasting
from generators.policy import EVALUATION, KEEP_FIRING_FOR, SEVERITIES, WINDOW, Policy, policy
from generators.rules.annotations import annotations, judged_window, of, shown_limit, value
from generators.rules.branches import away, branches, expression
from generators.rules.model import Alerting, Group, RuleFile, alerts
from generators.rules.names import span
from generators.rules.recording import is_level, signal_name
from generators.rules.rows import AlertText
from generators.rules.slo import burn_alerts
from generators.services import Variant, variants

FILE = "alerts.yml"
CONFIGURED_FILE = "metrics.yml"


def alert(
    settings: Settings, found: Variant[ThresholdAlert], category: str = "threshold"
) -> Alerting:
    """Return the rule of a row of the policy, for the services that share it."""
    row = found.row
    by, text = split(row.signal), _text(row)
    return Alerting(
        alert=row.name,
        expr=expression(row, branches(row, found.matchers)),
        labels=(
            ("severity", row.severity),
            ("signal", row.signal.name),
            ("category", category),
            *((("team", found.team),) if found.team else ()),
        ),
        annotations=annotations(settings, row.name, text, by, away(row)),
        source=row,
        panel=text.panel,
        carried=by,
        only=found.matchers,
        services=found.services,
        for_=row.for_,
        keep_firing_for=KEEP_FIRING_FOR,
    )


def _text(row: ThresholdAlert) -> AlertText:
    window = "" if is_level(row.signal) else f" over {_window(row)}"
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


def _window(row: ThresholdAlert) -> str:
    """Return over how long a value is, or its template where that depends on traffic."""
    if not row.signal.minimum_events:
        return span(WINDOW)
    by = split(row.signal)
    return judged_window(signal_name(row.signal, by), by, away(row))


def file(settings: Settings) -> RuleFile:
    """Return the file, the most urgent alerts first."""
    rules = [alert(settings, found) for found in _variants(settings)]
    rules += burn_alerts(settings, 0)
    ordered = sorted(rules, key=lambda rule: SEVERITIES.index(rule.severity))
    group = Group("ion_alerts", EVALUATION, tuple(ordered))
    about = "Signals beyond a threshold, and the error budget burning fast."
    return RuleFile(FILE, about, (group,))


def _variants(settings: Settings) -> Iterator[Variant[ThresholdAlert]]:
    """Yield the forms of each alert of the table: of all services, and of those set apart."""
    for base in THRESHOLDS:

        def row_of(given: Settings, name: str = base.name) -> ThresholdAlert | None:
            alone = given.model_copy(update={"services": {}})
            return next((row for row in policy(alone).thresholds if row.name == name), None)

        yield from variants(settings, split(base.signal), row_of)


def _of_every(settings: Settings, row: ThresholdAlert) -> tuple[Variant[ThresholdAlert], ...]:
    """Return the forms of an alert that services can only own, not change."""

    def row_of(_: Settings) -> ThresholdAlert:
        return row

    return variants(settings, split(row.signal), row_of)


def configured_file(settings: Settings, in_force: Policy) -> RuleFile | None:
    """Return the file of the alerts on configured metrics; None where there are none.

    They have a group of their own: a metric that is slow to evaluate delays no other alert.
    """
    rules = tuple(
        alert(settings, found, "metric")
        for row in in_force.configured
        for found in _of_every(settings, row)
    )
    if not rules:
        return None
    about = "Alerts on the metrics that the settings add."
    return RuleFile(CONFIGURED_FILE, about, (Group("ion_metrics", EVALUATION, rules),))


def signals(files: Iterable[RuleFile]) -> tuple[Signal, ...]:
    """Return the signals that alerts of these files are on."""
    rows = (rule.source for rule in alerts(files))
    return tuple(dict.fromkeys(row.signal for row in rows if isinstance(row, ThresholdAlert)))
