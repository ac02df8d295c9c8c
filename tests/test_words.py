"""One word for one thing: the field's own, in code, messages and documents."""

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from tests.sources import product

ROOT = Path(__file__).parents[1]
PROSE = {".py", ".md", ".html", ".tmpl", ".yml", ".yaml", ".jsonnet", ".libsonnet", ".toml", ""}
FOLDERS = ("exporter", "generators", "benchmarks", "docs", "examples", "alertmanager", "grafana")
# What this project must not say, and what it says instead.
INSTEAD = {
    r"mend(s|ed|ing)?": "fix or hint",
    r"told": "notified",
    r"linger(s|ed|ing)?": "keep_firing_for",
    r"horizons?": "watermark",
    r"strays?": "off-grid",
    r"the report's": "the reason itself",
    r"page_value": "exposed_value",
}
# Columns of the state file keep their names, so that every file can be read.
ON_DISK = {"exporter/cloud_monitoring/state_schema.py"}
MOST_SHARED = 12
MOST_ALIASES = 15


@cache
def texts() -> list[tuple[str, str]]:
    """Return every file that people read, by its path."""
    files = [p for folder in FOLDERS for p in (ROOT / folder).rglob("*") if p.suffix in PROSE]
    files += [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "Makefile"]
    return [
        (str(p.relative_to(ROOT)), p.read_text(encoding="utf-8"))
        for p in files
        if p.is_file() and "__pycache__" not in p.parts
    ]


@pytest.mark.parametrize(("word", "instead"), INSTEAD.items())
def test_words_of_the_field_are_used(word: str, instead: str) -> None:
    """A word of our own stands nowhere: the message names the places and the right word."""
    pattern = re.compile(rf"\b({word})\b", re.IGNORECASE)
    found = [
        f"{path}:{number}: {match[0]!r}; write {instead}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if (match := pattern.search(line)) and path not in ON_DISK
    ]
    assert not found, "\n".join(found)


def test_a_class_name_is_one_thing() -> None:
    """At most twelve names of classes stand in two modules, none in three."""
    homes = defaultdict(list)
    for source in product():
        for name in source.classes:
            homes[name].append(source.path)
    shared = {name: paths for name, paths in homes.items() if len(paths) > 1}
    assert len(shared) <= MOST_SHARED, shared
    assert not [name for name, paths in shared.items() if len(paths) > 2], shared


def test_names_are_imported_as_they_are() -> None:
    """At most fifteen imports rename what they import, beside numpy, which all call np."""
    aliases = [
        f"{source.path}:{one.line}: {one.name} as {one.alias}"
        for source in product()
        for one in source.imports
        if one.alias and one.alias != "np"
    ]
    assert len(aliases) <= MOST_ALIASES, "\n".join(aliases)
