"""What checks read: queries and rules with their lines, files, known series."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from exporter.settings import Settings
from generators.checks.engine.known_series import Known
from generators.checks.engine.problem import Text
from generators.checks.engine.yaml_file import YamlFile
from generators.promql_tree.tree import Node

USUAL_RETENTION = 15 * 86400.0  # Prometheus' own, unless a flag sets another


@dataclass(frozen=True, slots=True)
class Server:
    """The Prometheus that a query is for: seconds between scrapes, seconds that are kept."""

    scrape_interval: float = 60.0
    retention: float = USUAL_RETENTION


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query; its tree unless it does not parse, then the error; the server that it is for."""

    text: Text
    tree: Node | None
    error: str = ""
    server: Server = Server()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of a rule file: kind is alert or record; `options` are `for` and its like.

    group  the file and the name of its group, whose rules are evaluated at one time
    """

    kind: str
    name: Text
    query: JudgedQuery
    group: str
    interval: float
    options: Mapping[str, Text]
    labels: Mapping[str, Text]
    annotations: Mapping[str, Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything that a check may read.

    root        where the project's files are; `documents` are those that are checked, by path
    rules       rules of the checked files; their queries are in `queries`, with all others
    known       every series that there is, those of rules that are not checked included
    uses        regular expressions of names that are used outside rules; None where it is not known
    """

    root: Path
    settings: Settings
    documents: Mapping[str, YamlFile]
    rules: tuple[Rule, ...]
    queries: tuple[JudgedQuery, ...]
    known: Known
    uses: tuple[re.Pattern[str], ...] | None = None
