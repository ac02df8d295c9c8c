"""The messages to Slack: an attachment in the alert's colour, buttons, who is mentioned."""

import re
from typing import Any

from exporter.settings import Settings, SlackSettings
from generators.alertmanager.common import body, colour, define, head, lines, title
from generators.alertmanager.notice import Notice

_GROUP_ID = re.compile(r"[SW][A-Z0-9]{6,}")
_BUTTONS = (
    ("Dashboard", "ion.dashboard"),
    ("Runbook", "ion.runbook"),
    ("Prometheus", "ion.prometheus"),
    ("Silence", "ion.silence"),
)


def text() -> str:
    """Return alertmanager/templates/slack.tmpl."""
    return head("The messages to Slack.") + "".join(
        (
            title("ion.slack.title", "ion.slack.safe"),
            lines("ion.slack.lines", "ion.slack.safe", "• "),
            body("ion.slack.body", "ion.slack.lines"),
            define("ion.slack.text", '{{ template "ion.slack.body" . }}' + _runbook()),
            define("ion.slack.colour", colour()),
        )
    )


def _runbook() -> str:
    """Return the runbook's path, where it is no address: what is one has a button."""
    return (
        "{{ with .CommonAnnotations.runbook_url }}"
        '{{ if not (match "^https?://" .) }}Runbook: {{ template "ion.slack.safe" . }}\n{{ end }}'
        "{{ end }}"
    )


def integration(settings: Settings, slack: SlackSettings, notice: Notice) -> dict[str, Any]:
    """Return an entry of `slack_configs`."""
    runbooks = settings.links.runbooks is not None
    entry: dict[str, Any] = {
        "send_resolved": True,
        "api_url_file": str(slack.webhook_url_file),
        "channel": notice.slack_channel or slack.channel,
        "color": '{{ template "ion.slack.colour" . }}',
        "title": notice.prefix + '{{ template "ion.slack.title" . }}',
        "title_link": '{{ template "ion.dashboard" . }}',
        "fallback": notice.prefix + '{{ template "ion.slack.title" . }}',
        "text": notice.words + '{{ template "ion.slack.text" . }}',
        "actions": [
            {"type": "button", "text": shown, "url": f'{{{{ template "{name}" . }}}}'}
            for shown, name in _BUTTONS
            if runbooks or shown != "Runbook"
        ],
    }
    if notice.mentions:
        entry["pretext"] = f'{{{{ if eq .Status "firing" }}}}{mention(slack)}{{{{ end }}}}'
        entry["link_names"] = not _GROUP_ID.fullmatch(slack.oncall_group)
    return entry


def mention(slack: SlackSettings) -> str:
    """Return what pings the user group: by its id, which is sure, or by its handle."""
    group = slack.oncall_group
    return f"<!subteam^{group}>" if _GROUP_ID.fullmatch(group) else f"@{group.removeprefix('@')}"
