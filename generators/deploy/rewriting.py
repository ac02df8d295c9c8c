"""Generated configurations with the paths at which the servers of this machine read them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from generators.rules.model import dumped


def with_rules(text: str, config: Path, rules: Sequence[Path]) -> str:
    """Return a prometheus.yml that loads these rule files."""
    return _changed(text, {"rule_files": [seen_from(config, path) for path in rules]})


def with_templates(text: str, config: Path, directory: Path) -> str:
    """Return an alertmanager.yml that reads the templates of a directory."""
    return _changed(text, {"templates": [f"{seen_from(config, directory)}/*.tmpl"]})


def with_dashboards(text: str, directory: Path) -> str:
    """Return a provider of Grafana that reads the dashboards of a directory."""
    body = yaml.load(text, Loader=yaml.CSafeLoader)
    options = {"path": str(directory)}
    providers = [{**one, "options": {**one["options"], **options}} for one in body["providers"]]
    return _changed(text, {"providers": providers})


def seen_from(config: Path, path: Path) -> str:
    """Return a path as a configuration names it: relative where it lies below its directory.

    So a container may mount that directory elsewhere.
    """
    if path.is_relative_to(config.parent):
        return path.relative_to(config.parent).as_posix()
    return str(path)


def _changed(text: str, values: dict[str, Any]) -> str:
    """Return a generated file with other values; where none is another, the very same text."""
    body = yaml.load(text, Loader=yaml.CSafeLoader)
    if all(body.get(name) == value for name, value in values.items()):
        return text
    head = [line for line in text.splitlines(keepends=True) if line.startswith("#")]
    return "".join(head) + dumped({**body, **values})
