"""What amtool check-config does not see: newer fields, missing templates, secrets, severities."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import yaml

from exporter.settings.versions import OLDEST_ALERTMANAGER, has
from generators.alertmanager.build import CONFIG, SECRETS
from generators.alertmanager.known_fields import FIELDS, FUNCTIONS, READ
from generators.alertmanager.routes import matcher
from generators.alertmanager.sections import sections
from generators.policy import ESCALATION, PROVING, SEVERITIES
from generators.rules.model import Alerting

Body = dict[str, Any]
_ACTION = re.compile(r"\{\{-?(.*?)-?\}\}", re.DOTALL)
_COMMENT = re.compile(r"\{\{-?\s*/\*.*?\*/\s*-?\}\}", re.DOTALL)
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`')
_WORD = re.compile(r"(?<![.$\w])[A-Za-z_]\w*")
_USED = re.compile(r'\{\{-?\s*template\s+"([^"]+)"')
_DEFINED = re.compile(r'\{\{-?\s*define\s+"([^"]+)"')


def problems(
    texts: Mapping[str, str], alerts: Sequence[Alerting], version: str = OLDEST_ALERTMANAGER
) -> tuple[str, ...]:
    """Return what is wrong with the files, by path, for these alerts; none where all is right.

    version  of the Alertmanager that reads them
    """
    config, manifest = yaml.safe_load(texts[CONFIG]), yaml.safe_load(texts[SECRETS])
    templates = {path: text for path, text in texts.items() if path.endswith(".tmpl")}
    return (
        *unknown_fields(config, version),
        *unknown_words({CONFIG: texts[CONFIG], **templates}, version),
        *undefined_templates({CONFIG: texts[CONFIG], **templates}),
        *undeclared_secrets(config, manifest),
        *unmatched_severities(config, alerts),
    )


def unknown_fields(config: Body, version: str = OLDEST_ALERTMANAGER) -> tuple[str, ...]:
    """Return the fields of alertmanager.yml that this Alertmanager does not know."""
    found = (
        f"{CONFIG}: {section}: Alertmanager {version} has no field {name}{_since(since)}"
        for section, body in sections(config)
        for name in body
        for since in (FIELDS[section].get(name),)
        if since is None or not has(version, since)
    )
    return tuple(dict.fromkeys(found))


def _since(version: str | None) -> str:
    return "" if version is None else f", which came with {version}"


def unknown_words(texts: Mapping[str, str], version: str = OLDEST_ALERTMANAGER) -> tuple[str, ...]:
    """Return what templates use and this Alertmanager lacks: functions, fields of notifications."""
    return tuple(
        f"{path}: Alertmanager {version} has no template {what} {word}"
        for path, text in texts.items()
        for what, used, known in (
            ("function", _words(text), FUNCTIONS),
            ("field", {name for name in READ if f".{name}" in text}, READ),
        )
        for word in sorted(used)
        if word not in known or not has(version, known[word])
    )


def _words(text: str) -> set[str]:
    actions = _ACTION.findall(_COMMENT.sub("", text))
    return {word for action in actions for word in _WORD.findall(_LITERAL.sub("", action))}


def undefined_templates(texts: Mapping[str, str]) -> tuple[str, ...]:
    """Return the templates that are used and defined nowhere."""
    used = {name: path for path, text in texts.items() for name in _USED.findall(text)}
    defined = {name for text in texts.values() for name in _DEFINED.findall(text)}
    return tuple(
        f"{used[name]}: template {name} is defined nowhere"
        for name in sorted(used.keys() - defined)
    )


def undeclared_secrets(config: Body, manifest: Body) -> tuple[str, ...]:
    """Return the files that alertmanager.yml names and secrets.yml does not."""
    declared = {secret["file"] for secret in manifest["secrets"]}
    return tuple(
        f"{CONFIG}: {key}: {path} is not in {SECRETS}"
        for key, path in _files(config)
        if path not in declared
    )


def _files(node: object) -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key.endswith("_file") and key != "ca_file":  # a certificate is no secret
                yield key, value
            yield from _files(value)
    elif isinstance(node, list):
        for item in node:
            yield from _files(item)


def unmatched_severities(config: Body, alerts: Iterable[Alerting]) -> tuple[str, ...]:
    """Return the severities without exactly one route, and those of alerts that have none."""
    severities = {
        dict(alert.labels).get("severity", "") for alert in alerts if alert.alert not in PROVING
    } - {ESCALATION}
    every = config["route"]["routes"]
    routes = [r.get("matchers") for r in every if not r.get("continue")]
    counts = {severity: routes.count([matcher("severity", severity)]) for severity in SEVERITIES}
    return (
        *(f"{CONFIG}: no route takes severity '{s}'" for s in sorted(severities - {*SEVERITIES})),
        *(f"{CONFIG}: {n} routes take severity '{s}', not 1" for s, n in counts.items() if n != 1),
    )
