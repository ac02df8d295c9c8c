"""What sets a receiver's messages apart from the others': their first words, whom they reach."""

from dataclasses import dataclass

from exporter.settings.types import duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """How a receiver's messages begin, whether they mention the group on call, where else they go.

    prefix   before the headline
    words    before the text
    """

    prefix: str = ""
    words: str = ""
    mentions: bool = False
    slack_channel: str | None = None
    mail_to: tuple[str, ...] = ()


PLAIN = Notice()
CRITICAL = Notice(mentions=True)
UNROUTED = Notice(
    prefix="Unrouted: ",
    words="No channel is configured for this severity; see notifications in monitoring.yaml.\n",
)


def escalated(after: float, channel: str | None, mail_to: tuple[str, ...]) -> Notice:
    """Return the notice of an alert that has gone on for `after` seconds."""
    words = (
        f'{{{{ if eq .Status "firing" }}}}Firing for {duration(after)}, and nobody silenced it.\n'
        "{{ end }}"
    )
    return Notice(prefix="Escalated: ", words=words, slack_channel=channel, mail_to=mail_to)
