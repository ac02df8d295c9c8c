"""Rule files have only fields that the stated Prometheus knows, each once."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

import yaml

from exporter.settings.versions import GROUP_LABELS, QUERY_OFFSET, has
from generators.checks.engine.context import Context
from generators.checks.engine.problem import Problem
from generators.checks.engine.suggestions import suggestion_or_choices
from generators.checks.engine.yaml_file import YamlFile, get, items, pairs

RULE = "field"
GROUP = ("name", "interval", "limit", "rules")
ALERT = ("alert", "expr", "for", "keep_firing_for", "labels", "annotations")
RECORD = ("record", "expr", "labels")
NEWER = {"query_offset": QUERY_OFFSET, "labels": GROUP_LABELS}
# What begins a configuration of Prometheus or Alertmanager, which others check.
CONFIG = frozenset({"global", "scrape_configs", "rule_files", "alerting", "route", "receivers"})
_FORMS: dict[type[yaml.Node], str] = {
    yaml.ScalarNode: "a text",
    yaml.SequenceNode: "a list",
    yaml.MappingNode: "a mapping",
}


def check(context: Context) -> Iterator[Problem]:
    """Yield fields that are unknown, missing, of the wrong form, or written twice."""
    for document in context.documents.values():
        yield from document.problems
        yield from _twice(document)
        if not document.problems and not any(name in CONFIG for name, _, _ in pairs(document.root)):
            version = context.settings.prometheus.version
            newer = tuple(name for name, since in NEWER.items() if has(version, since))
            yield from _file(document, (*GROUP, *newer))


def _file(document: YamlFile, fields: Collection[str]) -> Iterator[Problem]:
    root = document.root
    if not isinstance(root, yaml.MappingNode):
        yield Problem(document.path, 1, RULE, "this is no rule file; begin it with groups:")
        return
    yield from _only(document, root, ("groups",), "a rule file")
    yield from _needs(document, root, {"groups": yaml.SequenceNode}, "a rule file")
    names = Counter(n.value for n in _names(document))
    for node in _names(document):
        if names[node.value] > 1:
            text = f"two groups have the name {node.value}; rename one"
            yield document.problem(node, RULE, text)
    for group in items(get(root, "groups")):
        yield from _only(document, group, fields, "a group")
        needed = {"name": yaml.ScalarNode, "rules": yaml.SequenceNode}
        yield from _needs(document, group, needed, "a group")
        for rule in items(get(group, "rules")):
            yield from _rule(document, rule)


def _names(document: YamlFile) -> list[yaml.ScalarNode]:
    found = (get(group, "name") for group in items(get(document.root, "groups")))
    return [node for node in found if isinstance(node, yaml.ScalarNode)]


def _rule(document: YamlFile, rule: yaml.Node) -> Iterator[Problem]:
    kinds = [key for key, _, _ in pairs(rule) if key in ("alert", "record")]
    if len(kinds) != 1:
        text = "a rule is either an alert or a record; write one of the two"
        yield document.problem(rule, RULE, text)
        return
    allowed = ALERT if kinds[0] == "alert" else RECORD
    yield from _only(document, rule, allowed, f"a rule with {kinds[0]}")
    yield from _needs(document, rule, {"expr": yaml.ScalarNode}, "a rule")
    for name in ("labels", "annotations"):
        if name in allowed and get(rule, name) is not None:
            yield from _needs(document, rule, {name: yaml.MappingNode}, "a rule")


def _only(
    document: YamlFile, node: yaml.Node | None, allowed: Collection[str], what: str
) -> Iterator[Problem]:
    for name, key, _ in pairs(node):
        if name not in allowed:
            since = f" before Prometheus {NEWER[name]}" if name in NEWER else ""
            later = "; leave it out, or write a newer prometheus.version"
            fix = later if since else suggestion_or_choices(name, allowed)
            yield document.problem(key, RULE, f"{what} has no field {name}{since}{fix}")


def _needs(
    document: YamlFile, node: yaml.Node, needed: Mapping[str, type[yaml.Node]], what: str
) -> Iterator[Problem]:
    for name, form in needed.items():
        found = get(node, name)
        if found is None:
            yield document.problem(node, RULE, f"{what} needs the field {name}; write it")
        elif not isinstance(found, form):
            text = f"{name} of {what} is not {_FORMS[form]}; write {_FORMS[form]}"
            yield document.problem(found, RULE, text)


def _twice(document: YamlFile) -> Iterator[Problem]:
    """Yield keys that a mapping has twice: the second silently replaces the first."""
    pending, seen = [document.root] if document.root else [], set()
    while pending:
        node = pending.pop()
        if id(node) in seen:  # an alias: the same node again, maybe within itself
            continue
        seen.add(id(node))
        names: set[str] = set()
        for name, key, value in pairs(node):
            if name in names:
                text = f"{name} is written twice in one mapping; remove one"
                yield document.problem(key, RULE, text)
            names.add(name)
            pending.append(value)
        pending += items(node)
