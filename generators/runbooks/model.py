"""What a runbook states about an alert, as frozen data.

Texts and commands may name facts in braces, such as {value}; `fact_values.py` lists them, so
that no number of the policy is written twice. Words in capitals, such as REGION, stand for the
alert's labels and for results of earlier steps.
"""

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """The language of a step's command."""

    SHELL = "sh"
    SQL = "sql"
    YAML = "yaml"


@dataclass(frozen=True, slots=True)
class Step:
    """An instruction: one sentence or two, and the command, if any."""

    text: str
    command: str = ""
    language: Language = Language.SHELL


@dataclass(frozen=True, slots=True)
class Cause:
    """A likely cause, and the evidence that it is this one."""

    what: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Query:
    """A query to run next: what it shows, and its PromQL."""

    text: str
    promql: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A fact that a text names in braces, and the file and line where it does."""

    fact: str
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """All that a runbook states beyond the rule itself.

    impact        what users notice
    why           the reason for the threshold
    first         what to do at once; it has to fit the first screen
    then          what to do after that
    causes        likely causes, the likeliest first
    do_not        what makes it worse
    false_alarms  when nothing is wrong although it fires
    queries       queries to run next, the most useful first
    when          the condition in words, where it cannot be worded from the rule's row
    silence       replaces the shared text on silencing, where silencing is a mistake
    mentions      the facts that all of these name
    """

    alert: str
    impact: str
    why: str
    first: tuple[Step, ...]
    then: tuple[Step, ...]
    causes: tuple[Cause, ...]
    do_not: tuple[str, ...]
    false_alarms: tuple[str, ...]
    queries: tuple[Query, ...]
    when: str = ""
    silence: str = ""
    mentions: tuple[Mention, ...] = ()
