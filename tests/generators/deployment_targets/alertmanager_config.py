"""The AlertmanagerConfig of the operator of Prometheus, as its schema has it."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tests.generators.deployment_targets.strict import (
    Authorization,
    Clock,
    Duration,
    Key,
    KeyValue,
    LabelName,
    Strict,
    Text,
)


class LabelMatcher(Strict):
    """A matcher of an alert's label."""

    name: LabelName
    value: str
    matchType: Literal["=", "!=", "=~", "!~"]


class Route(Strict):
    """A route; the API server checks the first one alone, and the operator those below."""

    receiver: str = ""
    groupBy: list[str] = []
    groupWait: Duration | None = None
    groupInterval: Duration | None = None
    repeatInterval: Duration | None = None
    matchers: list[LabelMatcher] = []
    continue_: bool = Field(default=False, alias="continue")
    routes: list["Route"] = []
    muteTimeIntervals: list[str] = []


class Http(Strict):
    """How a request is made."""

    authorization: Authorization | None = None


class Sent(Strict):
    """What integrations share."""

    sendResolved: bool
    httpConfig: Http | None = None


class Slack(Sent):
    """A message to Slack."""

    apiURL: Key
    channel: Text
    color: Text
    title: Text
    titleLink: str
    pretext: Text | None = None
    text: Text
    fallback: Text
    linkNames: bool | None = None
    mrkdwnIn: Annotated[list[Text], Field(min_length=1)]


class PagerDutyLink(Strict):
    """A link, whose text is called alt."""

    href: str
    alt: Text


class PagerDuty(Sent):
    """An event to PagerDuty."""

    routingKey: Key
    url: Annotated[str, StringConstraints(pattern=r"^https?://.+$")] | None = None
    client: Text
    clientURL: str
    description: Text
    severity: Text
    class_: Text = Field(alias="class")
    group: Text
    component: Text
    source: Text
    details: list[KeyValue]
    pagerDutyLinkConfigs: list[PagerDutyLink]


class Email(Strict):
    """A mail, with its server."""

    sendResolved: bool
    to: Text
    from_: Text = Field(alias="from")
    smarthost: Text
    authUsername: Text | None = None
    authPassword: Key | None = None
    headers: list[KeyValue]
    html: str
    text: Text
    requireTLS: bool


class Webhook(Sent):
    """A call of a webhook."""

    url: str | None = None
    urlSecret: Key | None = None


class MsTeams(Sent):
    """A message to Teams."""

    webhookURL: Key
    title: str
    text: str


class Receiver(Strict):
    """Who is notified together."""

    name: Text
    slackConfigs: list[Slack] = []
    pagerdutyConfigs: list[PagerDuty] = []
    emailConfigs: list[Email] = []
    webhookConfigs: list[Webhook] = []
    msteamsv2Configs: list[MsTeams] = []


class InhibitRule(Strict):
    """What mutes what."""

    sourceMatch: list[LabelMatcher]
    targetMatch: list[LabelMatcher]
    equal: list[str]


class TimeRange(Strict):
    """Hours of a day."""

    startTime: Clock
    endTime: Clock


class TimeInterval(Strict):
    """Hours and days; a time zone cannot be named."""

    times: list[TimeRange] = []
    weekdays: list[str] = []


class MuteTimeInterval(Strict):
    """A named interval."""

    name: Text
    timeIntervals: list[TimeInterval]


class Routing(Strict):
    """The content of an AlertmanagerConfig."""

    route: Route
    receivers: list[Receiver]
    inhibitRules: list[InhibitRule]
    muteTimeIntervals: list[MuteTimeInterval] = []
