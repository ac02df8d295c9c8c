"""docs/alerts.md: every alert in a table of its group, and the keys that change them."""

from collections.abc import Iterator

from exporter.settings.types import duration
from generators.alert_table import PolicyAlert
from generators.files import MARK
from generators.incomplete import Incomplete
from generators.limits import limit
from generators.runbooks.documented import DocumentedAlert
from generators.runbooks.notifications import told
from generators.runbooks.timing import minutes

PATH = "docs/alerts.md"
_TITLES = {
    "ion_alerts": "The most urgent",
    "ion_slo": "The error budget over days",
    "ion_budget": "The error budget over days",
    "ion_trends": "What fills up",
    "ion_budget_trend": "What fills up",
    "ion_anomalies": "Unlike the weeks before",
    "ion_correlations": "Moving together",
    "ion_health": "The monitoring itself",
}
_HEAD = """<!-- {mark} -->
# Alerts

Every alert, as it is in force. Each has a [runbook](runbooks/README.md): what to do, how to tell
causes apart, queries, and how it is silenced. Who is told of which severity:
[notifications.md](notifications.md).

An alert fires for each set of the labels in "by" on its own. "Told after" runs from the fault to
the first message: Google's delay, windows, evaluation, `for` and Alertmanager's wait are in it.
The short end is for a fault that hits everything, the long one for a fault just over the value.
"""
_COLUMNS = (
    "| alert | fires when | value | for | severity | told | by | told after |\n" + "|---" * 8 + "|"
)
_KEYS = """## Change them

In `monitoring.yaml`, by name. What is left out stays as above; a name that is not here is
refused.

| key, below `alerts.NAME` | what | for |
|---|---|---|
| `threshold` | the value: a duration, a percentage, or a burn rate | {names} |
| `for` | how long it has to hold, at most 1d | the same |
| `severity` | `critical`, `high`, `medium` or `low`: who is told | the same |
| `enabled` | `false` leaves the alert out | the same |

The promise of `objectives.availability` ({objective}) over `objectives.window` ({window}) sets
the error budget, its windows and its burn rates. Of two alerts on one signal the more urgent has
to lie beyond the other; otherwise the settings are refused.

```yaml
objectives: {{availability: 99.9%, window: 30d}}
alerts:
  ResponseTimeWarning: {{threshold: 150ms, for: 5m}}
  CPUHigh: {{severity: low}}
  CacheHitRateLow: {{enabled: false}}
```

Of anomalies, trends, correlations and the monitoring's own alerts the values are part of the
method; `for`, `severity` and `enabled` are below `alerts.others.NAME`:

```yaml
alerts:
  others:
    DiskTrend: {{severity: high}}
    QueryTimeAnomaly: {{enabled: false}}
```
"""


def reference(cases: tuple[DocumentedAlert, ...]) -> str:
    """Return the document."""
    return "\n".join((_HEAD.format(mark=MARK), *_tables(cases), _keys(cases)))


def _tables(cases: tuple[DocumentedAlert, ...]) -> Iterator[str]:
    titles = dict.fromkeys(title_of(case) for case in cases)
    for title in titles:
        yield f"## {title}\n"
        yield _COLUMNS
        yield from (_row(case) for case in cases if title_of(case) == title)
        yield ""


def title_of(case: DocumentedAlert) -> str:
    """Return the heading of a case's group. Raises Incomplete for a group without one."""
    if case.group.name not in _TITLES:
        raise Incomplete(
            f"group {case.group.name} has no heading in docs/alerts.md; add one to _TITLES of "
            f"generators/runbooks/reference.py"
        )
    return _TITLES[case.group.name]


def _row(case: DocumentedAlert) -> str:
    row = case.rule.source
    cells = (
        f"[{case.name}](runbooks/{case.name}.md)",
        case.when,
        limit(row) if isinstance(row, PolicyAlert) else "",
        duration(case.rule.for_) if case.rule.for_ else "at once",
        case.rule.severity,
        told(case),
        ", ".join(f"`{label}`" for label in case.rule.carried),
        "always" if case.rule.severity == "none" else minutes(case.parts),
    )
    return "| " + " | ".join(cells) + " |"


def _keys(cases: tuple[DocumentedAlert, ...]) -> str:
    first = cases[0]
    return _KEYS.format(
        names=", ".join(f"`{name}`" for name in first.settings.alerts.by_name()),
        objective=first.facts["objective"],
        window=first.facts["window"],
    )
