"""What a message says below its headline: the details of one alert, or a list of many.

What is over is in the past tense, with its end and how long it lasted, and asks for nothing.
"""

from dataclasses import dataclass

from generators.alertmanager.headlines import date, day_clock, lasted, period
from generators.alertmanager.template_text import define

SHOWN = 10  # alerts that are listed one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How a channel writes texts: the templates for texts from outside and for our own.

    line    what a line begins with
    bullet  what an alert of a list begins with
    brief   the template for texts in a list, where a message must not become too long
    shown   alerts that are listed one by one
    """

    safe: str
    own: str
    line: str = ""
    bullet: str = "- "
    brief: str = ""
    shown: int = SHOWN

    def safely(self, field: str = ".") -> str:
        """Return the action that writes a text that may have labels in it."""
        return f'{{{{ template "{self.safe}" {field} }}}}'

    def briefly(self, field: str = ".") -> str:
        """Return the action that writes a text in a list."""
        return f'{{{{ template "{self.brief or self.safe}" {field} }}}}'

    def check(self, of: str) -> str:
        """Return what to check first, on a line of its own."""
        check = f'{self.line}{{{{ template "{self.own}" . }}}}\n'
        return f"{{{{ with {of}.check }}}}{check}{{{{ end }}}}"


def text(name: str, writing: Writing) -> str:
    """Return the body `name`, and what it is made from."""
    detail = f'{{{{ range .Alerts }}}}{{{{ template "{name}.detail" . }}}}{{{{ end }}}}'
    return (
        define(f"{name}.labels", _labels(writing))
        + define(f"{name}.described", _described(name, writing))
        + define(f"{name}.detail", _detail(name, writing))
        + define(f"{name}.firing", _listed("Firing", _firing(name, writing), writing))
        + define(f"{name}.resolved", _listed("Resolved", _resolved(name, writing), writing))
        + define(f"{name}.check", _check(writing))
        + define(f"{name}.only", f"{{{{ if eq (len .Alerts) 1 }}}}{detail}{{{{ end }}}}")
    )


def both(name: str, line: str = "") -> str:
    """Return the list of what fires, and below it of what is over, where there is more than one."""
    lists = (
        f'{{{{ template "{name}.firing" . }}}}'
        f"{{{{ if .Alerts.Firing }}}}{{{{ if .Alerts.Resolved }}}}{line}Resolved:\n"
        "{{ end }}{{ end }}"
        f'{{{{ template "{name}.resolved" . }}}}'
    )
    return define(f"{name}.list", f"{{{{ if gt (len .Alerts) 1 }}}}{lists}{{{{ end }}}}")


def _labels(writing: Writing) -> str:
    """Return all labels of an alert that describes itself by nothing else."""
    pair = f"{writing.safely('.Name')}={writing.safely('.Value')}"
    spaced = f"{{{{ if $at }}}} {{{{ end }}}}{pair}"
    if writing.brief:
        spaced = f"{{{{ if lt $at {writing.shown} }}}}{spaced}{{{{ end }}}}"
    return f"{{{{ range $at, $pair := .SortedPairs }}}}{spaced}{{{{ end }}}}"


def _described(name: str, writing: Writing) -> str:
    """Return an alert's description, or what else it has: its summary, its labels."""
    return (
        f"{{{{ with .Annotations.description }}}}{writing.safely()}{{{{ else }}}}"
        f"{{{{ with .Annotations.summary }}}}{writing.safely()}{{{{ else }}}}"
        f'{{{{ template "{name}.labels" .Labels }}}}{{{{ end }}}}{{{{ end }}}}'
    )


def _detail(name: str, writing: Writing) -> str:
    """Return what is known of an alert that is alone in its message."""
    described = f'{writing.line}{{{{ template "{name}.described" . }}}}\n'
    since = (
        f"{writing.line}Since {date('.StartsAt')}"
        f"{{{{ with .Annotations.no_data }}}}, {writing.safely()}{{{{ end }}}}.\n"
    )
    return (
        f'{{{{ if eq .Status "firing" }}}}{described}{writing.check(".Annotations")}{since}'
        f"{{{{ else }}}}{writing.line}{ended(writing)}\n{{{{ end }}}}"
    )


def ended(writing: Writing) -> str:
    """Return that an alert was firing: when it ended, how long it lasted, and its last value."""
    value = f"{{{{ with .Annotations.value }}}} The last value was {writing.safely()}.{{{{ end }}}}"
    times = f"from {date('.StartsAt')} to {date('.EndsAt')}"
    return f"It was firing {times}, for {lasted('.StartsAt', '.EndsAt')}.{value}"


def _foreign(name: str, writing: Writing) -> str:
    """Return an alert of a list that has none of our annotations."""
    if writing.brief:
        return writing.briefly(".Labels.alertname")
    return f'{{{{ template "{name}.described" . }}}}'


def _firing(name: str, writing: Writing) -> str:
    """Return an alert that fires, in a list: its value and place, where the rest is shared."""
    return (
        "{{ if and $.CommonAnnotations.problem .Annotations.reading }}"
        f"{writing.briefly('.Annotations.reading')}"
        f"{{{{ else if .Annotations.problem }}}}{writing.briefly('.Annotations.summary')}"
        f"{{{{ else }}}}{_foreign(name, writing)}{{{{ end }}}}"
        f" since {day_clock('.StartsAt')}"
        f"{{{{ with .Annotations.no_data }}}}, {writing.briefly()}{{{{ end }}}}"
    )


def _resolved(name: str, writing: Writing) -> str:
    """Return an alert that is over, in a list: what was, unless all share it and it has a place."""
    was = (
        "{{ if not (and $.CommonAnnotations.ended .Annotations.place) }}"
        "{{ with .Annotations.ended }}"
        f"{writing.briefly()}{{{{ if $one.Annotations.place }}}}: "
        "{{ end }}{{ end }}{{ end }}"
        f"{{{{ with .Annotations.place }}}}{writing.briefly()}{{{{ end }}}}"
        f"{{{{ with .Annotations.value }}}}: was {writing.briefly()}{{{{ end }}}}"
    )
    return (
        f"{{{{ if .Annotations.ended }}}}{was}{{{{ else }}}}"
        f"{_foreign(name, writing)}{{{{ end }}}}, "
        f"{period('.StartsAt', '.EndsAt')}"
    )


def _listed(state: str, one: str, writing: Writing) -> str:
    """Return a list of the alerts in a state: ten of them, and how many more there are."""
    some = (
        f"{{{{ if lt $at {writing.shown} }}}}{{{{ with $one }}}}"
        f"{writing.line}{writing.bullet}{one}\n{{{{ end }}}}{{{{ end }}}}"
    )
    more = (
        f"{{{{ if gt (len .Alerts.{state}) {writing.shown} }}}}{writing.line}and "
        f"{{{{ len (slice .Alerts.{state} {writing.shown}) }}}} more\n{{{{ end }}}}"
    )
    return f"{{{{ range $at, $one := .Alerts.{state} }}}}{some}{{{{ end }}}}{more}"


def _check(writing: Writing) -> str:
    """Return what to check first, where many alerts that fire share it."""
    many = f"{{{{ if gt (len .Alerts) 1 }}}}{writing.check('.CommonAnnotations')}{{{{ end }}}}"
    return f"{{{{ if .Alerts.Firing }}}}{many}{{{{ end }}}}"
