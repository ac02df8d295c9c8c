"""Our objects of the operator and of Google as strict models: what is not listed is refused.

The fields are those of the API references, without those that nobody here writes.
"""

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, Field

from tests.generators.deployment_targets.alertmanager_config import Routing
from tests.generators.deployment_targets.strict import (
    Authorization,
    Duration,
    Key,
    Label,
    LabelName,
    Metadata,
    Strict,
    Text,
)


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
