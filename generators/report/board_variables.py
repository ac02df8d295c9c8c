"""Variables of a dashboard: what is chosen for each, and expressions with them filled in."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from exporter.errors import SettingsError
from generators.dashboards.file.board import VariableInFile

ALL = "$__all"
_USE = re.compile(r"\$\{(\w+)(?:\.[\w.]+)?(?::([\w-]+))?\}|\$(\w+)|\[\[(\w+)(?::([\w-]+))?\]\]")
_SPECIAL = re.compile(r"[\\^$*+?.()|{}\[\]'\"/-]")
_PROMQL_SPECIAL = re.compile(r"[$^*{}\[\]'+?.()|]")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledVariable:
    """A variable: its name and label, what is chosen, and how it is written into an expression.

    `values` are what is chosen, or all that there are; `all_value` stands for all of them.
    """

    name: str
    label: str
    values: tuple[str, ...]
    chosen_all: bool = False
    all_value: str = ""
    many: bool = False
    query: str = ""
    data: str = ""
    hidden: bool = False

    @property
    def text(self) -> str:
        """Return what is chosen, for a person."""
        return "All" if self.chosen_all else " + ".join(self.values)


def read(
    found: Iterable[VariableInFile], chosen: Mapping[str, tuple[str, ...]]
) -> list[FilledVariable]:
    """Return a dashboard's variables, with chosen values instead of those of the file."""
    return [_variable(one, chosen) for one in found]


def unknown(boards: Iterable[Iterable[VariableInFile]], chosen: Iterable[str]) -> None:
    """Refuse a variable that none of the dashboards has."""
    names = {one.name for board in boards for one in board}
    for name in chosen:
        if name not in names:
            known = ", ".join(sorted(names)) or "none"
            raise SettingsError(f"--var {name}: no such variable; the dashboards have: {known}")


def _variable(found: VariableInFile, chosen: Mapping[str, tuple[str, ...]]) -> FilledVariable:
    values = chosen.get(found.name) or _current(found)
    whole = values in {(ALL,), ("All",)} or (found.name not in chosen and not values)
    return FilledVariable(
        name=found.name,
        label=found.label or found.name,
        values=_options(found) if whole else values,
        chosen_all=whole and found.include_all,
        all_value=found.all_value or "",
        many=found.multi or found.include_all,
        query=found.query.query,
        data=found.datasource.uid if found.type == "query" else "",
        hidden=found.hide == 2 or found.type == "datasource",  # noqa: PLR2004 - its word
    )


def _current(found: VariableInFile) -> tuple[str, ...]:
    value = found.current.value
    if found.type == "constant" and value is None:
        value = found.query.query
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),) if value else ()


def _options(found: VariableInFile) -> tuple[str, ...]:
    listed = [str(one.value) for one in found.options]
    if not listed and found.type in {"custom", "interval"}:
        listed = [part.strip() for part in found.query.query.split(",")]
    return tuple(value for value in listed if value != ALL)


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be written in an expression or a title: variables, and Grafana's own words."""

    variables: Mapping[str, FilledVariable]
    own: Mapping[str, str]

    def filled(self, text: str) -> str:
        """Return an expression with everything filled in; what is unknown stays as it is."""
        return _USE.sub(lambda found: self._use(found, self._promql), text)

    def titled(self, text: str) -> str:
        """Return a title with everything filled in, for a person."""
        return _USE.sub(lambda found: self._use(found, lambda v, _: v.text), text)

    def _use(self, found: re.Match[str], write: Callable[[FilledVariable, str], str]) -> str:
        name = found[1] or found[3] or found[4]
        if name in self.own:
            return self.own[name]
        if name not in self.variables:
            return found[0]
        return write(self.variables[name], found[2] or found[5] or "")

    def _promql(self, variable: FilledVariable, how: str) -> str:
        if variable.chosen_all and variable.all_value and how != "text":
            return variable.all_value
        return _WRITERS.get(how, _as_promql)(variable)


def _as_promql(variable: FilledVariable) -> str:
    if not variable.many:
        return variable.values[0] if variable.values else ""
    escaped = [_escaped(value) for value in variable.values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def _escaped(value: str) -> str:
    """Return a value for a regular expression within a PromQL string, as Grafana escapes it."""
    doubled = value.replace("\\", "\\\\\\\\")
    quoted = _PROMQL_SPECIAL.sub(lambda found: "\\\\" + found[0], doubled)
    return quoted.replace('"', '\\"')


def _regex(variable: FilledVariable) -> str:
    parts = [_SPECIAL.sub(lambda found: "\\" + found[0], value) for value in variable.values]
    return parts[0] if len(parts) == 1 else f"({'|'.join(parts)})"


_WRITERS: dict[str, Callable[[FilledVariable], str]] = {
    "raw": lambda variable: ",".join(variable.values),
    "csv": lambda variable: ",".join(variable.values),
    "pipe": lambda variable: "|".join(variable.values),
    "text": lambda variable: variable.text,
    "regex": _regex,
    "doublequote": lambda variable: ",".join(f'"{value}"' for value in variable.values),
    "singlequote": lambda variable: ",".join(f"'{value}'" for value in variable.values),
    "glob": lambda variable: (
        variable.values[0] if len(variable.values) == 1 else "{" + ",".join(variable.values) + "}"
    ),
}
