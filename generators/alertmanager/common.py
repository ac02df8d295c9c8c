"""Templates that every channel uses: plain text, the alert's own time, and links.

Only functions and methods of Alertmanager 0.25 are used. Values of labels come from outside: what a
channel would read as markup is neutralised where the value is written.
"""

from generators.boards import PAST
from generators.files import MARK

SHOWN = 10  # alerts that are listed one by one
LONGEST = 500  # characters of a value
MARGIN = "1800e9"  # nanoseconds that a dashboard shows before an alert and after it
_COLOURS = {"critical": "#c4162a", "high": "#f2711c", "medium": "#e0b400"}
_OTHER, _RESOLVED = "#6b7280", "#2f9e62"

# An alert's own data: the first that fires, else the first.
FIRST = "{{ $alert := index .Alerts 0 }}{{ with .Alerts.Firing }}{{ $alert = index . 0 }}{{ end }}"
# One line: control characters, bidirectional overrides and line separators become spaces.
_ONE_LINE = rf'printf "%.{LONGEST}s" . | reReplaceAll "[\\pC\\p{{Zl}}\\p{{Zp}}]+" " "'
SLACK = (
    ' | reReplaceAll "&" "&amp;" | reReplaceAll "<" "&lt;" | reReplaceAll ">" "&gt;"'
    ' | reReplaceAll "`" "\'" | reReplaceAll "@" "@\\u200b"'
)


def head(about: str) -> str:
    """Return the first lines of a file of templates."""
    return f"{{{{/* {MARK} */}}}}\n{{{{/* {about} */}}}}\n"


def define(name: str, text_: str) -> str:
    """Return a definition on lines of its own; the text is as it is written out."""
    return f'{{{{ define "{name}" }}}}{text_}{{{{ end }}}}\n'


def title(name: str, safe: str) -> str:
    """Return the definition of a headline, each value of which `safe` writes."""

    def value(field: str) -> str:
        return f'{{{{ with {field} }}}} · {{{{ template "{safe}" . }}}}{{{{ end }}}}'

    places = "".join(
        value(f".CommonLabels.{label}")
        for label in ("service_name", "database_id", "redis_id", "region")
    )
    headline = (
        f'{{{{ with .CommonAnnotations.summary }}}}{{{{ template "{safe}" (reReplaceAll '
        r'"\\.$" "" .) }}'
        f'{{{{ else }}}}{{{{ with .CommonLabels.alertname }}}}{{{{ template "{safe}" . }}}}'
        "{{ else }}Several alerts{{ end }}{{ end }}"
    )
    state = (
        f'{{{{ if ne .Status "firing" }}}}Resolved: {{{{ else }}}}'
        f"{{{{ with .CommonLabels.severity }}}}"
        f'{{{{ template "{safe}.upper" . }}}}: {{{{ end }}}}{{{{ end }}}}'
    )
    count = (
        "{{ if gt (len .Alerts) 1 }} · {{ len .Alerts.Firing }} of {{ len .Alerts }} firing"
        "{{ end }}"
    )
    return define(name, state + headline + places + count)


def lines(name: str, safe: str, bullet: str) -> str:
    """Return the definition of a list of alerts, a line each: the first ten of them."""
    labels = (
        f'{{{{ range .Labels.SortedPairs }}}}{{{{ template "{safe}" .Name }}}}='
        f'{{{{ template "{safe}" .Value }}}} {{{{ end }}}}'
    )
    one = (
        f'{bullet}{{{{ with .Annotations.description }}}}{{{{ template "{safe}" . }}}}'
        f"{{{{ else }}}}{labels}{{{{ end }}}}\n"
    )
    more = f"{{{{ if gt (len .) {SHOWN} }}}}and {{{{ len (slice . {SHOWN}) }}}} more\n{{{{ end }}}}"
    some = f"{{{{ if lt $at {SHOWN} }}}}{one}{{{{ end }}}}"
    each = f"{{{{ range $at, $alert := . }}}}{some}{{{{ end }}}}"
    return define(name, each + more)


def body(name: str, of: str) -> str:
    """Return the definition of what fires, and below it what no longer does."""
    mixed = "{{ if .Alerts.Firing }}{{ if .Alerts.Resolved }}Resolved:\n{{ end }}{{ end }}"
    return define(
        name,
        f'{{{{ template "{of}" .Alerts.Firing }}}}{mixed}'
        f'{{{{ template "{of}" .Alerts.Resolved }}}}',
    )


def _safe(name: str, escape: str) -> str:
    return define(name, f"{{{{ {_ONE_LINE}{escape} }}}}") + define(
        f"{name}.upper", f"{{{{ {_ONE_LINE} | toUpper{escape} }}}}"
    )


def _dashboard() -> str:
    """Return the link to the panel, from half an hour before the alert to half an hour after it."""
    start = f"(.StartsAt.Add -{MARGIN}).UnixMilli"
    end = f"(.EndsAt.Add {MARGIN}).UnixMilli"
    old, url = f'"{PAST}$"', ".Annotations.dashboard_url"
    firing = f'{{{{ reReplaceAll {old} (printf "from=%d&to=now" {start}) {url} }}}}'
    resolved = f'{{{{ reReplaceAll {old} (printf "from=%d&to=%d" {start} {end}) {url} }}}}'
    return f'{{{{ if eq .Status "firing" }}}}{firing}{{{{ else }}}}{resolved}{{{{ end }}}}'


def _link(annotation: str, text: str) -> str:
    """Return a link of the group's first alert, or Alertmanager's page where it has none."""
    return (
        f"{FIRST}{{{{ if {annotation} }}}}{text}{{{{ else }}}}{{{{ .ExternalURL }}}}{{{{ end }}}}"
    )


def _silence() -> str:
    """Return the page that silences exactly the labels that the group's alerts share."""
    value = 'printf "%q" .Value | urlquery | reReplaceAll "\\\\+" "%20"'
    pair = f"{{{{ if $at }}}}%2C{{{{ end }}}}{{{{ .Name }}}}%3D{{{{ {value} }}}}"
    pairs = f"{{{{ range $at, $pair := .CommonLabels.SortedPairs }}}}{pair}{{{{ end }}}}"
    return "{{ .ExternalURL }}/#/silences/new?filter=%7B" + pairs + "%7D"


def text() -> str:
    """Return alertmanager/templates/common.tmpl."""
    return head("What the templates of all channels use.") + "".join(
        (
            _safe("ion.plain", ""),
            _safe("ion.slack.safe", SLACK),
            title("ion.title", "ion.plain"),
            lines("ion.lines", "ion.plain", "- "),
            body("ion.body", "ion.lines"),
            define("ion.alert.dashboard", _dashboard()),
            define(
                "ion.dashboard",
                _link(
                    "$alert.Annotations.dashboard_url",
                    '{{ template "ion.alert.dashboard" $alert }}',
                ),
            ),
            define(
                "ion.runbook",
                _link("$alert.Annotations.runbook_url", "{{ $alert.Annotations.runbook_url }}"),
            ),
            define("ion.prometheus", _link("$alert.GeneratorURL", "{{ $alert.GeneratorURL }}")),
            define("ion.silence", _silence()),
        )
    )


def colour() -> str:
    """Return the colour of a notification: its severity's, and green once it is over."""
    chain = "".join(
        f'{{{{ else if eq .CommonLabels.severity "{severity}" }}}}{found}'
        for severity, found in _COLOURS.items()
    )
    return f'{{{{ if ne .Status "firing" }}}}{_RESOLVED}{chain}{{{{ else }}}}{_OTHER}{{{{ end }}}}'
