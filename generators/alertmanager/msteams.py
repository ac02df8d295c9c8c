"""The messages to Microsoft Teams: a card with a headline, what is known, and links.

A card reads Markdown: a line is a paragraph of its own. Teams refuses more than 28 kB, and
Alertmanager cuts nothing, so texts, lists and addresses are bounded here.
"""

from collections.abc import Sequence
from typing import Any

from exporter.settings import MsTeamsSettings, Settings
from generators.alertmanager import bodies, escaping, headlines
from generators.alertmanager.headlines import FIRST
from generators.alertmanager.links import links
from generators.alertmanager.notice import Notice
from generators.alertmanager.template_text import define, head

_WRITING = bodies.Writing(
    safe="ion.msteams.safe", own="ion.msteams.own", line="\n", brief="ion.msteams.brief", shown=4
)
_ADDRESS = 1000  # bytes; a longer one is left out
_BODY = "ion.msteams.body"
_PARTS = (f"{_BODY}.only", f"{_BODY}.check", "ion.msteams.links", f"{_BODY}.list")


def text(settings: Settings, longterm: Sequence[str]) -> str:
    """Return alertmanager/templates/msteams.tmpl."""
    return head("The messages to Microsoft Teams.") + "".join(
        (
            escaping.msteams(),
            headlines.text("ion.msteams.title", "ion.msteams.brief"),
            bodies.text(_BODY, _WRITING),
            bodies.both(_BODY, _WRITING.line),
            define("ion.msteams.links", _links(settings, longterm)),
            define(
                "ion.msteams.text", "".join(f'{{{{ template "{part}" . }}}}' for part in _PARTS)
            ),
        )
    )


def _links(settings: Settings, longterm: Sequence[str]) -> str:
    """Return the links that lead somewhere, on a line of their own."""
    each = "".join(
        f"{link.actions}{{{{ with $url }}}}{{{{ if lt (len .) {_ADDRESS} }}}}{{{{ $between }}}}"
        f"[{link.shown}]({{{{ .{escaping.MSTEAMS_ADDRESS} }}}})"
        '{{ $between = " · " }}{{ end }}{{ end }}'
        for link in links(settings, longterm)
    )
    start = f'{{{{ $url := "" }}}}{{{{ $between := "\\n" }}}}{FIRST}'
    return f"{start}{each}\n"


def integration(msteams: MsTeamsSettings, notice: Notice) -> dict[str, Any]:
    """Return an entry of `msteamsv2_configs`."""
    return {
        "send_resolved": True,
        "webhook_url_file": str(msteams.webhook_url_file),
        "title": notice.prefix + '{{ template "ion.msteams.title" . }}',
        "text": notice.words + '{{ template "ion.msteams.text" . }}',
    }
