"""The lines of a text with its shared fragments put in, each with the file and line it comes from.

A line that is only `{include: budget#causes}` stands for the lines below the heading "causes" of
texts/shared/budget.md; `{command: revisions}` is short for `{include: commands#revisions}`, and
`{4xx: errors#callers}` includes only where this class of status codes counts as an error. The
indent of the line is that of all lines in its place, so that a fragment can be part of a list.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.abc import Traversable
from importlib.resources import files

from exporter.catalog.error_signals import CLASSES
from generators.runbooks.text_error import FOLDER, TextError, unknown

_SHARED, _CONFIGURED = "shared", "configured"
METRIC = "Metric"
_GUIDE = "README"
_ALONE = re.compile(r"(?P<indent> *)\{(?P<kind>[a-z0-9]+): *(?P<name>[^{}]*)\}")
_WITHIN = re.compile(r"\{(?:include|command|4xx|5xx)\b")
_HEADING = "## "
_DIRECTIVES = ("include", "command", *CLASSES)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text, and its file and number for messages."""

    text: str
    location: str


Lines = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """All texts by alert, and the shared fragments by file and heading.

    of_metrics     the one text of all alerts on metrics that the settings add
    error_classes  the classes of status codes that count as errors
    """

    texts: Mapping[str, Lines]
    shared: Mapping[str, Mapping[str, Lines]]
    of_metrics: Lines = ()
    error_classes: tuple[str, ...] = CLASSES

    def lines(self, alert: str) -> Lines:
        """Return an alert's text, its fragments in their place. Raises TextError."""
        return tuple(self._expanded(self.texts[alert], ()))

    def configured(self) -> Lines:
        """Return the text of all alerts on configured metrics. Raises TextError."""
        return tuple(self._expanded(self.of_metrics, ()))

    def fragment(self, name: str) -> Lines:
        """Return the fragment FILE#HEADING, for code that copies it unchanged."""
        return tuple(self._expanded(self._fragment(name, FOLDER), (name,)))

    def _expanded(self, lines: Lines, within: tuple[str, ...]) -> Iterator[Line]:
        for line in lines:
            found = _ALONE.fullmatch(line.text)
            if found is None:
                yield _plain(line)
                continue
            name = _name(found, line.location)
            if name in within:
                raise TextError(f"{line.location}: {name} includes itself")
            below = self._fragment(name, line.location)
            if found["kind"] in CLASSES and found["kind"] not in self.error_classes:
                continue
            for each in self._expanded(below, (*within, name)):
                yield Line(f"{found['indent']}{each.text}" if each.text else "", each.location)

    def _fragment(self, name: str, location: str) -> Lines:
        file, _, heading = name.partition("#")
        if file not in self.shared:
            raise unknown(location, "file of fragments", file, self.shared)
        if heading not in self.shared[file]:
            what = "command" if file == "commands" else f"fragment of {_SHARED}/{file}.md"
            raise unknown(location, what, heading, self.shared[file])
        return self.shared[file][heading]


def _plain(line: Line) -> Line:
    """Return a line without a directive. Raises TextError for one within a sentence."""
    if _WITHIN.search(line.text):
        raise TextError(
            f"{line.location}: {{include: …}}, {{command: …}}, {{4xx: …}} need a line of their own"
        )
    return line


def _name(found: re.Match[str], location: str) -> str:
    if found["kind"] not in _DIRECTIVES:
        raise unknown(location, "directive", found["kind"], _DIRECTIVES)
    return f"commands#{found['name']}" if found["kind"] == "command" else found["name"]


@cache
def packaged() -> Library:
    """Return the texts that are installed with the package."""
    return read(files("generators.runbooks").joinpath("texts"))


def read(root: Traversable) -> Library:
    """Return the texts below a folder."""
    texts, shared = _files(root, ""), _files(root.joinpath(_SHARED), f"{_SHARED}/")
    texts.pop(_GUIDE, None)
    fragments = {file: _by_heading(lines) for file, lines in shared.items()}
    configured = root.joinpath(_CONFIGURED)
    found = _files(configured, f"{_CONFIGURED}/") if configured.is_dir() else {}
    return Library(texts, fragments, found.get(METRIC, ()))


def _files(folder: Traversable, path: str) -> dict[str, Lines]:
    found = (file for file in folder.iterdir() if file.name.endswith(".md"))
    return {
        file.name.removesuffix(".md"): tuple(
            Line(text, f"{FOLDER}/{path}{file.name}:{number}")
            for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        )
        for file in sorted(found, key=lambda file: file.name)
    }


def _by_heading(lines: Lines) -> Mapping[str, Lines]:
    """Return the lines below each heading of a file, without empty lines at both ends."""
    found: dict[str, list[Line]] = {}
    below: list[Line] = []
    for line in lines:
        if line.text.startswith(_HEADING):
            below = found.setdefault(line.text.removeprefix(_HEADING), [])
        elif below or line.text.strip():
            below.append(line)
    return {heading: _without_end(each) for heading, each in found.items()}


def _without_end(lines: list[Line]) -> Lines:
    last = max((n for n, line in enumerate(lines) if line.text.strip()), default=-1)
    return tuple(lines[: last + 1])
