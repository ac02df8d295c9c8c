"""Waits for the first evaluation of changed rules: what loads need not work."""

import time
from collections.abc import Sequence

from exporter.clock import steady
from generators.deploy.asking import ReloadRefused
from generators.deploy.in_force import failing, waiting
from generators.deploy.model import DeployedServer, ServerState
from generators.deploy.reloading import listed
from generators.deploy.rules_in_force import own_rules
from generators.deploy.state import state
from generators.deploy.survey import StepSurvey
from generators.plurals import counted

_PAUSE = 0.5  # seconds between two looks


class RulesFail(ReloadRefused):
    """Rules were loaded, and their evaluation fails."""


def evaluated(changed: Sequence[StepSurvey], seconds: float, patience: float) -> str:
    """Return how many rules work; wait at most so long for those that were not evaluated yet.

    patience  seconds that a server may take to answer

    Raises RulesFail for one that failed and is new; one that failed before is no fault of it.
    """
    end = steady() + seconds
    while True:
        later, known = _looked_at(changed, patience)
        if not later or steady() >= end:
            text = (
                f"{known - later} of {counted(known, 'rule')} were evaluated, and no new one fails"
            )
            return f"{text}; the others wait for their first evaluation" if later else text
        time.sleep(_PAUSE)


def _looked_at(changed: Sequence[StepSurvey], patience: float) -> tuple[int, int]:
    """Return how many rules wait for their first evaluation, and how many there are."""
    later = known = 0
    for one in changed:
        server = one.step.server
        if server is None:
            continue
        found = state(server, steady() + patience)
        wrong = _newly_failing(server, one.found, found)
        if wrong:
            raise RulesFail(f"{server.url}: {listed(wrong)}")
        later += len(waiting(server, found))
        known += len(own_rules(server, found.rules))
    return later, known


def _newly_failing(
    server: DeployedServer, earlier: ServerState | None, found: ServerState
) -> list[str]:
    known = {one.rule for one in failing(server, earlier)} if earlier is not None else set()
    fails = (one for one in failing(server, found) if one.rule not in known)
    return [f"{one.rule.name} fails: {one.error}" for one in fails]
