"""The section of monitoring.yaml on who is notified, through which channel, and when."""

from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, ValidationInfo

from exporter.settings.addresses import Endpoint, File, MailAddress, Text, WebUrl, text_form
from exporter.settings.types import Seconds, Section, Switch, at_least, at_most, inside, key

Channel = Annotated[
    str, text_form(r"[#@]?[\w.-]{1,80}", "is no channel; write it in quotes, such as '#alerts'")
]
Clock = Annotated[
    str,
    text_form(
        r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", "is no time of day; write it in quotes, such as '22:00'"
    ),
]


class SlackSettings(Section):
    """Where Slack messages go."""

    webhook_url_file: File = key(..., "File with the incoming webhook's URL.")
    channel: Channel = key(..., "Channel, in quotes, such as '#alerts'.")
    oncall_group: (
        Annotated[
            str,
            text_form(
                r"@?[\w.-]{1,80}",
                "is no user group; write its id, such as S0123ABCD, or '@oncall' in quotes",
            ),
        ]
        | None
    ) = key(
        None,
        "User group that critical alerts mention: its id, such as S0123ABCD, or a handle; "
        "without it, nobody is mentioned.",
    )


class PagerDutySettings(Section):
    """Which PagerDuty service gets events."""

    routing_key_file: File = key(..., "File with the integration key of Events API v2.")


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
    password_file: Annotated[File | None, AfterValidator(_login)] = key(
        None, "File with that user's password."
    )


class SentrySettings(Section):
    """Which Sentry project gets alerts of low severity."""

    dsn_file: File = key(..., "File with the project's DSN.")
    bridge: Endpoint = key(
        "127.0.0.1:9842", "HOST:PORT at which Alertmanager reaches the bridge to Sentry."
    )


class HeartbeatSettings(Section):
    """Which service notices that notifications no longer arrive."""

    url: WebUrl = key(
        ...,
        "Webhook of a service that raises an alarm when calls stop. Alertmanager 0.25 cannot read "
        "a webhook's URL from a file, so this one is written into alertmanager.yml.",
    )


def _other(until: str, info: ValidationInfo) -> str:
    if info.data.get("since") == until:
        raise ValueError("is the same as from; quiet hours need a beginning and an end")
    return until


def _zone(name: str) -> str:
    known = available_timezones()  # empty on a machine without a time zone database
    if known and name not in known:
        raise ValueError("is no time zone; write it like Europe/Berlin, or UTC")
    return name


class QuietHours(Section):
    """When medium alerts wait; critical and high ones never do."""

    since: Clock = key(..., "When they begin, in quotes, such as '22:00'.", alias="from")
    to: Annotated[Clock, AfterValidator(_other)] = key(
        ..., "When they end; before `from` means on the next day."
    )
    weekends: Switch = key(default=True, meaning="Whether Saturday and Sunday are quiet all day.")
    timezone: Annotated[Text, AfterValidator(_zone)] = key("UTC", "Time zone of these times.")


class EscalationSettings(Section):
    """Who is notified of a critical alert that nobody acknowledged."""

    after: Annotated[Seconds, at_least("5m"), at_most("1d")] = key(
        "30m", "How long a critical alert has to fire until it is escalated."
    )
    to: tuple[MailAddress, ...] = key((), "Who gets mail about escalations, through `email`.")
    channel: Channel | None = key(None, "Slack channel for escalations, through `slack`.")


def _possible(
    escalation: EscalationSettings | None, info: ValidationInfo
) -> EscalationSettings | None:
    if escalation is None:
        return None
    if escalation.to and info.data.get("email", escalation) is None:
        raise inside(("to",), "needs notifications.email, which is not there; add it")
    if escalation.channel and info.data.get("slack", escalation) is None:
        raise inside(("channel",), "needs notifications.slack, which is not there; add it")
    notified = escalation.to or escalation.channel
    if not notified and info.data.get("pagerduty", escalation) is None:
        raise inside((), "notifies nobody; add `to`, `channel` or notifications.pagerduty")
    return escalation


class NotificationSettings(Section):
    """Who is notified; a channel that is left out is not used."""

    slack: SlackSettings | None = key(None, "Critical, high and medium alerts.")
    pagerduty: PagerDutySettings | None = key(None, "Critical alerts.")
    email: EmailSettings | None = key(None, "High alerts.")
    sentry: SentrySettings | None = key(None, "Low alerts.")
    heartbeat: HeartbeatSettings | None = key(None, "The alert that always fires.")
    quiet_hours: QuietHours | None = key(None, "When medium alerts wait.")
    escalation: Annotated[EscalationSettings | None, AfterValidator(_possible)] = key(
        None, "Where critical alerts go that nobody acknowledged."
    )
