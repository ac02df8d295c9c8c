"""The tests of an alert on a signal's value: at its threshold, in bursts, and without data.

All stories run beside each other in the same minutes, so that each is the healthy neighbour of the
others.
"""

from exporter.catalog.expression import Matcher
from exporter.catalog.walk import split
from generators.alert_table import ThresholdAlert
from generators.rule_tests import away, bursts, low_traffic
from generators.rule_tests.document import RuleTestFile, named
from generators.rule_tests.scenes import case_of
from generators.rule_tests.threshold_stories import Stories, Values
from generators.rules.build import Rules
from generators.rules.model import Alerting, alerts

_LATER = 11  # minutes after it fires: of the last check


def document(rules: Rules, rule: Alerting, row: ThresholdAlert) -> RuleTestFile:
    """Return the tests of an alert. Raises SettingsError where no value fires it, or each."""
    fixed = {one.label: one.values[0] for one in rule.only if isinstance(one, Matcher)}
    found = Stories(Values(row), fixed)
    minutes = (found.fires - 1, found.fires, found.fires + 1, found.fires + _LATER)
    stories, by = (*found.firing(), *found.silent()), split(row.signal)
    # Without a label there is one series only: each story needs a case of its own.
    together = [("each place has a story, which is its name", stories)]
    alone = [(story.name, (story,)) for story in stories]
    at_threshold = (
        case_of(n, each, by, minutes) for n, each in (together if found.label else alone)
    )
    cases = (*at_threshold, *bursts.cases(found), *low_traffic.cases(found), *away.cases(found))
    file = next(file.name for file in rules.main if rule in alerts((file,)))
    return RuleTestFile(rule, named(rules.main, "recording.yml", file), cases)
