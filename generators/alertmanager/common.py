"""What the templates of all channels use: plain text, headlines, lists, links, the colour.

Only functions and methods of Alertmanager 0.25 are used.
"""

from collections.abc import Sequence

from exporter.settings import Settings
from generators.alertmanager import bodies, escaping, headlines, links
from generators.alertmanager.template_text import head

PLAIN = bodies.Writing(safe="ion.plain", own="ion.plain")
_COLOURS = {"critical": "#c4162a", "high": "#f2711c", "medium": "#e0b400"}
_OTHER, _RESOLVED = "#6b7280", "#2f9e62"


def text(settings: Settings, longterm: Sequence[str]) -> str:
    """Return alertmanager/templates/common.tmpl."""
    return head("What the templates of all channels use.") + "".join(
        (
            escaping.text(),
            headlines.text("ion.title", "ion.plain"),
            bodies.text("ion.body", PLAIN),
            bodies.both("ion.body"),
            links.text(settings, longterm),
        )
    )


def colour() -> str:
    """Return the colour of a notification: its severity's, and green once it is over."""
    chain = "".join(
        f'{{{{ else if eq .CommonLabels.severity "{severity}" }}}}{found}'
        for severity, found in _COLOURS.items()
    )
    return f'{{{{ if ne .Status "firing" }}}}{_RESOLVED}{chain}{{{{ else }}}}{_OTHER}{{{{ end }}}}'
