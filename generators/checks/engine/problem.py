"""A text of a file with its line, and a problem on such a line."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong, on which line, by the rule of which check; the text ends with the fix."""

    path: str
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a file: its value, the line where it begins, and the lines that it takes."""

    value: str
    path: str = ""
    line: int = 1
    lines: tuple[str, ...] = ()

    def at(self, word: str) -> int:
        """Return the first line that contains a word of the text, as a whole word."""
        whole = re.compile(rf"(?<![\w:]){re.escape(word)}(?![\w:])")
        for number, line in enumerate(self.lines):
            if word and whole.search(line):
                return self.line + number
        return self.line

    def problem(self, rule: str, text: str, word: str = "") -> Problem:
        """Return a problem of this text, at a word of it."""
        return Problem(self.path, self.at(word), rule, text)
