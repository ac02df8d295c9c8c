"""Alerts that are wrong on purpose: each is PromQL, whatever services are called."""

import pytest

from exporter.settings import Settings
from generators.policy import policy
from generators.promql_tree.tree import parse
from generators.rule_tests.files import urgent
from generators.rule_tests.mutation import mutants
from generators.rules.build import build
from generators.rules.model import alerts

ODD = {"x-0--a.b": {"objectives": {"availability": "99.99%"}}, "z.9": {"owner": "team.z"}}


@pytest.mark.parametrize("services", [ODD, {"plain": {"objectives": {"availability": "99%"}}}])
def test_wrong_forms_can_be_written(services: dict[str, object]) -> None:
    """A dot in a name is escaped in regular expressions, and stays so where a limit is moved."""
    settings = Settings.model_validate({"services": services})
    for test in urgent(build(settings), policy(settings)):
        wrong = [*mutants(test)]
        assert wrong
        for mutant in wrong:
            for rule in alerts(mutant.files):
                parse(rule.expr)
