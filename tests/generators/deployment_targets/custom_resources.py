"""Our objects of the operator and of Google as strict models: what is not listed is refused.

The fields are those of the API references, without those that nobody here writes.
"""

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", max_length=253)
]
Label = Annotated[
    str, StringConstraints(pattern=r"^([A-Za-z0-9]([-\w.]*[A-Za-z0-9])?)?$", max_length=63)
]
Duration = Annotated[
    str,
    StringConstraints(
        pattern=r"^(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?$",
        min_length=1,
    ),
]
Text = Annotated[str, StringConstraints(min_length=1)]
LabelName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$")]
Clock = Annotated[
    str, StringConstraints(pattern=r"^((([01][0-9])|(2[0-3])):[0-5][0-9])$|(^24:00$)")
]


class Strict(BaseModel):
    """An object of which every field is known."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Metadata(Strict):
    """What every object has."""

    name: Name
    namespace: Literal["monitoring"] | None = None
    labels: dict[str, Label] = {}
    annotations: dict[str, str] = {}


class Key(Strict):
    """A key of a Secret in the same namespace."""

    name: Name
    key: Annotated[str, StringConstraints(pattern=r"^[-._a-zA-Z0-9]+$")]


class KeyValue(Strict):
    """A pair."""

    key: Text
    value: str


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


class Authorization(Strict):
    """A token."""

    type: str | None = None
    credentials: Key


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


class Rule(Strict):
    """A rule as Google's evaluator has it."""

    record: str | None = None
    alert: str | None = None
    expr: Text
    for_: Duration | None = Field(None, alias="for")
    labels: dict[LabelName, str] = {}
    annotations: dict[LabelName, str] = {}


class OperatorRule(Rule):
    """A rule as Prometheus has it."""

    keep_firing_for: Duration | None = None


R = TypeVar("R", bound=Rule)
G = TypeVar("G", bound=BaseModel)


class Group(Strict, Generic[R]):
    """Rules that are evaluated together."""

    name: Text
    interval: Duration
    rules: Annotated[list[R], Field(min_length=1)]


class OperatorGroup(Group[OperatorRule]):
    """A group with what newer servers have."""

    query_offset: Duration | None = None
    labels: dict[LabelName, str] = {}


class Groups(Strict, Generic[G]):
    """The content of an object of rules."""

    groups: list[G]


class Selector(Strict):
    """Which Services or pods."""

    matchLabels: dict[str, Label]


class Relabeling(Strict):
    """A change of a target's labels."""

    action: Literal["labeldrop"]
    regex: Text


class Endpoint(Strict):
    """What is scraped, as both have it."""

    port: Text
    interval: Duration
    path: str | None = None
    scheme: Literal["http", "https"] | None = None


class OperatorEndpoint(Endpoint):
    """What is scraped, as the operator has it."""

    authorization: Authorization | None = None
    relabelings: list[Relabeling] = []


class GoogleSecret(Strict):
    """A secret as Google's operator names it."""

    secret: Key


class GoogleAuthorization(Strict):
    """A token as Google's operator has it."""

    type: str | None = None
    credentials: GoogleSecret


class GoogleEndpoint(Endpoint):
    """What is scraped, as Google's operator has it."""

    authorization: GoogleAuthorization | None = None


E = TypeVar("E", bound=Endpoint)


class Monitored(Strict, Generic[E]):
    """The content of a monitor."""

    selector: Selector
    endpoints: Annotated[list[E], Field(min_length=1)]


SPECS: dict[tuple[str, str], type[BaseModel]] = {
    ("monitoring.coreos.com/v1alpha1", "AlertmanagerConfig"): Routing,
    ("monitoring.coreos.com/v1", "PrometheusRule"): Groups[OperatorGroup],
    ("monitoring.coreos.com/v1", "ServiceMonitor"): Monitored[OperatorEndpoint],
    ("monitoring.googleapis.com/v1", "Rules"): Groups[Group[Rule]],
    ("monitoring.googleapis.com/v1", "GlobalRules"): Groups[Group[Rule]],
    ("monitoring.googleapis.com/v1", "PodMonitoring"): Monitored[GoogleEndpoint],
}


CLUSTER_WIDE = {"GlobalRules"}


def check(body: dict[str, Any]) -> None:
    """Check an object. Raises KeyError for an unknown kind, ValidationError for a wrong field."""
    content = SPECS[(body["apiVersion"], body["kind"])]
    assert {*body} == {"apiVersion", "kind", "metadata", "spec"}
    metadata = Metadata.model_validate(body["metadata"])
    assert (metadata.namespace is None) == (body["kind"] in CLUSTER_WIDE)
    content.model_validate(body["spec"])
