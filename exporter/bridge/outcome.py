"""What became of one try to deliver something."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sent:
    """It has arrived. wait is for how many seconds the target takes nothing more; mostly 0."""

    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Later:
    """It has not arrived, and may another time.

    wait  for how many seconds the target asked to be left alone; 0 where it did not
    """

    why: str
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Refused:
    """It never will arrive as it is."""

    why: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """It was not sent, on purpose: the other side notices that nothing comes."""


Outcome = Sent | Later | Refused
