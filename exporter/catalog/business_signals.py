"""Signals of what users do, as the application counts it."""

from exporter.catalog import application
from exporter.catalog.expression import Direction, Events, Level, Matcher, Mean, Share, Signal
from exporter.catalog.model import Reduce, Unit

BUSINESS = (
    Signal(
        name="routing_quality",
        noun="mean routing confidence",
        kind=None,
        unit=Unit.RATIO,
        direction=Direction.DOWN,
        help="Mean confidence of routing decisions.",
        expression=Mean(application.ROUTING_CONFIDENCE),
        by=("region",),
    ),
    Signal(
        name="persona_share",
        noun="share of the persona",
        kind=None,
        unit=Unit.RATIO,
        direction=Direction.NONE,
        help="Share of each persona in all requests.",
        expression=Share(Events(application.PERSONA_REQUESTS), "persona"),
        by=("region",),
    ),
    Signal(
        name="active_users",
        noun="number of active users",
        kind=None,
        unit=Unit.NONE,
        direction=Direction.DOWN,
        help="Users seen in the last five minutes.",
        expression=Level(application.ACTIVE_USERS, Reduce.SUM, (Matcher("window", ("5m",)),)),
        by=("region",),
    ),
    Signal(
        name="requests_total",
        noun="number of requests",
        kind=None,
        unit=Unit.NONE,
        direction=Direction.DOWN,
        help="Requests that the application counted.",
        expression=Events(application.REQUESTS),
        by=("region",),
    ),
    Signal(
        name="feature_usage",
        noun="share of the feature",
        kind=None,
        unit=Unit.RATIO,
        direction=Direction.NONE,
        help="Share of each feature in all uses.",
        expression=Share(Events(application.FEATURE_USES), "feature"),
        by=("region",),
    ),
)
