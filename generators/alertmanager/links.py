"""Where a message leads: the panel, the runbook, Prometheus and the logs, at the alert's own time.

Each link is actions that put an address into `$url`, of the alert in `$first`; nothing where it
would lead nowhere: a runbook without an address, a silence without a web page, logs where no Google
service is named. A link that no server would take is left out: values of labels have any length,
and Slack refuses the whole message.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from exporter.catalog.log_links import ADDRESS, AFTER, BEFORE, LONGEST_LINK, RESOURCES
from exporter.settings import Settings
from generators.alertmanager.headlines import FIRST
from generators.alertmanager.template_text import define
from generators.boards import PAST, VARIABLES
from generators.error_logs import filters

_MARGIN = "1800e9"  # nanoseconds that a dashboard shows before an alert and after it
# Of the logs: before the beginning, which a source's delay makes late, after the end, and in all.
_LOGS_BEFORE, _LOGS_AFTER, _LOGS_SHOWN = f"-{BEFORE}e9", "300e9", f"{AFTER}e9"
_STAMP = "2006-01-02T15:04:05Z"
_SECOND = "2006-01-02 15:04:05"
_PLUS = 'reReplaceAll "\\\\+" "%20"'  # urlquery writes a space as a form does
_NOTHING = '{{ $url = "" }}'
_SHORT = f"{{{{ if gt (len $url) {LONGEST_LINK} }}}}{_NOTHING}{{{{ end }}}}"
ONE, GROUP = "$first.Labels", "$.CommonLabels"  # whose labels a link is about


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a message: what is shown, and the actions that put its address into `$url`."""

    shown: str
    actions: str

    @property
    def template(self) -> str:
        """The name of the template that writes the address."""
        return f"ion.{self.shown.lower()}"


def links(settings: Settings, longterm: Sequence[str], labels: str = GROUP) -> tuple[Link, ...]:
    """Return the links of a message, about what its alerts share or about one alert.

    longterm  the alerts that the Prometheus with 90 days evaluates
    """
    found = [
        *_acknowledge(settings, labels),
        _link("Dashboard", _dashboard(labels)),
        _link("Runbook", _runbook()),
        _link("Logs", _logs(settings, labels)),
        _link("Prometheus", _prometheus(settings, longterm)),
    ]
    if labels == GROUP and settings.links.alertmanager is not None:
        found.append(_link("Silence", _silence(settings.links.alertmanager)))
    return tuple(found)


def _link(shown: str, actions: str) -> Link:
    return Link(shown, actions + _SHORT)


def text(settings: Settings, longterm: Sequence[str]) -> str:
    """Return the templates that write an address each, and the one of the message as a whole."""
    start = f'{{{{ $url := "" }}}}{FIRST}'
    found = links(settings, longterm)
    written = (define(link.template, f"{start}{link.actions}{{{{ $url }}}}") for link in found)
    page = (
        f"{start}{_prometheus(settings, longterm)}{{{{ if $first.Annotations.dashboard_url }}}}"
        f"{_dashboard(GROUP)}{{{{ end }}}}{_SHORT}"
        "{{ if not $url }}{{ $url = .ExternalURL }}{{ end }}"
    )
    return "".join((*written, define("ion.page", f"{page}{{{{ $url }}}}")))


def _acknowledge(settings: Settings, labels: str) -> Iterator[Link]:
    """Yield the link to the bridge's page of what fires: of one incident, or of all of them.

    Opening it changes nothing; who may acknowledge is decided there.
    """
    bridge = settings.notifications.active_bridge
    if bridge is None or bridge.url is None:
        return
    one = _set(f'printf "%s/incident/%s" "{bridge.url}" $first.Fingerprint')
    if labels == ONE:
        firing = f'{{{{ if eq $first.Status "firing" }}}}{one}{{{{ end }}}}'
    else:
        every = _set(_quoted(f"{bridge.url}/"))
        several = f"{{{{ if gt (len $.Alerts.Firing) 1 }}}}{every}{{{{ else }}}}{one}{{{{ end }}}}"
        firing = f"{{{{ if $.Alerts.Firing }}}}{several}{{{{ end }}}}"
    yield _link("Acknowledge", f"{_NOTHING}{firing}")


def _set(value: str) -> str:
    return f"{{{{ $url = {value} }}}}"


def _dashboard(labels: str) -> str:
    """Link to the panel, from half an hour before the alert to half an hour after it.

    What not all alerts share is not selected there.
    """
    shared = "".join(
        f"{{{{ if not {labels}.{label} }}}}{_set(_without(variable))}{{{{ end }}}}"
        for label, variable in VARIABLES.items()
    )
    start = f"($first.StartsAt.Add -{_MARGIN}).UnixMilli"
    end = f"($first.EndsAt.Add {_MARGIN}).UnixMilli"
    firing = _set(f'reReplaceAll "{PAST}$" (printf "from=%d&to=now" {start}) $url')
    resolved = _set(f'reReplaceAll "{PAST}$" (printf "from=%d&to=%d" {start} {end}) $url')
    return (
        f"{_set('$first.Annotations.dashboard_url')}{shared}"
        f'{{{{ if eq $first.Status "firing" }}}}{firing}{{{{ else }}}}{resolved}{{{{ end }}}}'
    )


