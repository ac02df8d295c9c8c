"""Runbooks for settings, and their parts as a reader finds them."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from exporter.settings import Settings, load
from exporter.settings.alerting import LatencyObjective
from generators.policy import policy
from generators.rules.build import build
from generators.rules.model import alerts
from generators.runbooks.build import FOLDER, texts
from generators.runbooks.documented import DocumentedAlert, documented_alerts

ROOT = Path(__file__).parents[3]
REFERENCE = ROOT / "examples" / "reference.yaml"
FENCE = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


@lru_cache
def reference() -> Settings:
    """Return the settings of the reference deployment: every alert but that of `promising`."""
    return load(REFERENCE)


def settings(**sections: Any) -> Settings:
    """Return settings with these sections."""
    return Settings.model_validate(sections)


@lru_cache
def written() -> dict[str, str]:
    """Return all documents of the reference deployment."""
    return texts(reference(), build(reference()), policy(reference()))


def documents(**sections: Any) -> dict[str, str]:
    """Return all documents for settings with these sections."""
    loaded = settings(**sections)
    return texts(loaded, build(loaded), policy(loaded))


@lru_cache
def reference_cases() -> tuple[DocumentedAlert, ...]:
    """Return every alert of the reference deployment with its words."""
    return documented_alerts(reference(), build(reference()), policy(reference()))


def runbook(name: str, **sections: Any) -> str:
    """Return a runbook: of the reference deployment, or for settings with these sections."""
    found = documents(**sections) if sections else written()
    return found[f"{FOLDER}/{name}.md"]


def promised(name: str) -> str:
    """Return a runbook of the reference deployment with an objective of latency."""
    found = texts(promising(), build(promising()), policy(promising()))
    return found[f"{FOLDER}/{name}.md"]


def names() -> list[str]:
    """Return the names of all alerts of the reference deployment."""
    return sorted({rule.alert for rule in alerts(build(reference()).all)})


@lru_cache
def promising() -> Settings:
    """Return the settings of the reference deployment with an objective of latency besides."""
    latency = LatencyObjective(share=0.95, within=0.3)
    objectives = reference().objectives.model_copy(update={"latency": latency})
    return reference().model_copy(update={"objectives": objectives})


def stated() -> list[str]:
    """Return the names of all alerts that there can be under any settings of ours."""
    return sorted({rule.alert for rule in alerts(build(promising()).all)})


def fences(text: str, language: str) -> list[str]:
    """Return the blocks of a language."""
    return [body for found, body in FENCE.findall(text) if found == language]


def section(text: str, title: str) -> str:
    """Return what stands below a heading, up to the next."""
    return text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0].strip()
