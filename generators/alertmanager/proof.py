"""What amtool check-config does not see: newer fields, missing templates, secrets, severities."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import yaml

from generators.alertmanager.build import CONFIG, SECRETS
from generators.alertmanager.oldest_version import FIELDS, FUNCTIONS, INTEGRATIONS
from generators.alertmanager.routes import matcher
from generators.policy import ESCALATION, PROVING, SEVERITIES
from generators.rules.model import Alerting

Body = dict[str, Any]
_ACTION = re.compile(r"\{\{-?(.*?)-?\}\}", re.DOTALL)
_COMMENT = re.compile(r"\{\{-?\s*/\*.*?\*/\s*-?\}\}", re.DOTALL)
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`')
_WORD = re.compile(r"(?<![.$\w])[A-Za-z_]\w*")
_USED = re.compile(r'\{\{-?\s*template\s+"([^"]+)"')
_DEFINED = re.compile(r'\{\{-?\s*define\s+"([^"]+)"')


def problems(texts: Mapping[str, str], alerts: Sequence[Alerting]) -> tuple[str, ...]:
    """Return what is wrong with the files, by path, for these alerts; none where all is right."""
    config, manifest = yaml.safe_load(texts[CONFIG]), yaml.safe_load(texts[SECRETS])
    templates = {path: text for path, text in texts.items() if path.endswith(".tmpl")}
    return (
        *field_floor(config),
        *function_floor({CONFIG: texts[CONFIG], **templates}),
        *undefined_templates({CONFIG: texts[CONFIG], **templates}),
        *undeclared_secrets(config, manifest),
        *unmatched_severities(config, alerts),
    )


def field_floor(config: Body) -> tuple[str, ...]:
    """Return the fields of alertmanager.yml that Alertmanager 0.25 does not know."""
    return tuple(_fields(config))


def _fields(config: Body) -> Iterator[str]:
    yield from _newer("alertmanager.yml", config)
    yield from _newer("global", config.get("global", {}))
    yield from _route(config.get("route", {}))
    for rule in config.get("inhibit_rules", []):
        yield from _newer("inhibit_rule", rule)
    for interval in config.get("time_intervals", []):
        yield from _newer("time_interval", interval)
        for times in interval.get("time_intervals", []):
            yield from _newer("times", times)
    for receiver in config.get("receivers", []):
        yield from _receiver(receiver)


def _route(route: Body) -> Iterator[str]:
    yield from _newer("route", route)
    for below in route.get("routes", []):
        yield from _route(below)


def _receiver(receiver: Body) -> Iterator[str]:
    yield from _newer("receiver", receiver)
    for name in INTEGRATIONS:
        for entry in receiver.get(name, []):
            yield from _newer(name, entry)
            for part in ("actions", "fields", "links", "images"):
                for item in entry.get(part, []):
                    yield from _newer(f"{name}.{part}", item)
            yield from _newer("http_config", entry.get("http_config", {}))


def _newer(section: str, body: Body) -> Iterator[str]:
    for name in body:
        if name not in FIELDS[section]:
            yield f"{CONFIG}: {section}: Alertmanager 0.25 has no field {name}"


def function_floor(texts: Mapping[str, str]) -> tuple[str, ...]:
    """Return the functions of templates that Alertmanager 0.25 does not know."""
    return tuple(
        f"{path}: Alertmanager 0.25 has no template function {word}"
        for path, text in texts.items()
        for word in sorted(_words(text) - FUNCTIONS)
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