def _without(variable: str) -> str:
    return f'reReplaceAll "&var-{variable}=[^&]*" "" $url'


def _runbook() -> str:
    """Link to the runbook; a path on the machine of whoever generates leads nowhere."""
    found = "$first.Annotations.runbook_url"
    return f'{_NOTHING}{{{{ if match "^https?://" {found} }}}}{_set(found)}{{{{ end }}}}'


def _prometheus(settings: Settings, longterm: Sequence[str]) -> str:
    """Link to the expression's graph, up to the end of the alert.

    The alert has the address under which its Prometheus knows itself; the settings may know better.
    """
    end = f'($first.EndsAt.Add 600e9).UTC.Format "{_SECOND}" | urlquery'
    graph = "g0.tab=0&g0.range_input=1h"
    over = _set(f'printf "%s&g0.end_input=%s" $url ({end})')
    tab = _set(f'$first.GeneratorURL | reReplaceAll "g0\\\\.tab=1$" "{graph}"')
    is_graph = f'match "{graph}$" $url'
    return (
        f'{tab}{{{{ if and (ne $first.Status "firing") ({is_graph}) }}}}{over}{{{{ end }}}}'
        f"{_address(settings, longterm)}"
    )


def _address(settings: Settings, longterm: Sequence[str]) -> str:
    """Give a link to Prometheus the address that the settings have for that server."""
    main, second = (_moved(at) for at in (settings.links.prometheus, settings.links.longterm))
    names = "|".join(dict.fromkeys(longterm))
    if not names or main == second:
        return main
    of_second = f'match "^({names})$" $first.Labels.alertname'
    return f"{{{{ if {of_second} }}}}{second}{{{{ else }}}}{main}{{{{ end }}}}"


def _moved(address: str | None) -> str:
    if address is None:
        return ""
    new = address.replace("$", "$$")
    return _set(f'$url | reReplaceAll "^[^?#]*/graph\\\\?" "{new}/graph?"')


def _logs(settings: Settings, labels: str) -> str:
    """Link to the log lines of a Cloud Run service or a database, in the minutes of the alert."""
    project = f"{labels}.gcp_project | urlquery | {_PLUS}"
    start = f'(($first.StartsAt.Add {_LOGS_BEFORE}).UTC.Format "{_STAMP}")'
    over = f'(($first.EndsAt.Add {_LOGS_AFTER}).UTC.Format "{_STAMP}")'
    goes_on = f'(($first.StartsAt.Add {_LOGS_SHOWN}).UTC.Format "{_STAMP}")'
    known = " ".join(f"$first.Labels.{label}" for label, *_ in RESOURCES)
    until = (
        f"{{{{ $until := {goes_on} }}}}"
        f'{{{{ if ne $first.Status "firing" }}}}{{{{ $until = {over} }}}}{{{{ end }}}}'
    )
    address = _set(f'printf "%s;timeRange=%s%%2F%s?project=%s" $url {start} $until ({project})')
    return (
        f"{_NOTHING}{{{{ if and {labels}.gcp_project (or {known}) }}}}"
        f"{''.join(_query(settings, labels))}{until}{address}{{{{ end }}}}"
    )


def _query(settings: Settings, labels: str) -> Iterator[str]:
    """Yield the actions that write a log query, a line a label."""
    for at, (label, kind, region) in enumerate(RESOURCES):
        first = ADDRESS + quote(f'resource.type="{kind}"')
        yield f"{{{{ {'else ' if at else ''}if $first.Labels.{label} }}}}{_set(_quoted(first))}"
        for name, field in ((label, label), ("region", region)):
            line = _set(_clause(field, f"{labels}.{name}"))
            yield f"{{{{ if {labels}.{name} }}}}{line}{{{{ end }}}}"
    yield "{{ end }}"
    for at, (signal, clause) in enumerate(filters(settings.alerts.error_classes).items()):
        more = f'printf "%s%%0A%s" $url {_quoted(quote(clause))}'
        yield f'{{{{ {"else " if at else ""}if eq $first.Labels.signal "{signal}" }}}}{_set(more)}'
    yield "{{ end }}"


def _clause(field: str, value: str) -> str:
    """Return the address with one more line of the query: a field that has a label's value."""
    line = _quoted(quote(f"resource.labels.{field}="))
    return f'printf "%s%%0A%s%s" $url {line} (printf "%q" {value} | urlquery | {_PLUS})'


def _quoted(text_: str) -> str:
    return f'"{text_}"'


def _silence(address: str) -> str:
    """Link to the page that silences exactly the labels that the group's alerts share.

    What is over needs no silence.
    """
    value = f'(printf "%q" $pair.Value | urlquery | {_PLUS})'
    comma = _set('printf "%s%%2C" $url')
    pair = _set(f'printf "%s%s%%3D%s" $url (urlquery $pair.Name) {value}')
    each = f"{{{{ if $at }}}}{comma}{{{{ end }}}}{pair}"
    pairs = f"{{{{ range $at, $pair := $.CommonLabels.SortedPairs }}}}{each}{{{{ end }}}}"
    page = _set(_quoted(f"{address}/#/silences/new?filter=%7B")) + pairs
    closed = _set('printf "%s%%7D" $url')
    return f"{_NOTHING}{{{{ if $.Alerts.Firing }}}}{page}{closed}{{{{ end }}}}"
