"""What a message says first: what is wrong, how much, where, the limit, since when.

A message about one alert has its value. One about many has what they share, and how many they are.
Times are UTC: Alertmanager 0.25 has no function for another zone.
"""

from generators.alertmanager.template_text import define

NAMED = 3  # services, and other problems, that a headline names; more are counted
_CLOCK, _DAY_CLOCK, _DATE = "15:04", "2 Jan 15:04", "2 Jan 2006 15:04"
# A group's first alert: of those that fire, or else of all, the one that began first.
FIRST = (
    "{{ $alerts := .Alerts.Firing }}{{ if not $alerts }}{{ $alerts = .Alerts }}{{ end }}"
    "{{ $first := index $alerts 0 }}{{ range $alerts }}"
    "{{ if .StartsAt.Before $first.StartsAt }}{{ $first = . }}{{ end }}{{ end }}"
)
_LAST = (
    "{{ $last := index .Alerts 0 }}{{ range .Alerts }}"
    "{{ if .EndsAt.After $last.EndsAt }}{{ $last = . }}{{ end }}{{ end }}"
)
# Only then is each alert another service.
_ONE_REGION = "(or .CommonLabels.region (not $first.Labels.region))"
_THINGS = (("service_name", "services"), ("database_id", "databases"), ("redis_id", "caches"))


def clock(time: str) -> str:
    """Return the action that shows the hour of a time: 14:02 UTC."""
    return f'{{{{ {time}.UTC.Format "{_CLOCK} MST" }}}}'


def day_clock(time: str) -> str:
    """Return the action that shows a time of the last days: 28 Nov 14:02 UTC."""
    return f'{{{{ {time}.UTC.Format "{_DAY_CLOCK} MST" }}}}'


def date(time: str) -> str:
    """Return the action that shows a time with its day and year: 28 Nov 2026 14:02 UTC."""
    return f'{{{{ {time}.UTC.Format "{_DATE} MST" }}}}'


def period(start: str, end: str) -> str:
    """Return the action that shows from when to when, and how long: 14:02 to 14:31 UTC (29m)."""
    days = f'ne ({start}.UTC.Format "2 Jan") ({end}.UTC.Format "2 Jan")'
    hours = f'{{{{ {start}.UTC.Format "{_CLOCK}" }}}} to {clock(end)}'
    dated = f'{{{{ {start}.UTC.Format "{_DAY_CLOCK}" }}}} to {day_clock(end)}'
    return f"{{{{ if {days} }}}}{dated}{{{{ else }}}}{hours}{{{{ end }}}} ({lasted(start, end)})"


def lasted(start: str, end: str) -> str:
    """Return the action that shows for how long, to the minute: 29m."""
    whole = f"(({end}.Sub {start}).Round 60e9).String"
    short = r'reReplaceAll "^0s$" "less than 1m" | reReplaceAll "([mh])0[ms].*$" "$1"'
    return f"{{{{ {whole} | {short} }}}}"


def text(name: str, safe: str) -> str:
    """Return the headline `name`, and what it is made from; `safe` writes each text."""
    over = f'{{{{ template "{name}.resolved" . }}}}, {period("$first.StartsAt", "$last.EndsAt")}'
    severity = (
        f'{{{{ with .CommonLabels.severity }}}}{{{{ template "{safe}.upper" . }}}}: {{{{ end }}}}'
    )
    firing = (
        f'{severity}{{{{ template "{name}.firing" . }}}} since {clock("$first.StartsAt")}'
        f"{_no_data(safe)}{_over()}"
    )
    return (
        define(f"{name}.one", _one(safe))
        + define(f"{name}.place", _place(safe))
        + define(f"{name}.several", _several(name, safe))
        + define(f"{name}.firing", _group(name, safe, "problem"))
        + define(f"{name}.resolved", _group(name, safe, "ended"))
        + define(
            name,
            f"{FIRST}{_LAST}{{{{ if .Alerts.Firing }}}}{firing}"
            f"{{{{ else }}}}Resolved: {over}{{{{ end }}}}",
        )
    )


def _written(safe: str, field: str = ".") -> str:
    return f'{{{{ template "{safe}" {field} }}}}'


def _no_data(safe: str) -> str:
    """Return since when there is no data, where all alerts of a message agree on it."""
    return f"{{{{ with .CommonAnnotations.no_data }}}}, {_written(safe)}{{{{ end }}}}"


def _over() -> str:
    """Return how many of a group no longer fire."""
    return (
        "{{ if .Alerts.Resolved }} ({{ len .Alerts.Resolved }} of {{ len .Alerts }} resolved)"
        "{{ end }}"
    )


def _limit(safe: str, of: str) -> str:
    return f"{{{{ with {of}.limit }}}} (limit {_written(safe)}){{{{ end }}}}"


