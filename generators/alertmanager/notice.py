"""What sets a receiver's messages apart from the others': their first words, whom they reach."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """How a receiver's messages begin, whether they mention the group on call, where else they go.

    prefix   before the headline
    words    before the text
    edited   whether later messages of the same group may replace the first
    """

    prefix: str = ""
    words: str = ""
    mentions: bool = False
    edited: bool = True
    slack_channel: str | None = None
    mail_to: tuple[str, ...] = ()


PLAIN = Notice()
CRITICAL = Notice(mentions=True)
UNROUTED = Notice(
    prefix="Unrouted: ",
    words="This alert has none of the severities that are routed: critical, high, medium, low.\n",
)


def escalated(channel: str | None, mail_to: tuple[str, ...]) -> Notice:
    """Return the notice of escalations; what goes on since when is in the alert's own text."""
    return Notice(prefix="Escalated: ", edited=False, slack_channel=channel, mail_to=mail_to)
