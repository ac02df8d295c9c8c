"""Reads documents: their fenced blocks and code spans, and the commands in both."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHELL = {"", "sh", "bash", "shell", "console"}
_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(`+)(.+?)\1", re.DOTALL)
_DRAWN = re.compile("[─│┌┐▶▼]")
_COMMENT = re.compile(r"(?:^|\s)#\s.*")
_ASSIGNMENT = re.compile(r"[A-Z_]+=\S*")
_PROMPT = re.compile(r"^\$ ")


@dataclass(frozen=True, slots=True)
class DocumentedCommand:
    """A command as a document has it: which document, and its words, the program first."""

    document: str
    words: tuple[str, ...]

    @property
    def program(self) -> str:
        """Return the program's name without its folder."""
        return Path(self.words[0]).name

    def __str__(self) -> str:
        """Return what a failed test shows."""
        return f"{self.document}: {' '.join(self.words)}"


@cache
def documents() -> dict[str, str]:
    """Return the text of every tracked document that users read, by its path.

    The change log is history: what it names may be gone.
    """
    patterns = ("*.md", "docs/*.md", "exporter/recorder/README.md")
    listed = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    names = (n for n in listed.stdout.split() if "/runbooks/texts/" not in n)
    return {
        name: (ROOT / name).read_text(encoding="utf-8") for name in names if name != "CHANGELOG.md"
    }


def blocks(text: str) -> Iterator[str]:
    """Yield the fenced blocks that are typed into a shell."""
    for language, block in _FENCE.findall(text):
        if language in SHELL and not _DRAWN.search(block):
            yield block


def spans(text: str) -> Iterator[str]:
    """Yield the code in running text, each on one line."""
    for _, span in _SPAN.findall(_FENCE.sub("", text)):
        yield " ".join(span.split())


def commands(programs: frozenset[str]) -> Iterator[DocumentedCommand]:
    """Yield every command of every document; a span is one where it begins with a program."""
    for name, text in documents().items():
        for block in blocks(text):
            for line in block.replace("\\\n", " ").splitlines():
                for words in typed(line):
                    yield DocumentedCommand(name, words)
        for span in spans(text):
            for words in typed(span) if is_command(span, programs) else ():
                yield DocumentedCommand(name, words)


def is_command(span: str, programs: frozenset[str]) -> bool:
    """Say whether a span is a command: a program and at least one word after it."""
    first, *rest = span.split() or [""]
    if _ASSIGNMENT.fullmatch(first) and rest:
        first, *rest = rest
    return Path(first).name in programs and bool(rest)


def typed(line: str) -> Iterator[tuple[str, ...]]:
    """Yield the commands of a line of a shell, without comments, assignments and redirections."""
    text = _COMMENT.sub("", _PROMPT.sub("", line.strip()))
    lexer = shlex.shlex(text, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    for word in (*lexer, ";"):
        if set(word) <= set("|&;"):
            while words and _ASSIGNMENT.fullmatch(words[0]):
                words.pop(0)
            if words:
                yield tuple(words)
            words = []
        else:
            words.append(word)
