"""The sections of monitoring.yaml that say what is promised and who is told: for the generators."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from exporter.settings.addresses import Endpoint, File, MailAddress, Text, text_form
from exporter.settings.types import (
    Number,
    Ratio,
    Seconds,
    Section,
    Switch,
    key,
    least,
    most,
    part,
)

Severity = Literal["critical", "high", "medium", "low"]


def _promise(ratio: float) -> float:
    if not 0 < ratio < 1:
        raise ValueError("must lie between 0% and 100%; 100% would leave no error budget")
    return ratio


class ObjectiveSettings(Section):
    """What is promised to the users."""

    availability: Annotated[Ratio, AfterValidator(_promise)] = key(
        "99.95%", "Share of requests that are answered without a server error."
    )
    window: Annotated[Seconds, least("1d"), most("90d")] = key(
        "30d", "Time over which the promise is kept."
    )


class AlertSettings(Section):
    """What is different for one alert; what is left out stays as docs/alerts.md says."""

    threshold: float | None = None
    duration: Annotated[Seconds, most("1d")] | None = key(
        None, "How long the threshold has to be passed before the alert fires.", alias="for"
    )
    severity: Severity | None = key(None, "How urgent it is, which says who is told.")
    enabled: Switch = key(default=True, meaning="Whether the alert is generated.")


class DurationAlert(AlertSettings):
    """An alert whose threshold is a time."""

    threshold: Seconds | None = key(None, "The value to pass, as a duration.")


class RatioAlert(AlertSettings):
    """An alert whose threshold is a share."""

    threshold: Ratio | None = key(None, "The value to pass, as a percentage.")


class BurnAlert(AlertSettings):
    """An alert whose threshold is a burn rate of the error budget."""

    threshold: Annotated[Number, Field(gt=0)] | None = key(
        None, "Burn rate of the error budget to pass; 1 spends it exactly within the window."
    )


class AlertsSettings(Section):
    """What is different for the alerts, by their names."""

    ResponseTimeCritical: DurationAlert = part(DurationAlert, "The 95th percentile of latency.")
    ErrorRateCritical: RatioAlert = part(RatioAlert, "The share of requests that fail.")
    SLABreach: BurnAlert = part(BurnAlert, "The error budget, burning fast.")
    ResponseTimeWarning: DurationAlert = part(DurationAlert, "The 95th percentile of latency.")
    ErrorRateWarning: RatioAlert = part(RatioAlert, "The share of requests that fail.")
    DatabaseLag: DurationAlert = part(DurationAlert, "How far replicas are behind.")
    CacheHitRateLow: RatioAlert = part(RatioAlert, "The share of look-ups that Redis answers.")
    CPUHigh: RatioAlert = part(RatioAlert, "The share of CPU in use.")
    MemoryHigh: RatioAlert = part(RatioAlert, "The share of memory in use.")
    ErrorBudgetBurn: BurnAlert = part(BurnAlert, "The error budget, burning for long.")
    ErrorBudgetExhausted: RatioAlert = part(RatioAlert, "The share of the error budget spent.")

    def by_name(self) -> Mapping[str, AlertSettings]:
        """Return the settings of each alert, in the order of the reference."""
        return {name: getattr(self, name) for name in type(self).model_fields}


class SlackSettings(Section):
    """Where and how Slack is told."""

    webhook_url_file: File = key(..., "File with the incoming webhook's URL.")
    channel: Annotated[
        str,
        text_form(r"[#@]?[\w.-]{1,80}", "is no channel; write it in quotes, such as '#alerts'"),
    ] = key(..., "Channel, in quotes, such as '#alerts'.")
    oncall_group: Annotated[
        str, text_form(r"@?[\w.-]{1,80}", "is no user group; write it in quotes, such as '@oncall'")
    ] = key("@oncall", "User group that critical alerts mention.")


class PagerDutySettings(Section):
    """Which PagerDuty service is called."""

    routing_key_file: File = key(..., "File with the integration key of Events API v2.")


def _login(path: object, info: ValidationInfo) -> object:
    if "username" in info.data and (path is None) != (info.data["username"] is None):
        raise ValueError("goes with username; write both or neither")
    return path


class EmailSettings(Section):
    """Who gets mail, and through which server."""

    to: Annotated[tuple[MailAddress, ...], Field(min_length=1)] = key(..., "Who gets the mail.")
    sender: MailAddress = key(..., "Whom the mail is from.", alias="from")
    smarthost: Endpoint = key(..., "HOST:PORT of the mail server.")
    username: Text | None = key(None, "User at the mail server, with `password_file`.")
    password_file: Annotated[File | None, AfterValidator(_login)] = key(
        None, "File with that user's password."
    )


class SentrySettings(Section):
    """Which Sentry project gets alerts of low severity."""

    dsn_file: File = key(..., "File with the project's DSN.")


class NotificationSettings(Section):
    """Who is told; a channel that is left out is not used."""

    slack: SlackSettings | None = key(None, "Critical, high and medium alerts.")
    pagerduty: PagerDutySettings | None = key(None, "Critical alerts.")
    email: EmailSettings | None = key(None, "High alerts and the digest.")
    sentry: SentrySettings | None = key(None, "Low alerts.")
