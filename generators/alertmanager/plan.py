"""Who is notified of what: severities, teams, the channels of each, and what to do without them."""

from dataclasses import dataclass, replace
from enum import StrEnum

from exporter.catalog.alert_names import (
    DEFAULT_RECEIVER,
    HEARTBEAT_RECEIVER,
    JOURNAL_RECEIVER,
    channel_receiver,
)
from exporter.settings import NotificationSettings, Settings
from exporter.settings.grouping import IntervalSettings
from exporter.settings.teams import of_team, teams
from exporter.settings.versions import EVENTS, has
from generators.policy import MINUTE, SEVERITIES
from generators.rules.escalation import escalated

DEFAULT = DEFAULT_RECEIVER
HEARTBEAT = HEARTBEAT_RECEIVER
ACKNOWLEDGING = "acknowledged"  # reaches nobody
JOURNAL = JOURNAL_RECEIVER


class Channel(StrEnum):
    """A way to reach people; the most visible first, which is the default's where it is there."""

    SLACK = "slack"
    MSTEAMS = "msteams"
    EMAIL = "email"
    PAGERDUTY = "pagerduty"
    WEBHOOK = "webhook"
    SENTRY = "sentry"


CHANNELS = {
    "critical": (Channel.PAGERDUTY, Channel.SLACK, Channel.MSTEAMS, Channel.WEBHOOK),
    "high": (Channel.SLACK, Channel.MSTEAMS, Channel.EMAIL, Channel.WEBHOOK),
    "medium": (Channel.SLACK, Channel.MSTEAMS, Channel.WEBHOOK),
    "low": (Channel.SENTRY,),
}
QUIET = frozenset({"medium"})  # waits through quiet hours; low disturbs nobody


@dataclass(frozen=True, slots=True)
class Audience:
    """A team with channels of its own, or everybody else, whose team is empty."""

    team: str
    at: NotificationSettings

    def channels(self, severity: str) -> tuple[Channel, ...]:
        """Return the channels of a severity, or the most visible one where none is configured."""
        own = tuple(c for c in CHANNELS[severity] if getattr(self.at, c.value) is not None)
        return own or self.default

    @property
    def default(self) -> tuple[Channel, ...]:
        """The one channel of what no route takes, the most visible; none without channels."""
        return tuple(c for c in Channel if getattr(self.at, c.value) is not None)[:1]

    def receiver(self, severity: str, channel: Channel) -> str:
        """Return the name of the receiver of one channel."""
        return channel_receiver(self.team, severity, channel.value)


def audiences(settings: Settings) -> tuple[Audience, ...]:
    """Return everybody, then each team that has channels of its own; paths are the server's."""
    at = settings.notifications
    own = ((team, of_team(at, channels)) for team, channels in teams(settings.services))
    return tuple(Audience(team, found.on_server()) for team, found in (("", at), *own))


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds until the first notification of a group, between changes, until it is repeated.

    spacing  between the first messages of alerts that begin together, where a channel needs it
    """

    wait: float
    interval: float
    repeat: float
    spacing: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timers:
    """The paces of the routes; the interval is the cooldown between notifications of a group.

    A critical alert that joins a group is notified within a minute: another service that fails
    must not wait. Alertmanager checks a repeat once an interval, so that it is a multiple of it.
    Not so for the heartbeat: checked every 20 s and due after 50, it goes out once a minute, to
    the second. An escalation's end is sent an interval after it: by then its acknowledgement, which
    mutes it, has ended as well.
    """

    heartbeat: Pace = Pace(0, 20, 50)
    critical: Pace = Pace(5, MINUTE, 60 * MINUTE)
    high: Pace = Pace(30, 10 * MINUTE, 240 * MINUTE)
    medium: Pace = Pace(MINUTE, 10 * MINUTE, 720 * MINUTE)
    low: Pace = Pace(MINUTE, 60 * MINUTE, 1440 * MINUTE)
    escalation: Pace = Pace(10, 5 * MINUTE, 60 * MINUTE)
    journal: Pace = Pace(0, 10, 60 * MINUTE)

    def of(self, severity: str) -> Pace:
        """Return the pace of a severity's route."""
        found: Pace = getattr(self, severity)
        return found


def timers(settings: Settings) -> Timers:
    """Return the paces with what the settings change, and repeats that quiet hours allow."""
    at, usual = settings.notifications, Timers()
    found = {s: _changed(usual.of(s), getattr(at.intervals, s)) for s in SEVERITIES}
    if at.quiet_hours is not None:
        for severity in QUIET:
            found[severity] = _within(found[severity], at.quiet_hours.shortest)
    return replace(usual, **found)


def _changed(pace: Pace, given: IntervalSettings) -> Pace:
    interval = pace.interval if given.group_interval is None else given.group_interval
    repeat = max(pace.repeat, interval) if given.repeat_interval is None else given.repeat_interval
    wait = pace.wait if given.group_wait is None else given.group_wait
    return replace(pace, wait=wait, interval=interval, repeat=repeat)


def _within(pace: Pace, quiet: float) -> Pace:
    """Return a pace whose repeat is shorter than quiet hours.

    What was notified in the evening is due again by morning then, so that what still fires, or
    fires anew, is notified when they end: Alertmanager keeps no record of what ended in them.
    """
    if pace.repeat < quiet:
        return pace
    most = (quiet - 1) // pace.interval * pace.interval
    return replace(pace, repeat=most or quiet / 2)


def channels(settings: Settings, severity: str) -> tuple[Channel, ...]:
    """Return the channels of a severity, of everybody."""
    return audiences(settings)[0].channels(severity)


def is_escalated(settings: Settings) -> bool:
    """Return whether Alertmanager itself notifies somebody else of what goes on."""
    return escalated(settings) is not None


def is_journaled(settings: Settings) -> bool:
    """Return whether there is a bridge."""
    return settings.notifications.active_bridge is not None


def is_recorded(settings: Settings) -> bool:
    """Return whether Alertmanager's event recorder posts to the bridge."""
    return is_journaled(settings) and has(settings.alertmanager.version, EVENTS)


def unreachable(settings: Settings) -> tuple[str, ...]:
    """Return the severities of which nobody is notified."""
    return tuple(severity for severity in SEVERITIES if not channels(settings, severity))
