"""What notifications ask of Alertmanager: a key that its version lacks is refused with the version.

The version stands in another section, so these checks belong to the settings as a whole.
"""

from collections.abc import Iterator, Mapping

from pydantic import ValidationInfo

from exporter.settings.channels import MsTeamsSettings, SlackSettings, WebhookSettings
from exporter.settings.notifications import NotificationSettings
from exporter.settings.servers import AlertmanagerSettings
from exporter.settings.services import WatchedService
from exporter.settings.team_channels import TeamSlack
from exporter.settings.types import inside
from exporter.settings.versions import APP_TOKEN, MSTEAMS, UPDATE_MESSAGE, URL_FILE, has

Path = tuple[str, ...]


def of_everybody(at: NotificationSettings, info: ValidationInfo) -> NotificationSettings:
    """Refuse channels of `notifications` that Alertmanager's version lacks."""
    server = info.data.get("alertmanager")
    if isinstance(server, AlertmanagerSettings):
        _check(server, (), _newer_keys(at.slack, at.msteams, at.webhook))
        _called(server, at)
    return at


def of_services(
    services: Mapping[str, WatchedService], info: ValidationInfo
) -> Mapping[str, WatchedService]:
    """Refuse channels of a team that Alertmanager's version lacks."""
    server = info.data.get("alertmanager")
    if isinstance(server, AlertmanagerSettings):
        for name, service in services.items():
            own = service.notifications
            keys = _newer_keys(own.slack, own.msteams, own.webhook)
            _check(server, (name, "notifications"), keys)
    return services


def _newer_keys(
    slack: SlackSettings | TeamSlack | None,
    msteams: MsTeamsSettings | None,
    webhook: WebhookSettings | None,
) -> Iterator[tuple[Path, str]]:
    """Yield the keys that need a newer Alertmanager, each with its first version."""
    if slack and slack.app_token_file:
        yield ("slack", "app_token_file"), APP_TOKEN
    if slack and slack.update_message:
        yield ("slack", "update_message"), UPDATE_MESSAGE
    if msteams:
        yield ("msteams",), MSTEAMS
    if webhook and webhook.url_file:
        yield ("webhook", "url_file"), URL_FILE


def _check(server: AlertmanagerSettings, at: Path, keys: Iterator[tuple[Path, str]]) -> None:
    for path, since in keys:
        if not has(server.version, since):
            raise inside((*at, *path), needs(since, server.version))


def needs(since: str, version: str) -> str:
    """Return the error of what came with a newer Alertmanager than the stated one."""
    return (
        f"needs Alertmanager {since}, and alertmanager.version is '{version}'; upgrade it and "
        "write its version there, or remove this key"
    )


def _called(server: AlertmanagerSettings, at: NotificationSettings) -> None:
    """Refuse a heartbeat's file that neither the bridge nor Alertmanager reads."""
    if at.heartbeat is None or at.heartbeat.url_file is None or at.active_bridge is not None:
        return
    if not has(server.version, URL_FILE):
        text = (
            "is called by the bridge, which is not there; add notifications.bridge: {}, or set "
            f"alertmanager.version where Alertmanager is {URL_FILE} or newer"
        )
        raise inside(("heartbeat", "url_file"), text)
