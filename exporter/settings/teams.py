"""The part of `services` on who is notified: channels of the team that owns a service."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, ValidationInfo

from exporter.settings.addresses import MailAddress, ServerFile
from exporter.settings.notifications import (
    Channel,
    NotificationSettings,
    PagerDutySettings,
    SlackSettings,
    UserGroup,
    WebhookSettings,
)
from exporter.settings.types import Section, inside, key

if TYPE_CHECKING:
    from exporter.settings.services import WatchedService


class TeamSlack(Section):
    """Where the team's Slack messages go; what is left out is as in `notifications.slack`."""

    webhook_url_file: ServerFile | None = key(None, "File with the incoming webhook's URL.")
    channel: Channel | None = key(None, "Channel, in quotes, such as '#checkout'.")
    oncall_group: UserGroup | None = key(None, "User group that critical alerts mention.")


class TeamEmail(Section):
    """Who of the team gets mail, through `notifications.email`."""

    to: Annotated[tuple[MailAddress, ...], Field(min_length=1)] = key(..., "Who gets the mail.")


class TeamNotifications(Section):
    """Channels of the service's team; one that is left out is as in `notifications`."""

    slack: TeamSlack | None = key(None, "Critical, high and medium alerts.")
    pagerduty: PagerDutySettings | None = key(None, "Critical alerts.")
    email: TeamEmail | None = key(None, "High alerts.")
    webhook: WebhookSettings | None = key(None, "Critical, high and medium alerts.")

    @property
    def given(self) -> bool:
        """Whether any channel is configured."""
        return any((self.slack, self.pagerduty, self.email, self.webhook))


def teams(services: Mapping[str, "WatchedService"]) -> Iterator[tuple[str, TeamNotifications]]:
    """Yield each team that has channels of its own, with these, in the order of its services."""
    seen = set()
    for service in services.values():
        if service.notifications.given and service.owner and service.owner not in seen:
            seen.add(service.owner)
            yield service.owner, service.notifications


def reachable(
    services: Mapping[str, "WatchedService"], info: ValidationInfo
) -> Mapping[str, "WatchedService"]:
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
    if slack and at.slack is None and not (slack.webhook_url_file and slack.channel):
        text = "needs webhook_url_file and channel, or notifications.slack; add one of them"
        raise inside((name, "notifications", "slack"), text)
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
    for name in ("pagerduty", "webhook"):
        if getattr(own, name):
            found[name] = getattr(own, name)
    return at.model_copy(update=found)


def _slack(at: NotificationSettings, own: TeamSlack) -> SlackSettings:
    given = {name: value for name, value in own.model_dump().items() if value is not None}
    return at.slack.model_copy(update=given) if at.slack else SlackSettings(**given)
