"""Prometheus' rule files as data: groups, rules, their expressions, each with its line."""

from collections.abc import Iterator
from dataclasses import replace

import yaml

from exporter.settings.types import seconds
from generators.checks.engine.context import JudgedQuery, Rule, Server
from generators.checks.engine.problem import Text
from generators.checks.engine.yaml_file import YamlFile, get, items, pairs, scalar
from generators.promql_tree.tree import Unparsable, parse

EVALUATION = 60.0
OPTIONS = ("for", "keep_firing_for")


def rules(document: YamlFile, server: Server) -> Iterator[Rule]:
    """Yield the rules of a file; what is no rule is left out, and reported by a check."""
    for group in items(get(document.root, "groups")):
        group_name = f"{document.path} {scalar(get(group, 'name'))}"
        interval = _interval(get(group, "interval"))
        shared = _texts(document, get(group, "labels"))
        for node in items(get(group, "rules")):
            kind = next((key for key, _, _ in pairs(node) if key in ("alert", "record")), None)
            expression = get(node, "expr")
            if kind and expression is not None:
                found = query(document.text(expression), server)
                rule = _rule(document, kind, node, group_name, interval, found)
                yield replace(rule, labels={**shared, **rule.labels})


def _interval(node: yaml.Node | None) -> float:
    try:
        return seconds(scalar(node)) or EVALUATION
    except ValueError:
        return EVALUATION


def query(text: Text, server: Server, *, variables: bool = False) -> JudgedQuery:
    """Return a query; `variables` allows Grafana's."""
    try:
        return JudgedQuery(text, parse(text.value, variables=variables), "", server)
    except Unparsable as error:
        return JudgedQuery(text, None, str(error), server)


def _rule(
    document: YamlFile,
    kind: str,
    node: yaml.Node,
    group: str,
    interval: float,
    found: JudgedQuery,
) -> Rule:
    return Rule(
        kind=kind,
        name=document.text(get(node, kind) or node),
        query=found,
        group=group,
        interval=interval,
        options={name: document.text(value) for name, _, value in pairs(node) if name in OPTIONS},
        labels=_texts(document, get(node, "labels")),
        annotations=_texts(document, get(node, "annotations")),
    )


def _texts(document: YamlFile, node: yaml.Node | None) -> dict[str, Text]:
    return {name: document.text(value) for name, _, value in pairs(node)}
