"""Rule files as a promtool reads that is older than the stated Prometheus.

Labels of a group are written to its rules, which means the same. `query_offset` is left out.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from exporter.settings.versions import GROUP_LABELS, QUERY_OFFSET, has
from generators.promtool.documents import Body, dumped, is_rule_file, parsed


def reduced(file: Body, version: str | None) -> Body:
    """Return a rule file without the fields that came after a version of promtool."""
    if version is None or not is_rule_file(file):
        return file
    return {**file, "groups": [_group(group, version) for group in file["groups"]]}


def as_tested(files: Sequence[Body], version: str | None) -> list[Body]:
    """Return rule files for tests, in which no sample comes late."""
    known = (reduced(file, version) for file in files)
    return [{**file, "groups": [_on_time(group) for group in file["groups"]]} for file in known]


def _on_time(group: Body) -> Body:
    return {name: value for name, value in group.items() if name != "query_offset"}


def _group(group: Body, version: str) -> Body:
    found = group if has(version, QUERY_OFFSET) else _on_time(group)
    if has(version, GROUP_LABELS) or "labels" not in found:
        return found
    rules = [
        {**rule, "labels": {**found["labels"], **(rule.get("labels") or {})}}
        for rule in found.get("rules") or ()
    ]
    return {name: value for name, value in found.items() if name != "labels"} | {"rules": rules}


@contextmanager
def readable(path: Path, version: str | None) -> Iterator[Path]:
    """Yield a file of rules or of a server, or a copy where it has fields that a tool lacks."""
    whole = _document(path)
    files = [path.parent / name for name in whole.get("rule_files") or ()]
    known = {file: reduced(_document(file), version) for file in (path, *files)}
    if all(body == _document(file) for file, body in known.items()):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="ionmon-") as folder:
        names = {file: f"{n}-{file.name}" for n, file in enumerate(known)}
        if files:
            known[path] = {**whole, "rule_files": [names[file] for file in files]}
        for file, body in known.items():
            Path(folder, names[file]).write_text(dumped(body), encoding="utf-8")
        yield Path(folder, names[path])


def _document(path: Path) -> Body:
    return parsed(path.read_text(encoding="utf-8"))
