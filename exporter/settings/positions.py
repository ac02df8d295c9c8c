"""The position of a value in the settings, and what is wrong with it: one line a problem."""

from collections.abc import Iterable
from dataclasses import dataclass

from exporter.errors import SettingsError

Loc = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A file's line and column, both from 1, or a flag's or variable's name without them."""

    source: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.source}:{self.line}:{self.column}" if self.line else self.source


@dataclass(frozen=True, slots=True, order=True)
class SettingsProblem:
    """What is wrong with the value at `loc`, and the fix; the value is never repeated."""

    position: Position
    loc: Loc
    text: str

    def __str__(self) -> str:
        subject = dotted(self.loc)
        return f"{self.position}: {subject + ': ' if subject else ''}{self.text}"


def dotted(loc: Loc) -> str:
    """Return a location as people write it: redis.targets[0].url."""
    text = ""
    for step in loc:
        text += f"[{step}]" if isinstance(step, int) else f".{_shown(step)}"
    return text.removeprefix(".")


def _shown(step: str) -> str:
    whole = step if len(step) <= 100 else step[:100] + "…"  # noqa: PLR2004 - a line stays readable
    return whole if whole.isprintable() else ascii(whole)


def refusal(problems: Iterable[SettingsProblem]) -> SettingsError:
    """Return the one error that lists all problems, in the order of the file."""
    ordered = sorted(set(problems), key=lambda p: (p.position, dotted(p.loc), p.text))
    return SettingsError("\n".join(str(problem) for problem in ordered))
