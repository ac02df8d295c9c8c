"""Where stories of error budgets happen: each in a service, or in a project, of its name.

An alert that is for some services only is tried on one of them, in a project a story.
"""

from collections.abc import Sequence
from dataclasses import replace

from generators.rule_tests.document import MINUTE, RuleTestCase
from generators.rule_tests.scenes import BASE_LABELS, Story, case_of
from generators.rule_tests.stimulus import Pairs
from generators.rules.budgets import BY

_PROJECT, _SERVICE = BY


def labels(service: str, name: str) -> dict[str, str]:
    """Return the labels of a story's counters; `service` is empty where each story has its own."""
    own = {_PROJECT: name, _SERVICE: service} if service else {_SERVICE: name}
    return {**BASE_LABELS, **own}


def place(service: str, name: str) -> Pairs:
    """Return the labels that separate a story's budget and its alert from others."""
    found = labels(service, name)
    return tuple((label, found[label]) for label in BY)


def service_case(
    name: str,
    service: str,
    stories: Sequence[Story],
    minutes: Sequence[int],
    step: int = MINUTE,
) -> RuleTestCase:
    """Return stories as a case, checked in these minutes; `step` seconds between samples."""
    placed = [replace(story, labels=place(service, story.name)) for story in stories]
    return case_of(name, placed, BY, minutes, step)
