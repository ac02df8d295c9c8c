"""Channels of the team that owns a service: a section of each service."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from exporter.settings.addresses import MailAddress, ServerFile
from exporter.settings.channels import (
    Channel,
    MsTeamsSettings,
    PagerDutySettings,
    UserGroup,
    WebhookSettings,
)
from exporter.settings.types import Section, Switch, key


def _one(path: ServerFile | None, info: ValidationInfo) -> ServerFile | None:
    if path is not None and info.data.get("webhook_url_file") is not None:
        raise ValueError("does not go with webhook_url_file; write one of them")
    return path


class TeamSlack(Section):
    """Where the team's Slack messages go; what is left out is as in `notifications.slack`."""

    webhook_url_file: ServerFile | None = key(None, "File with the incoming webhook's URL.")
    app_token_file: Annotated[ServerFile | None, AfterValidator(_one)] = key(
        None, "File with the bot token of a Slack app, instead; needs Alertmanager 0.30."
    )
    channel: Channel | None = key(None, "Channel, in quotes, such as '#checkout'.")
    oncall_group: UserGroup | None = key(None, "User group that critical alerts mention.")
    update_message: Switch | None = key(
        None,
        "Whether a message is edited instead of a new one; needs a token and Alertmanager 0.32.",
    )


class TeamEmail(Section):
    """Who of the team gets mail, through `notifications.email`."""

    to: Annotated[tuple[MailAddress, ...], Field(min_length=1)] = key(..., "Who gets the mail.")


class TeamNotifications(Section):
    """Channels of the service's team; one that is left out is as in `notifications`."""

    slack: TeamSlack | None = key(None, "Critical, high and medium alerts.")
    msteams: MsTeamsSettings | None = key(
        None, "Critical, high and medium alerts; needs Alertmanager 0.28."
    )
    pagerduty: PagerDutySettings | None = key(None, "Critical alerts.")
    email: TeamEmail | None = key(None, "High alerts.")
    webhook: WebhookSettings | None = key(None, "Critical, high and medium alerts.")

    @property
    def given(self) -> bool:
        """Whether any channel is configured."""
        return any((self.slack, self.msteams, self.pagerduty, self.email, self.webhook))
