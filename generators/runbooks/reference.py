"""docs/alerts.md: every alert in a table of its group, and the settings that change them."""

from collections.abc import Iterator

from exporter.settings.types import duration
from generators.alert_table import PolicyAlert
from generators.files import MARK
from generators.incomplete import Incomplete
from generators.limits import limit
from generators.policy import WATCHDOG
from generators.runbooks.documented import DocumentedAlert
from generators.runbooks.notifications import notified
from generators.runbooks.timing import minutes

PATH = "docs/alerts.md"
_TITLES = {
    "ion_alerts": "Service, database and cache",
    "ion_metrics": "Metrics that the settings add",
    "ion_slo": "The error budget over days",
    "ion_budget": "The error budget over days",
    "ion_trends": "Trends",
    "ion_budget_trend": "Trends",
    "ion_anomalies": "Anomalies",
    "ion_correlations": "Correlated signals",
    "ion_health": "The monitoring itself",
    "ion_escalation": "Critical alerts that go on",
    "ion_longterm_escalation": "Critical alerts that go on",
}
_HEAD = """<!-- {mark} -->
# Alerts

Every alert with its present values. Each has a [runbook](runbooks/README.md): what to do, how to
tell causes apart, queries, and how to silence it. Who is notified of which severity:
[notifications.md](notifications.md).

An alert fires on its own for each combination of the labels in "by". "Notified after" is the time
from the fault to the first message. It includes Google's delay, windows, evaluation, `for` and
Alertmanager's wait. The short time is for a fault that hits everything, the long one for a fault
just beyond the threshold.
"""
_COLUMNS = (
    "| alert | fires when | threshold | for | severity | notifies | by | notified after |\n"
    + "|---" * 8
    + "|"
)
_KEYS = """## Change an alert

In `monitoring.yaml`, by name. What you leave out stays as above. An unknown name is refused.

| key, below `alerts.NAME` | what it sets | alerts |
|---|---|---|
| `threshold` | a duration, a percentage, or a number such as a burn rate | {names} |
| `for` | how long the condition has to be true, at most 1d | the same |
| `severity` | `critical`, `high`, `medium` or `low`: who is notified | the same |
| `enabled` | `false` switches the alert off | the same |

`for`, `severity` and `enabled` of any other alert are set below `alerts.others.NAME`. `Watchdog`
stays as it is: it proves that alerts arrive.

The objective, `objectives.availability` ({objective}) over `objectives.window` ({window}), sets
the error budget, its windows and its burn rates. `objectives.latency` adds a budget of slow
requests, over the same window: the same alerts fire for it, with `signal: latency`. Of two
alerts on one signal, the more urgent one needs the more extreme threshold; otherwise the settings
are refused.

Error rates count {error_classes}. `alerts.error_classes` names the classes that count, for every
service: `[5xx]` for one with a login page or an API that crawlers call.

```yaml
objectives:
  availability: 99.9%
  latency: {{share: 95%, within: 300ms}}
  window: 30d
alerts:
  ResponseTimeWarning: {{threshold: 150ms, for: 5m}}
  CPUHigh: {{severity: low}}
  CacheHitRateLow: {{enabled: false}}
```

The thresholds of anomalies, trends, correlations and the monitoring's own alerts are part of
their method and cannot be set. Set `for`, `severity` and `enabled` below `alerts.others.NAME`:

```yaml
alerts:
  others:
    DiskTrend: {{severity: high}}
    QueryTimeAnomaly: {{enabled: false}}
```
"""


def reference(alerts: tuple[DocumentedAlert, ...]) -> str:
    """Return the document."""
    return "\n".join((_HEAD.format(mark=MARK), *_tables(alerts), _keys(alerts)))


def _tables(alerts: tuple[DocumentedAlert, ...]) -> Iterator[str]:
    titles = dict.fromkeys(title_of(alert) for alert in alerts)
    for title in titles:
        yield f"## {title}\n"
        yield _COLUMNS
        yield from (_row(alert) for alert in alerts if title_of(alert) == title)
        yield ""


def title_of(alert: DocumentedAlert) -> str:
    """Return the heading of an alert's group. Raises Incomplete for a group without one."""
    if alert.group.name not in _TITLES:
        raise Incomplete(
            f"group {alert.group.name} has no heading in docs/alerts.md; add one to _TITLES of "
            f"generators/runbooks/reference.py"
        )
    return _TITLES[alert.group.name]


def _row(alert: DocumentedAlert) -> str:
    row = alert.rule.source
    cells = (
        f"[{alert.name}](runbooks/{alert.name}.md)",
        _condition(alert),
        limit(row) if isinstance(row, PolicyAlert) else "",
        duration(alert.rule.for_) if alert.rule.for_ else "at once",
        alert.rule.severity,
        notified(alert),
        ", ".join(f"`{label}`" for label in alert.rule.carried),
        _proving(alert) if alert.rule.severity == "none" else minutes(alert.parts),
    )
    return "| " + " | ".join(cells) + " |"


def _proving(alert: DocumentedAlert) -> str:
    return "always" if alert.name == WATCHDOG else "each hour"


def _condition(alert: DocumentedAlert) -> str:
    slow = " or ".join(alert.promises)
    more = f"; with `signal: latency`, the same of slow requests ({slow})" if slow else ""
    own = f"; of services with values of their own: {'; '.join(alert.services)}"
    return f"{alert.condition()}{more}{own if alert.services else ''}"


def _keys(alerts: tuple[DocumentedAlert, ...]) -> str:
    first = alerts[0]
    return _KEYS.format(
        names=", ".join(f"`{name}`" for name in first.settings.alerts.by_name()),
        objective=first.facts["objective"],
        window=first.facts["window"],
        error_classes=first.facts["error_classes"],
    )
