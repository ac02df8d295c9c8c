"""What Slack is told: an attachment in the alert's colour, with buttons, and who is mentioned."""

import re
from typing import Any

from exporter.settings import Settings, SlackSettings
from generators.alertmanager.common import colour, define, head, lines, title, told
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
    return head("What Slack is told.") + "".join(
        (
            title("ion.slack.title", "ion.slack.safe"),
            lines("ion.slack.lines", "ion.slack.safe", "• "),
            told("ion.slack.told", "ion.slack.lines"),
            define("ion.slack.text", '{{ template "ion.slack.told" . }}' + _runbook()),
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
    body: dict[str, Any] = {
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
        body["pretext"] = f'{{{{ if eq .Status "firing" }}}}{mention(slack)}{{{{ end }}}}'
        body["link_names"] = not _GROUP_ID.fullmatch(slack.oncall_group)
    return body


def mention(slack: SlackSettings) -> str:
    """Return what pings the user group: by its id, which is sure, or by its handle."""
    group = slack.oncall_group
    return f"<!subteam^{group}>" if _GROUP_ID.fullmatch(group) else f"@{group.removeprefix('@')}"
