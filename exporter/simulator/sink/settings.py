"""Settings with which Alertmanager and the bridge send everything to a sink."""

import os
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bcrypt

from exporter.simulator.sink.posts import HEARTBEAT, PAGERDUTY, PROJECT, SLACK

_KEY = "0" * 32  # of PagerDuty and of Sentry
USER, PASSWORD, _COST = "me", "stack", 4  # who may acknowledge; the cost of the hash
BRIDGE = "127.0.0.1:9842"


@dataclass(frozen=True, slots=True)
class SinkPorts:
    """Where a sink listens on 127.0.0.1."""

    web: int = 9843
    smtp: int = 9844

    def url(self, path: str = "") -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self.web}{path}"


def directed(
    document: Mapping[str, Any], ports: SinkPorts, secrets: Path, bridge: str = BRIDGE
) -> dict[str, Any]:
    """Return the content of monitoring.yaml with every channel leading to the sink.

    Who is notified of what stays. A webhook and Microsoft Teams, which the sink does not take, are
    left out, and so is what needs a newer Alertmanager than Debian's.
    """
    found: dict[str, Any] = deepcopy(dict(document))
    found.pop("alertmanager", None)
    at = found.setdefault("notifications", {})
    at["secrets_dir"] = str(secrets.absolute())
    _channels(at, ports)
    if "email" in at:
        # Alertmanager sends no password without TLS.
        for key in ("username", "password_file"):
            at["email"].pop(key, None)
        at["email"] |= {"smarthost": f"127.0.0.1:{ports.smtp}", "require_tls": False}
    if "sentry" in at:
        at["sentry"].pop("bridge", None)
        at["sentry"]["dsn_file"] = "sentry"
    if "heartbeat" in at:
        at["heartbeat"] = {"url": ports.url(HEARTBEAT)}
    # A bridge that asks people for a password needs to know Alertmanager by its token.
    at["bridge"] = {
        "address": bridge,
        "url": f"http://{bridge}",
        "credentials_file": "bridge",
    }
    for service in found.get("services", {}).values():
        _channels(service.get("notifications", {}), ports)
    return found


def _channels(at: dict[str, Any], ports: SinkPorts) -> None:
    """Direct the channels that everybody and a team can have."""
    if "slack" in at:
        for key in ("app_token_file", "update_message"):
            at["slack"].pop(key, None)
        at["slack"]["webhook_url_file"] = "slack"
    if "pagerduty" in at:
        at["pagerduty"] = {"routing_key_file": "pagerduty", "url": ports.url(PAGERDUTY)}
    for key in ("webhook", "msteams"):
        at.pop(key, None)


def simulated(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a monitoring.yaml for `ionmon simulate` beside the servers of another.

    All that the simulated project has is read, and the servers' flags are judged as they are meant.
    """
    servers = {name: document[name] for name in ("prometheus",) if name in document}
    return {"google": {"families": {"*": {"enabled": True}}}, **deepcopy(servers)}


def write_secrets(folder: Path, ports: SinkPorts) -> None:
    """Write the files with secrets, which protect nothing, as `directed` names them."""
    folder.mkdir(parents=True, exist_ok=True)
    secrets = {
        "slack": ports.url(SLACK),
        "pagerduty": _KEY,
        "bridge": _KEY,
        USER: PASSWORD,
        "sentry": f"http://{_KEY}@127.0.0.1:{ports.web}/{PROJECT}",
    }
    for name, content in secrets.items():
        with open(folder / name, "w", opener=_private) as file:
            file.write(content)


def bridge_web() -> dict[str, Any]:
    """Return the bridge's web configuration with a user who may acknowledge.

    The password protects nothing: it is in the documentation, and the bridge listens on 127.0.0.1.
    """
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(_COST))
    return {"basic_auth_users": {USER: hashed.decode()}}


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
