"""Whether the rules that a server has loaded are those of the files: each field of each rule."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from exporter.settings.types import seconds
from generators.deploy.model import DeployedServer, LoadedRule, RuleHealth
from generators.promql_tree.tree import Unparsable, parse

_COMPARED = {
    "alerting": "being an alert",
    "name": "name",
    "for_": "for",
    "keep_firing_for": "keep_firing_for",
    "labels": "labels",
    "annotations": "annotations",
}
_SHOWN = 120  # characters of a value
_Groups = Mapping[tuple[str, str], list[LoadedRule]]


def rule_differences(
    server: DeployedServer, contents: Mapping[Path, bytes | None], loaded: tuple[RuleHealth, ...]
) -> Iterator[str]:
    """Yield what the server has loaded otherwise than the files say, or would have to unload."""
    found = _by_group(loaded)
    files = {file for file, _ in found}
    known = (*contents, *server.others)
    for path in server.rules:
        mine = _files_of(path, files, known)
        for group, rules in _groups_of_file(path, contents[path] or b""):
            here = next((found[file, group] for file in mine if (file, group) in found), None)
            yield from _group(f"{path.name}: group {group}", rules, here)
    explained = {file for path in server.rules for file in _files_of(path, files, known)}
    for path, content in contents.items():
        if content is None and {*_files_of(path, files, known)} - explained:
            yield f"{path}: is removed, and still loaded"


def own_rules(server: DeployedServer, loaded: tuple[RuleHealth, ...]) -> tuple[RuleHealth, ...]:
    """Return those of the loaded rules that come from the server's deployed files."""
    files = {one.rule.file for one in loaded}
    known = (*server.rules, *server.others)
    own = {file for path in server.rules for file in _files_of(path, files, known)}
    return tuple(one for one in loaded if one.rule.file in own)


def _files_of(path: Path, files: set[str], known: Sequence[Path]) -> list[str]:
    """Return the loaded files that a server may mean by a path: the very one, if it is there.

    In a container the path begins elsewhere, and its end has to do; but never for a file that is
    another path that is known here.
    """
    if str(path) in files:
        return [str(path)]
    end = "/" + "/".join(path.parts[-2:])
    return sorted(file for file in files - {*map(str, known)} if file.endswith(end))


def same_query(one: str, other: str) -> bool:
    """Return whether two queries mean the same: a server writes them in its own form.

    What this parser does not know is compared as text without its layout.
    """
    try:
        return parse(one) == parse(other)
    except Unparsable:
        return _plain(one) == _plain(other)


def _by_group(loaded: tuple[RuleHealth, ...]) -> _Groups:
    found: dict[tuple[str, str], list[LoadedRule]] = {}
    for one in loaded:
        found.setdefault((one.rule.file, one.rule.group), []).append(one.rule)
    return found


def _groups_of_file(path: Path, content: bytes) -> Iterator[tuple[str, list[LoadedRule]]]:
    body = yaml.load(content, Loader=yaml.CSafeLoader) or {}
    for group in body.get("groups") or ():
        yield group["name"], [_written(path, group, rule) for rule in group.get("rules") or ()]


def _written(path: Path, group: Mapping[str, Any], rule: Mapping[str, Any]) -> LoadedRule:
    labels = {**(group.get("labels") or {}), **(rule.get("labels") or {})}
    return LoadedRule(
        file=str(path),
        group=group["name"],
        name=rule.get("alert") or rule["record"],
        query=str(rule["expr"]),
        alerting="alert" in rule,
        for_=seconds(rule.get("for", "0s")),
        keep_firing_for=seconds(rule.get("keep_firing_for", "0s")),
        labels=tuple(sorted(labels.items())),
        annotations=tuple(sorted((rule.get("annotations") or {}).items())),
    )


def _group(where: str, written: list[LoadedRule], loaded: list[LoadedRule] | None) -> Iterator[str]:
    if loaded is None:
        yield f"{where} is not loaded"
    elif len(written) != len(loaded):
        yield f"{where} has {len(loaded)} rules loaded, not {len(written)}"
    else:
        for one, other in zip(written, loaded, strict=True):
            yield from _rule(f"{where}: {one.name}", one, other)


def _rule(where: str, one: LoadedRule, other: LoadedRule) -> Iterator[str]:
    for name, word in _COMPARED.items():
        mine, its = getattr(one, name), getattr(other, name)
        if mine != its:
            yield f"{where}: {word} is {_short(its)}, not {_short(mine)}"
    if not same_query(one.query, other.query):
        yield f"{where}: expr is {_short(other.query)}, not {_short(one.query)}"


def _plain(text: str) -> str:
    return "".join(c for c in text if not c.isspace() and c not in "()")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
