"""What a runbook states of an alert: frozen data, in sentences that somebody tired can act on.

Texts and commands may name facts in braces, such as {value}; `facts.py` says which there are, so
that no number of the policy is written twice. Words in capitals, such as REGION, stand for the
alert's labels and for what a step before has shown.
"""

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """What a step's command is typed into."""

    SHELL = "sh"
    SQL = "sql"
    YAML = "yaml"


@dataclass(frozen=True, slots=True)
class Step:
    """A thing to do: one sentence or two, and what to type, if anything."""

    text: str
    command: str = ""
    language: Language = Language.SHELL


@dataclass(frozen=True, slots=True)
class Cause:
    """A likely cause, and how to tell that it is this one."""

    what: str
    tell: str


@dataclass(frozen=True, slots=True)
class Query:
    """A query to run next: what it shows, and its PromQL."""

    text: str
    promql: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A fact that a text names in braces, and the file and line where it does."""

    fact: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """All that a runbook says beyond the rule itself.

    means     what users notice
    why       why the alert is at this value
    first     what to do at once; it has to fit the first screen
    then      what to do after it
    causes    in order of likelihood
    never     what makes it worse
    false     when nothing is wrong
    queries   the most telling first
    when      the condition in words, where the rule has no row of a table to say it from
    silence   what stands in place of the command, where silencing is a mistake
    mentions  the facts that all of these name
    """

    alert: str
    means: str
    why: str
    first: tuple[Step, ...]
    then: tuple[Step, ...]
    causes: tuple[Cause, ...]
    never: tuple[str, ...]
    false: tuple[str, ...]
    queries: tuple[Query, ...]
    when: str = ""
    silence: str = ""
    mentions: tuple[Mention, ...] = ()
