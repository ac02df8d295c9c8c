"""Who is notified of what: severities, the channels of each, and what to do without them."""

from dataclasses import dataclass, replace
from enum import StrEnum

from exporter.settings import Settings
from generators.policy import MINUTE, SEVERITIES

DEFAULT = "unrouted"  # the receiver of what no route takes
HEARTBEAT = "heartbeat"
ESCALATION = "escalation"


class Channel(StrEnum):
    """A way to reach people; the most visible first, which is the default's where it is there."""

    SLACK = "slack"
    EMAIL = "email"
    PAGERDUTY = "pagerduty"
    SENTRY = "sentry"


CHANNELS = {
    "critical": (Channel.PAGERDUTY, Channel.SLACK),
    "high": (Channel.SLACK, Channel.EMAIL),
    "medium": (Channel.SLACK,),
    "low": (Channel.SENTRY,),
}
QUIET = frozenset({"medium"})  # waits through quiet hours; low disturbs nobody


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds until the first notification of a group, between changes, until it is repeated."""

    wait: float
    interval: float
    repeat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Timers:
    """The paces of the routes; the interval is the cooldown between notifications of a group.

    Alertmanager checks a repeat once an interval, so that it is a multiple of it. Not so for the
    heartbeat: checked every 20 s and due after 50, it goes out once a minute, to the second.
    """

    heartbeat: Pace = Pace(0, 20, 50)
    critical: Pace = Pace(10, 10 * MINUTE, 60 * MINUTE)
    high: Pace = Pace(30, 10 * MINUTE, 240 * MINUTE)
    medium: Pace = Pace(MINUTE, 10 * MINUTE, 720 * MINUTE)
    low: Pace = Pace(MINUTE, 60 * MINUTE, 1440 * MINUTE)
    escalation: Pace = Pace(30 * MINUTE, 10 * MINUTE, 60 * MINUTE)

    def of(self, severity: str) -> Pace:
        """Return the pace of a severity's route."""
        found: Pace = getattr(self, severity)
        return found


def timers(settings: Settings) -> Timers:
    """Return the paces, with the wait that is configured for the escalation."""
    escalation = settings.notifications.escalation
    usual = Timers()
    if escalation is None:
        return usual
    return replace(usual, escalation=replace(usual.escalation, wait=escalation.after))


def channels(settings: Settings, severity: str) -> tuple[Channel, ...]:
    """Return the channels of a severity that are configured."""
    return tuple(c for c in CHANNELS[severity] if is_configured(settings, c))


def default_channels(settings: Settings) -> tuple[Channel, ...]:
    """Return the one channel of what no route takes, the most visible; none without channels."""
    return tuple(c for c in Channel if is_configured(settings, c))[:1]


def is_configured(settings: Settings, channel: Channel) -> bool:
    """Return whether the settings have the channel's section."""
    return getattr(settings.notifications, channel.value) is not None


def receiver(settings: Settings, severity: str) -> str:
    """Return the receiver of a severity: its own, or the default's where it has no channel."""
    return severity if channels(settings, severity) else DEFAULT


def is_escalated(settings: Settings) -> bool:
    """Return whether Alertmanager itself notifies somebody else of what goes on."""
    escalation = settings.notifications.escalation
    return escalation is not None and bool(escalation.to or escalation.channel)


def unreachable(settings: Settings) -> tuple[str, ...]:
    """Return the severities of which nobody is notified."""
    if default_channels(settings):
        return ()
    return tuple(severity for severity in SEVERITIES if not channels(settings, severity))
