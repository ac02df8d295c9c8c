"""YAML files with the line of everything in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from exporter.errors import IonmonError
from generators.checks.engine.problem import Problem, Text


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A YAML file: the path that is shown, its lines, its root, or the problems of its syntax."""

    path: str
    lines: tuple[str, ...]
    root: yaml.Node | None
    problems: tuple[Problem, ...] = ()

    def text(self, node: yaml.Node) -> Text:
        """Return the text of a node; of a collection, the words that begin it."""
        first, last = node.start_mark.line, node.end_mark.line
        value = node.value if isinstance(node, yaml.ScalarNode) else ""
        return Text(value, self.path, first + 1, self.lines[first : last + 1])

    def problem(self, node: yaml.Node, rule: str, text: str) -> Problem:
        """Return a problem of a node."""
        return Problem(self.path, node.start_mark.line + 1, rule, text)

    @property
    def source(self) -> str:
        """The whole text."""
        return "\n".join(self.lines)


def read(path: Path, shown: str) -> YamlFile:
    """Return a file, shown under a path. Raises IonmonError where it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise IonmonError(f"{path}: {why}") from error
    return parsed(text, shown)


def parsed(text: str, shown: str) -> YamlFile:
    """Return the document of a text."""
    lines = tuple(text.splitlines())
    try:
        root = _root(text)
    except yaml.MarkedYAMLError as error:
        line = 1 if error.problem_mark is None else error.problem_mark.line + 1
        return YamlFile(shown, lines, None, (Problem(shown, line, "yaml", str(error.problem)),))
    except yaml.YAMLError as error:
        return YamlFile(shown, lines, None, (Problem(shown, 1, "yaml", str(error)),))
    except RecursionError:
        return YamlFile(shown, lines, None, (Problem(shown, 1, "yaml", "is nested too deeply"),))
    return YamlFile(shown, lines, root)


def _root(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader)  # ten times slower; says what it found


def pairs(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
    """Yield the keys of a mapping as text, each with its own node and its value's."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield key.value, key, value


def get(node: yaml.Node | None, name: str) -> yaml.Node | None:
    """Return the value of a key of a mapping, or None."""
    return next((value for key, _, value in pairs(node) if key == name), None)


def items(node: yaml.Node | None) -> list[yaml.Node]:
    """Return the items of a sequence; none where it is no sequence."""
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def scalar(node: yaml.Node | None) -> str:
    """Return the text of a scalar; empty where it is none."""
    return node.value if isinstance(node, yaml.ScalarNode) else ""
