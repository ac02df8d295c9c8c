"""The teams that own services: which have channels of their own, and whether these can be used."""

from collections.abc import Iterator, Mapping

from pydantic import ValidationInfo

from exporter.settings.channels import SlackSettings
from exporter.settings.notifications import NotificationSettings
from exporter.settings.services import WatchedService
from exporter.settings.team_channels import TeamNotifications, TeamSlack
from exporter.settings.types import inside


def teams(services: Mapping[str, WatchedService]) -> Iterator[tuple[str, TeamNotifications]]:
    """Yield each team that has channels of its own, with these, in the order of its services."""
    seen = set()
    for service in services.values():
        if service.notifications.given and service.owner and service.owner not in seen:
            seen.add(service.owner)
            yield service.owner, service.notifications


def reachable(
    services: Mapping[str, WatchedService], info: ValidationInfo
) -> Mapping[str, WatchedService]:
    """Refuse channels without a team, those that lack a part, and two sets of one team."""
    at, first = info.data.get("notifications"), dict(teams(services))
    for name, service in services.items():
        own = service.notifications
        if not own.given:
            continue
        if service.owner is None:
            text = "has channels and no owner; name the team, notifications are sent by team"
            raise inside((name, "owner"), text)
        if own != first[service.owner]:
            text = f"another service of {service.owner} has other channels; write them at one only"
            raise inside((name, "notifications"), text)
        if isinstance(at, NotificationSettings):
            _check(name, own, at)
    return services


def _check(name: str, own: TeamNotifications, at: NotificationSettings) -> None:
    slack = own.slack
    if slack and at.slack is None and not (_addressed(slack) and slack.channel):
        text = "needs webhook_url_file and channel, or notifications.slack; add one of them"
        raise inside((name, "notifications", "slack"), text)
    if slack and slack.update_message and _slack(at, slack).app_token_file is None:
        text = "needs app_token_file: a webhook cannot edit; add it, or remove this key"
        raise inside((name, "notifications", "slack", "update_message"), text)
    if own.email and at.email is None:
        text = "needs notifications.email for the mail server, which is not there; add it"
        raise inside((name, "notifications", "email"), text)


def of_team(at: NotificationSettings, own: TeamNotifications) -> NotificationSettings:
    """Return the channels of a team: its own, and those of everybody for what it leaves out."""
    found: dict[str, object] = {}
    if own.slack:
        found["slack"] = _slack(at, own.slack)
    if own.email and at.email:
        found["email"] = at.email.model_copy(update={"to": own.email.to})
    for name in ("msteams", "pagerduty", "webhook"):
        if getattr(own, name):
            found[name] = getattr(own, name)
    return at.model_copy(update=found)


def _slack(at: NotificationSettings, own: TeamSlack) -> SlackSettings:
    given = {name: value for name, value in own.model_dump().items() if value is not None}
    if at.slack is None:
        return SlackSettings.model_construct(**given)
    if own.webhook_url_file:
        given |= {"app_token_file": None, "update_message": False}
    elif own.app_token_file:
        given |= {"webhook_url_file": None}
    return at.slack.model_copy(update=given)


def _addressed(slack: TeamSlack) -> bool:
    return slack.webhook_url_file is not None or slack.app_token_file is not None