def _one(safe: str) -> str:
    """Return what is wrong with one alert, or was: without our annotations its name and place."""
    ended = (
        f"{_written(safe, '.Annotations.ended')}"
        f"{{{{ with .Annotations.reading }}}}: {_written(safe)}{{{{ end }}}}"
        f"{_limit(safe, '.Annotations')}"
    )
    places = "".join(
        f"{{{{ with .Labels.{label} }}}} · {_written(safe)}{{{{ end }}}}"
        for label in ("service_name", "database_id", "redis_id", "region")
    )
    bare = _written(safe, '(reReplaceAll "\\\\.$" "" .)')
    foreign = (
        f"{{{{ with .Annotations.summary }}}}{bare}"
        f"{{{{ else }}}}{{{{ with .Labels.alertname }}}}{_written(safe)}{{{{ else }}}}Alert"
        f"{{{{ end }}}}{{{{ end }}}}{places}"
    )
    return (
        f'{{{{ if and .Annotations.ended (ne .Status "firing") }}}}{ended}'
        f"{{{{ else if .Annotations.problem }}}}{_written(safe, '.Annotations.summary')}"
        f"{{{{ else }}}}{foreign}{{{{ end }}}}"
    )


def _place(safe: str) -> str:
    """Return where all alerts of a group are, as far as they share it."""
    named = "{{ else }}".join(
        f"{{{{ with .CommonLabels.{label} }}}} at {_written(safe)}" for label, _ in _THINGS
    )
    region = f"{{{{ with .CommonLabels.region }}}} in {_written(safe)}{{{{ end }}}}"
    return named + "{{ end }}" * len(_THINGS) + region


def _several(name: str, safe: str) -> str:
    """Return which services of a region a group is about, or how many alerts it has."""
    counted = ""
    for label, things in _THINGS:
        own = f"and (not .CommonLabels.{label}) $first.Labels.{label} {_ONE_REGION}"
        names = (
            f"{{{{ if le (len $alerts) {NAMED} }}}}{{{{ range $at, $one := $alerts }}}}"
            f"{{{{ if $at }}}}, {{{{ end }}}}{_written(safe, f'$one.Labels.{label}')}{{{{ end }}}}"
            f"{{{{ else }}}}{{{{ len $alerts }}}} {things}{{{{ end }}}}"
        )
        counted += f"{{{{ {'else ' if counted else ''}if {own} }}}}{names}"
    return (
        f"{FIRST}{counted}{{{{ else }}}}{{{{ len $alerts }}}} alerts{{{{ end }}}}"
        f'{{{{ template "{name}.place" . }}}}'
    )


def _group(name: str, safe: str, statement: str) -> str:
    """Return the headline of a group: of its only alert, of what all share, or of the first."""
    shared = (
        f"{_written(safe, f'.CommonAnnotations.{statement}')}: "
        f'{{{{ template "{name}.several" . }}}}{_limit(safe, ".CommonAnnotations")}'
    )
    more = (
        "{{ if gt (len $alerts) 1 }} and {{ len (slice $alerts 1) }} more "
        "{{ if eq (len $alerts) 2 }}alert{{ else }}alerts{{ end }}"
        f"{_others(safe, statement)}{{{{ end }}}}"
    )
    return (
        f"{FIRST}{{{{ if and (gt (len $alerts) 1) .CommonAnnotations.{statement} }}}}{shared}"
        f'{{{{ else }}}}{{{{ template "{name}.one" $first }}}}{more}{{{{ end }}}}'
    )


def _others(safe: str, statement: str) -> str:
    """Return what else is wrong, in brackets: PagerDuty shows a headline, and pages once.

    Alertmanager sorts alerts by their labels, so that those of one name follow one another.
    """
    word = f"or .Annotations.{statement} .Labels.alertname"
    shown = (
        f"{{{{ if le (len $named) {NAMED} }}}}{{{{ if $said }}}}, {{{{ else }}}} ({{{{ end }}}}"
        f"{_written(safe, '$word')}{{{{ $said = $word }}}}{{{{ end }}}}"
    )
    return (
        f"{{{{ $own := or $first.Annotations.{statement} $first.Labels.alertname }}}}"
        '{{ $before := $own }}{{ $said := "" }}{{ $named := "" }}'
        f"{{{{ range $alerts }}}}{{{{ $word := {word} }}}}"
        "{{ if and (ne $word $own) (ne $word $before) }}"
        f'{{{{ $named = printf "%sx" $named }}}}{shown}{{{{ end }}}}{{{{ $before = $word }}}}'
        "{{ end }}{{ if $said }}"
        f"{{{{ if gt (len $named) {NAMED} }}}}, …{{{{ end }}}}){{{{ end }}}}"
    )
