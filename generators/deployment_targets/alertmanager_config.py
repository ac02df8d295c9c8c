"""Routes and receivers for the operator: as an AlertmanagerConfig, and as a whole Secret.

An AlertmanagerConfig names secrets by their keys instead of files, and has no word for some fields
of alertmanager.yml. What it leaves out stands in its head, and in the Secret it is all there.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from exporter.settings import Settings
from generators.alertmanager.build import TEMPLATES, configuration
from generators.alertmanager.plan import timers
from generators.deployment_targets.alertmanager_config_fields import (
    ADDRESSES,
    BELOW,
    FIELDS,
    GLOBAL,
    LISTS,
    RECEIVERS,
    SECRET_FIELDS,
)
from generators.deployment_targets.manifests import (
    NAMESPACE,
    SECRETS,
    labels,
    manifest,
    secret,
    written,
)
from generators.deployment_targets.model import Body, TargetInput
from generators.deployment_targets.needed_files import SystemProgram, needed_files
from generators.promql_tree.tree import parse, selectors
from generators.rules.model import alerts, dumped

WHOLE = "ionmon-alertmanager"
API = "monitoring.coreos.com/v1alpha1"
MOUNTED = "/etc/alertmanager/config"  # where the operator puts a Secret's other keys
_CONFIG = (
    (
        "Who is notified of what, beside what other AlertmanagerConfigs say. It needs "
        "alertmanagerConfigMatcherStrategy: {type: None} of the Alertmanager, as values.yaml "
        "sets it: by default the operator adds the matcher namespace to each inhibition, too, "
        "and acknowledgements of the bridge, which have no such label, would stop no escalation. "
        "The templates are those of the Secret in alertmanager-secret.yaml, which values.yaml "
        "mounts. Alerts of other charts in this namespace go to these routes, too."
    ),
)
_NOTHING = "Every field of alertmanager.yml has a place here."
_WHOLE = (
    (
        "The whole alertmanager.yml, instead of the AlertmanagerConfig: set "
        "alertmanagerSpec.configSecret to ionmon-alertmanager and useExistingSecret to true. All "
        "alerts of the cluster then go to these routes. The operator reads it as strictly as "
        "Alertmanager: a field that it does not know yet is an error in its log, and the old "
        "configuration stays."
    ),
)


_USUAL_ZONE = ("location", "UTC")


class _Translated:
    """A body that is translated field by field, and what of it had no place."""

    def __init__(self, settings: Settings) -> None:
        """Know the names of secret files."""
        found = needed_files(settings, SystemProgram.ALERTMANAGER)
        self._names = {file.path: file.name for file in found}
        self.left_out: dict[str, None] = {}

    def receiver(self, body: Body, server: Body) -> Body:
        """Return a receiver; each of its mails names the mail server, which is global elsewhere."""
        found: Body = {"name": body["name"]}
        for kind, entries in body.items():
            if kind == "name":
                continue
            if kind not in RECEIVERS:
                self.left_out[f"{kind} of {body['name']}, a kind without fields here"] = None
                continue
            more = server if kind == "email_configs" else {}
            each = [self.fields(f"receiver.{kind}", {**more, **entry}) for entry in entries]
            reached = [entry for entry in each if ADDRESSES[kind] & {*entry}]
            if len(reached) < len(each):
                self.left_out[f"{kind} of {body['name']}, whose address it cannot name"] = None
            if reached:
                found[RECEIVERS[kind]] = reached
        return found

    def fields(self, section: str, body: Mapping[str, Any]) -> Body:
        """Return a section's fields under their names here."""
        found: Body = {}
        for name, value in body.items():
            known = FIELDS[section].get(name)
            if (name, value) == _USUAL_ZONE:
                continue
            if known is None:
                self.left_out[f"{section.removeprefix('receiver.')}.{name}"] = None
            else:
                found[known] = self._value(section, name, value)
        return found

    def _value(self, section: str, name: str, value: Any) -> Any:  # noqa: ANN401 - any of YAML
        if name in SECRET_FIELDS:
            return {"name": SECRETS, "key": self._names[value]}
        if name in LISTS:
            return [{"key": key, "value": text} for key, text in value.items()]
        if name in ("matchers", "source_matchers", "target_matchers"):
            return [found for text in value for found in _matchers(text)]
        below = BELOW.get(name, f"{section}.{name}")
        if below not in FIELDS:
            return value
        if isinstance(value, Sequence):
            return [self.fields(below, each) for each in value]
        return self.fields(below, value)


def _matchers(text: str) -> Iterator[Body]:
    """Yield a matcher of Alertmanager, which is written as PromQL's is, by its parts."""
    for selector in selectors(parse(f"alert{{{text}}}")):
        for found in selector.matchers:
            yield {"name": found.label, "matchType": found.operator, "value": found.value}


def files(given: TargetInput, settings: Settings) -> dict[str, str]:
    """Return the AlertmanagerConfig and the Secret of settings with the addresses of the place."""
    config = configuration(settings, tuple(alerts(given.rules.all)), timers(settings))
    translated = _Translated(settings)
    spec = _spec(config, translated)
    lost = tuple(f"Left out, since it has no field for it: {name}" for name in translated.left_out)
    metadata = {"name": "ionmon", "labels": labels()}
    about = (*_CONFIG, *(lost or (_NOTHING,)))
    return {
        "alertmanagerconfig.yaml": written(
            about, manifest(API, "AlertmanagerConfig", metadata, spec=spec)
        ),
        "alertmanager-secret.yaml": written(_WHOLE, _secret(given, config)),
    }


def _spec(config: Body, translated: _Translated) -> Body:
    mail = {GLOBAL[name]: value for name, value in config.get("global", {}).items()}
    if "event_recorder" in config:
        translated.left_out["event_recorder"] = None
    spec = {
        "route": _ours(translated.fields("route", config["route"])),
        "receivers": [translated.receiver(each, mail) for each in config["receivers"]],
        "inhibitRules": [translated.fields("inhibit_rule", r) for r in config["inhibit_rules"]],
    }
    intervals = config.get("time_intervals", [])
    if intervals:
        spec["muteTimeIntervals"] = [translated.fields("time_interval", i) for i in intervals]
    return spec


def _ours(route: Body) -> Body:
    """Return the first route with alerts of our namespace, and those of the bridge and of drills.

    Without the matcher, and with the strategy None, all alerts of the cluster would come.
    """
    mine = {"name": "namespace", "matchType": "=~", "value": f"{NAMESPACE}|"}
    return {"receiver": route["receiver"], "matchers": [mine], **route}


def _secret(given: TargetInput, config: Body) -> Body:
    whole = {**config, "templates": [f"{MOUNTED}/*.tmpl"]}
    start = f"{TEMPLATES}/"
    data = {"alertmanager.yaml": dumped(whole)} | {
        PurePosixPath(path).name: text
        for path, text in given.texts.items()
        if path.startswith(start)
    }
    return secret({"name": WHOLE, "labels": labels()}, data)
