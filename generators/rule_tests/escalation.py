"""When a critical alert is escalated: by the age of its condition, while it fires, once each time.

The inputs are what Prometheus keeps of alerts itself: ALERTS, and since when in ALERTS_FOR_STATE.
"""

from math import ceil

from exporter.catalog.alert_names import CRITICAL
from generators.policy import MINUTE
from generators.rule_tests.document import Check, ExpectedFiring, RuleTestCase, RuleTestFile
from generators.rule_tests.story import Input
from generators.rules.build import Rules
from generators.rules.model import Alerting, Pairs
from generators.rules.rows import EscalationAlert

_FIRST, _LATEST = 1, 20  # minutes in which conditions begin; of a second time, at the latest
_PENDING = 3  # minutes until they fire
_LABELS = {"gcp_project": "example.com:ion", "region": "europe-west1", "signal": "error_rate"}


def document(rules: Rules, rule: Alerting, row: EscalationAlert) -> RuleTestFile:
    """Return the tests of the rule."""
    file = next(f for f in rules.all if any(rule in group.rules for group in f.groups))
    after = ceil(row.after / MINUTE)
    return RuleTestFile(rule, (file,), (_case(after),))


def _case(after: int) -> RuleTestCase:
    """Return alerts of which two go on, one of them after it had ended once."""
    second = min(_LATEST, _FIRST + after)  # the first time ends in the minute before
    end = second + after + 10
    goes_on, again = _labels("GoesOn", "checkout"), _labels("Again", "search")
    inputs = (
        *_alert(goes_on, _FIRST, end),
        *_alert(_labels("IsOver", "cart"), _FIRST, _FIRST + after - 1),
        *_alert(_labels("NotCritical", "cart", "high"), _FIRST, end),
        *_pending(_labels("Pending", "cart"), _FIRST, end),
        *_begins_again(again, second, end),
    )
    first = ExpectedFiring(goes_on, _FIRST * MINUTE)
    both = (ExpectedFiring(again, second * MINUTE), first)
    return RuleTestCase(
        "escalation",
        inputs,
        (
            Check(_FIRST + after - 1),
            Check(_FIRST + after, (first,)),
            Check(second + after - 1, (first,)),
            Check(second + after, both),
            Check(end + 1),
        ),
    )


def _labels(alert: str, service: str, severity: str = CRITICAL) -> Pairs:
    found = {"alertname": alert, **_LABELS, "service_name": service, "severity": severity}
    return tuple(sorted(found.items()))


def _alert(labels: Pairs, first: int, last: int) -> tuple[Input, ...]:
    """Return an alert whose condition begins in a minute, and that fires until another."""
    since = ((None, first), (first * MINUTE, last - first))
    firing = ((None, first + _PENDING), (1, last - first - _PENDING))
    return _inputs(labels, "firing", since, firing)


def _pending(labels: Pairs, first: int, last: int) -> tuple[Input, ...]:
    """Return an alert that never fires."""
    since, pending = ((first * MINUTE, last - first), (1, last - first))
    return _inputs(labels, "pending", ((None, first), since), ((None, first), pending))


def _begins_again(labels: Pairs, second: int, last: int) -> tuple[Input, ...]:
    """Return an alert that ends for a minute and begins again: it is as old as that beginning."""
    over = second - 1
    since = (
        (None, _FIRST),
        (_FIRST * MINUTE, over - _FIRST),
        (None, 1),
        (second * MINUTE, last - second),
    )
    fired, fires = _FIRST + _PENDING, second + _PENDING
    firing = ((None, fired), (1, over - fired), (None, fires - over), (1, last - fires))
    return _inputs(labels, "firing", since, firing)


_Runs = tuple[tuple[int | None, int], ...]  # values, and for how many minutes; None for no sample


def _inputs(labels: Pairs, state: str, since: _Runs, states: _Runs) -> tuple[Input, ...]:
    return (
        Input(_selector("ALERTS_FOR_STATE", labels), _samples(since)),
        Input(_selector("ALERTS", (("alertstate", state), *labels)), _samples(states)),
    )


def _samples(runs: _Runs) -> str:
    """Return samples, one a minute; what ends is marked as stale, as Prometheus marks it."""
    texts, before = [], None
    for value, minutes in (*runs, (None, 1)):
        if value is not None:
            texts.append(f"{value}+0x{minutes - 1}")
        elif before is not None:
            texts.append("stale" if minutes == 1 else f"stale _x{minutes - 1}")
        else:
            texts.append(f"_x{minutes}")
        before = value
    return " ".join(texts)


def _selector(name: str, labels: Pairs) -> str:
    pairs = ", ".join(f'{label}="{value}"' for label, value in labels)
    return f"{name}{{{pairs}}}"
