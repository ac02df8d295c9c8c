"""What a deployment target is, and what its files are made from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from exporter.settings import Settings
from exporter.settings.document import Tree
from generators.grafana.model import Dashboard
from generators.rules.build import Rules

Body = dict[str, Any]
Document = Mapping[str, Tree]
DEPLOY = "deploy"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenTargets:
    """The targets to write, and monitoring.yaml as it is written, which some of them change."""

    names: tuple[str, ...]
    document: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetInput:
    """What every target is made from: settings, and what was generated from them."""

    document: Document
    settings: Settings
    rules: Rules
    boards: tuple[Dashboard, ...]
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DeploymentTarget:
    """A place in which the system runs: what it is, and its files by their path in its folder.

    Its function raises SettingsError where the settings cannot work there.
    """

    about: str
    files: Callable[[TargetInput], dict[str, str]]
