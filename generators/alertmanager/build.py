"""Everything that Alertmanager reads, as texts by path."""

from collections.abc import Sequence
from typing import Any

from exporter.settings import Settings
from exporter.settings.addresses import written
from exporter.settings.secrets import secret_files
from exporter.settings.versions import MSTEAMS, has
from generators import bridge_access
from generators.alertmanager import common, escalation, mail, msteams, pagerduty, slack
from generators.alertmanager.inhibition import inhibitions
from generators.alertmanager.plan import Timers, is_recorded, timers
from generators.alertmanager.quiet_hours import time_intervals
from generators.alertmanager.receivers import globals_, receivers
from generators.alertmanager.routes import tree
from generators.files import MARK
from generators.output_folders import SERVERS
from generators.rules.model import Alerting, dumped

TEMPLATES = "alertmanager/templates"
CONFIG = f"{SERVERS}/alertmanager.yml"
SECRETS = f"{SERVERS}/secrets.yml"
RECORDER_FLAG = "--enable-feature=event-recorder"


def texts(
    settings: Settings, alerts: Sequence[Alerting], longterm: Sequence[str] = ()
) -> dict[str, str]:
    """Return every file for these settings and alerts, by its path.

    longterm  the names of the alerts that the Prometheus with 90 days evaluates
    """
    found = {
        CONFIG: headed(_about(settings), configuration(settings, alerts, timers(settings))),
        SECRETS: headed("Files that have to be there, each with one secret.", manifest(settings)),
        f"{TEMPLATES}/common.tmpl": common.text(settings, longterm),
        f"{TEMPLATES}/slack.tmpl": slack.text(settings, longterm),
        f"{TEMPLATES}/pagerduty.tmpl": pagerduty.text(),
        f"{TEMPLATES}/email.tmpl": mail.text(settings, longterm),
    }
    if has(settings.alertmanager.version, MSTEAMS):
        found[f"{TEMPLATES}/msteams.tmpl"] = msteams.text(settings, longterm)
    if settings.notifications.pagerduty:
        found[f"{SERVERS}/pagerduty.tf"] = escalation.text(settings)
    return found


def _about(settings: Settings) -> str:
    """Return what alertmanager.yml is, and the flag without which a part of it does nothing."""
    about = "Who is notified of what."
    started = f"\n# alertmanager --config.file=THIS {RECORDER_FLAG}"
    return about + started if is_recorded(settings) else about


def headed(about: str, body: object) -> str:
    """Return a file of YAML."""
    return f"# {MARK}\n# {about}\n{dumped(body)}"


def configuration(settings: Settings, alerts: Sequence[Alerting], paces: Timers) -> dict[str, Any]:
    """Return the content of alertmanager.yml."""
    body: dict[str, Any] = {}
    if globals_(settings):
        body["global"] = globals_(settings)
    body["templates"] = ["../templates/*.tmpl"]
    body["route"] = tree(settings, paces, alerts)
    if time_intervals(settings):
        body["time_intervals"] = time_intervals(settings)
    body["inhibit_rules"] = [rule.body() for rule in inhibitions(settings, alerts)]
    body["receivers"] = receivers(settings)
    if is_recorded(settings):
        at = settings.notifications.on_server()
        body["event_recorder"] = bridge_access.recorder(at, settings.alertmanager.version)
    return body


def manifest(settings: Settings) -> dict[str, list[dict[str, str]]]:
    """Return the files with secrets: where, named by which key, read by whom, with what."""
    return {
        "secrets": [
            {
                "file": written(file.path),
                "key": file.key,
                "reader": file.reader.value,
                "holds": file.content,
            }
            for file in secret_files(settings)
        ]
    }
