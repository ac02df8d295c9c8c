"""Where stories take place, and what a story is: phases of input series, and when it fires."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from generators.rule_tests.document import MINUTE, Check, Firing, RuleTestCase
from generators.rule_tests.stimulus import InputSeries
from generators.rule_tests.story import Phase, inputs

PLACES = {"gcp_project": "example.com:ion", "region": "europe-west1"}
ELSEWHERE = "us-central1"
Told = tuple[InputSeries, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What happens at a place that is named after it.

    value         of the alert where it fires, which it does not in every story
    begins, ends  the minutes between which a check finds it firing
    """

    name: str
    phases: tuple[Phase, ...]
    value: float = 0
    fires: bool = False
    ends: float = inf
    begins: float = 0


def told(name: str, stories: Sequence[Story], by: tuple[str, ...], minutes: Sequence[int],
         step: int = MINUTE) -> RuleTestCase:  # fmt: skip
    """Return stories as a case, checked in these minutes; places are named in the finest label."""
    checks = tuple(
        Check(
            minute,
            tuple(
                Firing(place(by, story.name), story.value)
                for story in stories
                if story.fires and story.begins <= minute <= story.ends
            ),
        )
        for minute in minutes
    )
    found = tuple(i for story in stories for i in inputs(story.phases))
    return RuleTestCase(name, found, checks, step)


def place(by: tuple[str, ...], name: str) -> tuple[tuple[str, str], ...]:
    """Return the labels of a story's place: the finest is the story's name."""
    labels = {**PLACES, by[-1]: name}
    return tuple((label, labels[label]) for label in by)


def gauge(name: str, labels: tuple[tuple[str, str], ...], *values: float) -> InputSeries:
    """Return a series that is recorded: what it is, step after step."""
    return InputSeries(name, labels, values, counter=False)
