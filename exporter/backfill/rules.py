"""The recording rules of the generated files: which read which, and what the servers keep."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import promql_parser
import yaml

from exporter.backfill.label_names import with_label
from exporter.backfill.plan import digest
from exporter.errors import IonmonError
from exporter.settings.types import seconds

_BY_DEFAULT = 60  # seconds between evaluations
_LAST_LABEL = "zzz_"


@dataclass(frozen=True, slots=True)
class RecordingRule:
    """A rule: its series' name and labels, its expression, the names it reads, its interval."""

    record: str
    expr: str
    labels: tuple[tuple[str, str], ...]
    reads: frozenset[str]
    every: int

    @property
    def is_counter(self) -> bool:
        """Return whether its series only rise, or begin anew."""
        return self.record.endswith("_total")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """All recording rules by level; each reads what lower ones record. `keeps` says what stays."""

    levels: tuple[tuple[RecordingRule, ...], ...]
    keeps: Callable[[str], bool]
    digest: str

    @property
    def names(self) -> frozenset[str]:
        """Every name that a rule reads."""
        return frozenset(name for level in self.levels for rule in level for name in rule.reads)

    def read_later(self, level: int) -> frozenset[str]:
        """Return the names that rules of higher levels read."""
        return frozenset(n for later in self.levels[level + 1 :] for r in later for n in r.reads)


def read_rules(folder: Path) -> RuleSet:
    """Read what `ionmon configs` wrote. Raises IonmonError.

    Beside the folder lies prometheus.yml: what it sends to the server with 90 days is kept, and
    what that one evaluates itself. Where one server does all, everything is kept.
    """
    files = sorted(folder.glob("*.yml"))
    if not files:
        raise IonmonError(f"{folder}: there are no rules; write them with `ionmon configs`")
    texts = [file.read_text() for file in files]
    rules = {file.name: list(_rules(file, text)) for file, text in zip(files, texts, strict=True)}
    main = _document(folder.parent / "prometheus.yml")
    sent = [regex for write in main.get("remote_write", ()) for regex in _kept(write)]
    of_main = {Path(name).name for name in main.get("rule_files", ())}
    own = {r.record for name, found in rules.items() if name not in of_main for r in found}
    pattern = re.compile("|".join(f"(?:{regex})" for regex in sent)) if sent else None

    def keeps(record: str) -> bool:
        return pattern is None or record in own or pattern.fullmatch(record) is not None

    every = [rule for found in rules.values() for rule in found]
    body = digest((*texts, json.dumps(main, sort_keys=True)))
    return RuleSet(levels=tuple(levels(every)), keeps=keeps, digest=body)


def levels(rules: Iterable[RecordingRule]) -> Iterator[tuple[RecordingRule, ...]]:
    """Yield rules, each after those whose series it reads. Raises IonmonError for a circle."""
    left = list(rules)
    while left:
        missing = {rule.record for rule in left}
        ready = tuple(r for r in left if not (r.reads - {r.record}) & missing)
        if not ready:
            raise IonmonError(f"rules read each other in a circle: {', '.join(sorted(missing))}")
        yield ready
        left = [rule for rule in left if rule not in ready]


def _document(path: Path) -> Mapping[str, Any]:
    if not path.exists():
        return {}
    found: Mapping[str, Any] = yaml.safe_load(path.read_text()) or {}
    return found


def _kept(write: Mapping[str, Any]) -> Iterator[str]:
    for config in write.get("write_relabel_configs", ()):
        if config.get("action") == "keep" and config.get("source_labels") == ["__name__"]:
            yield str(config["regex"])


def _rules(file: Path, text: str) -> Iterator[RecordingRule]:
    for group in (yaml.safe_load(text) or {}).get("groups", ()):
        for rule in group.get("rules", ()):
            if "record" in rule:
                yield _rule(file, rule, round(seconds(group.get("interval", f"{_BY_DEFAULT}s"))))


def _rule(file: Path, rule: Mapping[str, Any], every: int) -> RecordingRule:
    expr = str(rule["expr"])
    try:
        reads = frozenset(_names(expr))
    except ValueError as error:
        raise IonmonError(f"{file}: {rule['record']}: {error}") from error
    labels = tuple(sorted((rule.get("labels") or {}).items()))
    return RecordingRule(
        record=str(rule["record"]), expr=expr, labels=labels, reads=reads, every=every
    )


def _nodes(node: Any) -> Iterator[Any]:  # noqa: ANN401 - nodes of promql_parser
    """Yield a node of an expression and everything below it."""
    yield node
    for part in ("vector_selector", "lhs", "rhs", "expr", "param"):
        inner = getattr(node, part, None)
        if inner is not None:
            yield from _nodes(inner)
    for inner in getattr(node, "args", None) or ():
        yield from _nodes(inner)


def _names(expr: str) -> Iterator[str]:
    """Yield the names of the series that an expression reads."""
    for node in _nodes(promql_parser.parse(expr)):
        if isinstance(node, promql_parser.VectorSelector):
            yield node.name or ""


def value_labels(expr: str) -> tuple[str, ...]:
    """Return the labels that `count_values` makes in an expression."""
    nodes = _nodes(promql_parser.parse(expr))
    made = (
        str(getattr(node.param, "val", ""))
        for node in nodes
        if isinstance(node, promql_parser.AggregateExpr) and str(node.op) == "count_values"
    )
    return tuple(dict.fromkeys(made))


def over_a_range(expr: str) -> tuple[str, Mapping[str, str]]:
    """Return an expression that is right over a range, and the labels to name back.

    Prometheus 2.42 sorts the label that `count_values` makes in between those it groups by, and
    then writes over them at each step, so that they are lost from the second step on. A label that
    sorts behind all others is harmless.
    """
    if "count_values" not in expr:
        return expr, {}
    back = {}
    for label in value_labels(expr):
        back[_LAST_LABEL + label] = label
        expr = with_label(expr, label, _LAST_LABEL + label)
    return expr, back
