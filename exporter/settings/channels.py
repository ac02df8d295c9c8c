"""The parts of `notifications` on channels: where each of them is, and with which secrets."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from exporter.settings.addresses import Endpoint, MailAddress, ServerFile, Text, WebUrl, text_form
from exporter.settings.types import Section, Switch, key

EVENTS_URL = "https://events.pagerduty.com/v2/enqueue"
Channel = Annotated[
    str, text_form(r"[#@]?[\w.-]{1,80}", "is no channel; write it in quotes, such as '#alerts'")
]
UserGroup = Annotated[
    str,
    text_form(
        r"@?[\w.-]{1,80}",
        "is no user group; write its id, such as S0123ABCD, or '@oncall' in quotes",
    ),
]


def one_address(path: ServerFile | None, info: ValidationInfo) -> ServerFile | None:
    """Refuse a Slack without an address to post to, and one with two."""
    if "webhook_url_file" not in info.data:
        return path
    if (path is None) == (info.data["webhook_url_file"] is None):
        wrong = "is missing, as is" if path is None else "does not go with"
        raise ValueError(f"{wrong} webhook_url_file; write one of them")
    return path


def _by_app(edited: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - a validator's value
    if edited and "app_token_file" in info.data and info.data["app_token_file"] is None:
        raise ValueError("needs app_token_file: a webhook cannot edit; add it, or remove this key")
    return edited


class SlackSettings(Section):
    """Where Slack messages go."""

    webhook_url_file: ServerFile | None = key(None, "File with the incoming webhook's URL.")
    app_token_file: Annotated[ServerFile | None, AfterValidator(one_address)] = key(
        None,
        "File with the bot token of a Slack app, which can post to every channel; instead of "
        "`webhook_url_file`. Needs Alertmanager 0.30.",
    )
    channel: Channel = key(..., "Channel, in quotes, such as '#alerts'.")
    oncall_group: UserGroup | None = key(
        None,
        "User group that critical alerts mention: its id, such as S0123ABCD, or a handle; "
        "without it, nobody is mentioned.",
    )
    update_message: Annotated[Switch, AfterValidator(_by_app)] = key(
        default=False,
        meaning="Whether a message is edited as its alerts change, end or repeat, instead of a new "
        "one: an edit notifies nobody. Needs `app_token_file` and Alertmanager 0.32.",
    )


class PagerDutySettings(Section):
    """Which PagerDuty service gets events."""

    routing_key_file: ServerFile = key(..., "File with the integration key of Events API v2.")
    url: WebUrl = key(
        EVENTS_URL,
        "Where events are posted; https://events.eu.pagerduty.com/v2/enqueue for an account in the "
        "EU.",
    )


def _login(path: object, info: ValidationInfo) -> object:
    if "username" in info.data and (path is None) != (info.data["username"] is None):
        raise ValueError("goes with username; write both or neither")
    return path


class EmailSettings(Section):
    """Who gets mail, and through which server."""

    to: Annotated[tuple[MailAddress, ...], Field(min_length=1)] = key(..., "Who gets the mail.")
    sender: MailAddress = key(..., "Sender of the mail.", alias="from")
    smarthost: Endpoint = key(..., "HOST:PORT of the mail server.")
    require_tls: Switch = key(default=True, meaning="Whether a mail server without TLS is refused.")
    username: Text | None = key(None, "User at the mail server, with `password_file`.")
    password_file: Annotated[ServerFile | None, AfterValidator(_login)] = key(
        None, "File with that user's password."
    )


class MsTeamsSettings(Section):
    """Which channel of Microsoft Teams gets messages."""

    webhook_url_file: ServerFile = key(
        ..., "File with the URL of a workflow that posts what it receives to a channel."
    )


def _one_url(path: ServerFile | None, info: ValidationInfo) -> ServerFile | None:
    if "url" in info.data and (path is None) == (info.data["url"] is None):
        wrong = "is missing, as is" if path is None else "does not go with"
        raise ValueError(f"{wrong} url; write one of them")
    return path


class WebhookSettings(Section):
    """Which address gets alerts as Alertmanager's own JSON."""

    url: WebUrl | None = key(
        None,
        "Address that critical, high and medium alerts are posted to. It is written into "
        "alertmanager.yml, so it must hold no secret.",
    )
    url_file: Annotated[ServerFile | None, AfterValidator(_one_url)] = key(
        None, "File with a secret address, instead of `url`. Needs Alertmanager 0.26."
    )
    credentials_file: ServerFile | None = key(
        None, "File with a token, which is sent as `Authorization: Bearer TOKEN`."
    )
