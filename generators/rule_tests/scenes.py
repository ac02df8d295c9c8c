"""What a story is: labels, phases of input series, and when the alert fires."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from generators.rule_tests.document import MINUTE, Check, ExpectedFiring, RuleTestCase
from generators.rule_tests.stimulus import InputSeries, Pairs, made_up
from generators.rule_tests.story import Phase, inputs

BASE_LABELS = {"gcp_project": "example.com:ion", "region": "europe-west1"}
ELSEWHERE = "us-central1"
InputSet = tuple[InputSeries, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What happens to the series of one label set, whose finest label is named after it.

    value         of the alert where it fires, which it does not in every story
    begins, ends  the minutes between which a check finds it firing
    labels        of its alert; left out, the finest is the story's name
    """

    name: str
    phases: tuple[Phase, ...]
    value: float = 0
    fires: bool = False
    ends: float = inf
    begins: float = 0
    labels: Pairs = ()


def case_of(name: str, stories: Sequence[Story], by: tuple[str, ...], minutes: Sequence[int],
         step: int = MINUTE) -> RuleTestCase:  # fmt: skip
    """Return stories as a case, checked in these minutes; its finest label is the story's name."""
    checks = tuple(
        Check(
            minute,
            tuple(
                ExpectedFiring(story.labels or labels_of(by, story.name), story.value)
                for story in stories
                if story.fires and story.begins <= minute <= story.ends
            ),
        )
        for minute in minutes
    )
    found = tuple(i for story in stories for i in inputs(story.phases))
    return RuleTestCase(name, found, checks, step)


def labels_of(by: tuple[str, ...], name: str) -> tuple[tuple[str, str], ...]:
    """Return the labels of a story: the finest is the story's name."""
    labels = {**BASE_LABELS, **dict.fromkeys(by[-1:], name)}
    return tuple((label, labels.get(label) or made_up(label)) for label in by)


def gauge(name: str, labels: tuple[tuple[str, str], ...], *values: float) -> InputSeries:
    """Return a series that is recorded: what it is, step after step."""
    return InputSeries(name, labels, values, counter=False)
