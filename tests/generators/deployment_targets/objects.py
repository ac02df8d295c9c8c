"""The objects in a target's YAML files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.generators.deployment_targets.deployed import REFERENCE, deployed


def objects(target: str, path: Path = REFERENCE) -> Iterator[dict[str, Any]]:
    """Yield every object of a target; what is no object, such as values, is left out."""
    for name, text in deployed(target, path).items():
        if name.endswith(".yaml"):
            for body in yaml.load_all(text, Loader=yaml.CSafeLoader):
                if "kind" in body and body["kind"] != "Kustomization":
                    yield body


def of_kind(target: str, kind: str, path: Path = REFERENCE) -> list[dict[str, Any]]:
    """Return the objects of a kind."""
    return [body for body in objects(target, path) if body["kind"] == kind]
