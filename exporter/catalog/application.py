"""Metrics from inside the application, from the table that its recorder uses, too."""

from exporter.catalog import labels
from exporter.catalog.build import unit_of
from exporter.catalog.model import ApplicationMetric, Family, Label, Type
from exporter.recorder import families

_LABELS = {
    label.name: label
    for label in (
        labels.ENDPOINT,
        labels.METHOD,
        labels.CODE_CLASS,
        Label("persona", "persona that the request was routed to"),
        Label("window", "how far back", families.USER_WINDOWS),
        Label("feature", "feature's name in the application"),
        Label("state", "whether a connection is in use", families.POOL_STATES),
    )
}


def _family(stated: families.ApplicationFamily) -> Family:
    return Family(
        name=stated.name,
        type=Type(stated.type),
        unit=unit_of(stated.name),
        help=f"{stated.help} [application]",
        labels=(labels.REGION, *(_LABELS[name] for name in stated.labels)),
        source=ApplicationMetric(stated.name.removeprefix("app_")),
    )


_BY_NAME = {stated.name: _family(stated) for stated in families.FAMILIES}
FAMILIES = tuple(_BY_NAME.values())

REQUESTS = _BY_NAME[families.REQUESTS.name]
REQUEST_DURATION = _BY_NAME[families.REQUEST_DURATION.name]
L1_HITS = _BY_NAME[families.L1_HITS.name]
L1_MISSES = _BY_NAME[families.L1_MISSES.name]
POOL_CONNECTIONS = _BY_NAME[families.POOL_CONNECTIONS.name]
POOL_LIMIT = _BY_NAME[families.POOL_LIMIT.name]
ROUTING_CONFIDENCE = _BY_NAME[families.ROUTING_CONFIDENCE.name]
PERSONA_REQUESTS = _BY_NAME[families.PERSONA_REQUESTS.name]
ACTIVE_USERS = _BY_NAME[families.ACTIVE_USERS.name]
FEATURE_USES = _BY_NAME[families.FEATURE_USES.name]
