"""Files of rules and tests as documents, and whether they have promtool's form."""

from functools import lru_cache
from typing import Any

import yaml

Body = dict[str, Any]


@lru_cache(maxsize=64)
def parsed(text: str) -> Body:
    """Return a YAML document; empty where it is none, or no mapping."""
    try:
        found = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def is_rule_file(file: Body) -> bool:
    """Return whether a document has groups of rules."""
    groups = file.get("groups")
    return isinstance(groups, list) and all(isinstance(g, dict) and _lists(g) for g in groups)


def _lists(group: Body) -> bool:
    rules = group.get("rules") or []
    return isinstance(rules, list) and all(isinstance(rule, dict) for rule in rules)


def dumped(document: Body) -> str:
    """Return YAML: numbers that PyYAML reads as texts, such as 1e3, come out as they went in."""
    return yaml.dump(document, Dumper=yaml.CSafeDumper)
