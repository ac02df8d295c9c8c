"""How commands reach a running bridge: its address, and who asks."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from exporter.bridge.api_client import BridgeApi, Login, PasswordNeeded
from exporter.commands.flag_types import WEB_URL
from exporter.commands.options import CONFIG, FILE
from exporter.errors import SettingsError
from exporter.secrets_file import Secret, read_secret
from exporter.settings import load

T = TypeVar("T")
LOGIN = (
    click.option(
        "--user", metavar="NAME", help="User of the bridge's web configuration, who acknowledges."
    ),
    click.option(
        "--password-file",
        type=FILE,
        metavar="FILE",
        help="File with that user's password. Default: it is asked for.",
    ),
)
BRIDGE = (
    CONFIG,
    click.option(
        "--url",
        type=WEB_URL,
        metavar="URL",
        help="Address of the bridge. Default: notifications.bridge of the settings.",
    ),
    *LOGIN,
)


def bridge_api(
    config: Path | None, url: str | None, user: str | None, password_file: Path | None
) -> BridgeApi:
    """Return the bridge of these options. Raises SettingsError."""
    if password_file is not None and user is None:
        raise SettingsError("--password-file goes with --user; give both or neither")
    login = None
    if user is not None:
        login = Login(user, read_secret(password_file) if password_file else _prompted(user))
    bridge = load(config).notifications.active_bridge
    if url is None and bridge is None:
        raise SettingsError(
            "no bridge is configured: add notifications.bridge to monitoring.yaml, or give --url"
        )
    address = f"{bridge.scheme}://{bridge.address}" if bridge else ""
    return BridgeApi((url or address).rstrip("/"), login, bridge.ca_file if bridge else None)


def named_bridge(
    config: Path | None, url: str | None, user: str | None, password_file: Path | None
) -> BridgeApi | None:
    """Return the bridge of these options; None where neither they nor the settings name one."""
    if url is None and load(config).notifications.active_bridge is None:
        return None
    return bridge_api(config, url, user, password_file)


def with_login(api: BridgeApi, call: Callable[[BridgeApi], T]) -> T:
    """Return what a call returns; at a terminal, ask for a user where one is needed."""
    try:
        return call(api)
    except PasswordNeeded:
        if api.login is not None or not sys.stdin.isatty():
            raise
    user = click.prompt("User", err=True)
    return call(BridgeApi(api.url, Login(user, _prompted(user)), api.ca_file))


def _prompted(user: str) -> Secret:
    if not sys.stdin.isatty():
        raise click.UsageError(f"nobody can be asked for {user}'s password; give --password-file")
    return Secret(click.prompt(f"Password of {user}", hide_input=True, err=True))
