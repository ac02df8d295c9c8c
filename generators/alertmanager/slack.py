"""The messages to Slack: an attachment in the alert's colour, links, who is mentioned.

Links stand in the text, as a button cannot be left out: what is over has no silence.
"""

import re
from collections.abc import Sequence
from typing import Any

from exporter.settings import Settings, SlackSettings
from exporter.settings.versions import has
from generators.alertmanager import bodies, headlines
from generators.alertmanager.common import colour
from generators.alertmanager.escaping import SLACK_ADDRESS
from generators.alertmanager.headlines import FIRST
from generators.alertmanager.links import links
from generators.alertmanager.notice import Notice
from generators.alertmanager.template_text import define, head

NATIVE_UPDATE = "0.35"
POST_MESSAGE = "https://slack.com/api/chat.postMessage"
# An edit mentions nobody. The first message of the next incident is a first one again.
FIRST_MESSAGE = 'eq .NotificationReason "first notification"'
_GROUP_ID = re.compile(r"[SW][A-Z0-9]{6,}")
_WRITING = bodies.Writing(safe="ion.slack.safe", own="ion.slack.own", bullet="• ")
# Slack hides what follows the fifth line: what to do and the links come before a long list.
_PARTS = ("ion.slack.body.only", "ion.slack.body.check", "ion.slack.links", "ion.slack.body.list")


def text(settings: Settings, longterm: Sequence[str]) -> str:
    """Return alertmanager/templates/slack.tmpl."""
    return head("The messages to Slack.") + "".join(
        (
            headlines.text("ion.slack.title", "ion.slack.safe"),
            bodies.text("ion.slack.body", _WRITING),
            bodies.both("ion.slack.body"),
            define("ion.slack.links", _links(settings, longterm)),
            define("ion.slack.text", "".join(f'{{{{ template "{part}" . }}}}' for part in _PARTS)),
            define("ion.slack.colour", colour()),
        )
    )


def _links(settings: Settings, longterm: Sequence[str]) -> str:
    """Return the links that lead somewhere, on a line of their own."""
    each = "".join(
        f"{link.actions}{{{{ with $url }}}}{{{{ $between }}}}"
        f"<{{{{ .{SLACK_ADDRESS} }}}}|{link.shown}>"
        '{{ $between = " · " }}{{ end }}'
        for link in links(settings, longterm)
    )
    start = f'{{{{ $url := "" }}}}{{{{ $between := "" }}}}{FIRST}'
    return f"{start}{each}{{{{ if $between }}}}\n{{{{ end }}}}"


def integration(slack: SlackSettings, notice: Notice, version: str) -> dict[str, Any]:
    """Return an entry of `slack_configs` for this version of Alertmanager."""
    edited = slack.update_message and notice.edited
    entry: dict[str, Any] = {
        "send_resolved": True,
        **_address(slack, version, edited=edited),
        **({"update_message": True} if edited else {}),
        "channel": notice.slack_channel or slack.channel,
        "color": '{{ template "ion.slack.colour" . }}',
        "title": notice.prefix + '{{ template "ion.slack.title" . }}',
        "title_link": '{{ template "ion.page" . }}',
        "fallback": notice.prefix + '{{ template "ion.slack.title" . }}',
        "text": notice.words + '{{ template "ion.slack.text" . }}',
        # No field is formatted; links in angle brackets and mentions are read all the same.
        "mrkdwn_in": ["pretext"],
    }
    if notice.mentions and slack.oncall_group:
        group = slack.oncall_group
        when = FIRST_MESSAGE if edited else 'eq .Status "firing"'
        entry["pretext"] = f"{{{{ if {when} }}}}{mention(group)}{{{{ end }}}}"
        entry["link_names"] = not _GROUP_ID.fullmatch(group)
    return entry


def _address(slack: SlackSettings, version: str, *, edited: bool) -> dict[str, Any]:
    """Return where messages are posted, and by whom.

    From 0.32 to 0.34 Alertmanager ends with a panic on `update_message` beside `app_token_file`:
    there the token is the authorization of a request to the address that it wants to see.
    """
    if slack.app_token_file is None:
        return {"api_url_file": str(slack.webhook_url_file)}
    token = str(slack.app_token_file)
    if not edited or has(version, NATIVE_UPDATE):
        return {"app_token_file": token}
    return {
        "api_url": POST_MESSAGE,
        "http_config": {"authorization": {"credentials_file": token}},
    }


def mention(group: str) -> str:
    """Return what pings a user group: by its id, which is sure, or by its handle."""
    return f"<!subteam^{group}>" if _GROUP_ID.fullmatch(group) else f"@{group.removeprefix('@')}"
