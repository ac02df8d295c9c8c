"""The mails: a subject, HTML that fits a phone, and the same as plain text."""

from collections.abc import Sequence
from typing import Any

from exporter.settings import EmailSettings, Settings
from generators.alertmanager.bodies import SHOWN
from generators.alertmanager.common import colour
from generators.alertmanager.headlines import FIRST, date, lasted
from generators.alertmanager.links import ONE, Link, links
from generators.alertmanager.notice import Notice
from generators.alertmanager.template_text import define, head

_TOP = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ template "ion.title" . }}</title></head>
<body style="margin:0;padding:12px;font:16px/1.45 -apple-system,'Segoe UI',Roboto,sans-serif;\
color:#1f2933;background:#ffffff">
<div style="max-width:600px;margin:0 auto">
<div style="height:6px;background:{{ template "ion.mail.colour" . }}"></div>
<h1 style="font-size:20px;line-height:1.3;margin:14px 0">{{ template "ion.title" . }}</h1>
"""
_REST = """\
{{ template "ion.mail.firing" . }}
{{ if .Alerts.Resolved }}{{ if .Alerts.Firing }}<h2 style="font-size:17px">Resolved</h2>{{ end }}
{{ template "ion.mail.resolved" . }}{{ end }}
SILENCE</div></body></html>
"""
_ALERT = """\
<div style="border-top:1px solid #d9dee3;padding:10px 0">
<p style="margin:0 0 6px;overflow-wrap:anywhere">{{ if gt (len $.Alerts) 1 }}<strong>\
{{ template "ion.title.one" $first }}</strong><br>{{ end }}TEXT</p>
<p style="margin:0 0 6px;color:#52606d;font-size:14px">TIME</p>
<p style="margin:0;overflow-wrap:anywhere">LINKS</p>
</div>
"""
_FIRING = (
    '{{ template "ion.body.described" $first }}'
    '{{ with $first.Annotations.check }} {{ template "ion.plain" . }}{{ end }}'
)
_SINCE = (
    f"Since {date('$first.StartsAt')}"
    '{{ with $first.Annotations.no_data }}, {{ template "ion.plain" . }}{{ end }}'
)
_RESOLVED = (
    '{{ with $first.Annotations.value }}The last value was {{ template "ion.plain" . }}.'
    '{{ else }}{{ template "ion.title.one" $first }}{{ end }}'
)
_WAS = (
    f"From {date('$first.StartsAt')} to {date('$first.EndsAt')}, for "
    f"{lasted('$first.StartsAt', '$first.EndsAt')}"
)
_START = '{{ $url := "" }}'
_STYLE = "color:#0b5cad"


def text(settings: Settings, longterm: Sequence[str]) -> str:
    """Return alertmanager/templates/email.tmpl."""
    one = "".join(map(_anchor, links(settings, longterm, ONE)))
    firing, resolved = _ALERT.replace("LINKS", one), _ALERT.replace("LINKS", one)
    rest = _REST.replace("SILENCE", _silence(settings, longterm))
    return head("The mails.") + "".join(
        (
            define("ion.mail.text", _plain(settings, longterm)),
            define("ion.mail.colour", colour()),
            define(
                "ion.mail.firing",
                _each("Firing", firing.replace("TEXT", _FIRING).replace("TIME", _SINCE)),
            ),
            define(
                "ion.mail.resolved",
                _each("Resolved", resolved.replace("TEXT", _RESOLVED).replace("TIME", _WAS)),
            ),
            define("ion.mail.top", _TOP),
            define("ion.mail.rest", rest),
        )
    )


def _each(state: str, one: str) -> str:
    """Return an entry for each of the first ten alerts in a state, and how many more there are."""
    more = (
        f"{{{{ if gt (len .Alerts.{state}) {SHOWN} }}}}"
        f"<p>and {{{{ len (slice .Alerts.{state} {SHOWN}) }}}} more</p>{{{{ end }}}}"
    )
    some = f"{{{{ if lt $at {SHOWN} }}}}{_START}{one}{{{{ end }}}}"
    return f"{{{{ range $at, $first := .Alerts.{state} }}}}{some}{{{{ end }}}}{more}"


def _anchor(link: Link) -> str:
    anchor = f'<a style="{_STYLE}" href="{{{{ . }}}}">{link.shown}</a> '
    return f"{link.actions}{{{{ with $url }}}}{anchor}{{{{ end }}}}"


def _silence(settings: Settings, longterm: Sequence[str]) -> str:
    """Return the link that silences all alerts of the mail, where there is a page for it."""
    found = [link for link in links(settings, longterm) if link.shown == "Silence"]
    anchors = "".join(map(_anchor, found))
    paragraph = f'<p style="margin:18px 0">{_START}{anchors}</p>\n'
    return f"{{{{ if .Alerts.Firing }}}}{paragraph}{{{{ end }}}}" if found else ""


def _plain(settings: Settings, longterm: Sequence[str]) -> str:
    """Return the text of a mail: the headline, what is known, and the links, a line each."""
    each = "".join(
        f"{link.actions}{{{{ with $url }}}}{link.shown}: {{{{ . }}}}\n{{{{ end }}}}"
        for link in links(settings, longterm)
    )
    parts = ("ion.body.only", "ion.body.list", "ion.body.check")
    body = "".join(f'{{{{ template "{part}" . }}}}' for part in parts)
    return f'{{{{ template "ion.title" . }}}}\n\n{body}\n{_START}{FIRST}{each}'


def integration(mail: EmailSettings, notice: Notice) -> dict[str, Any]:
    """Return an entry of `email_configs`; the server stands in `global`, once for all of them."""
    words = f"<p>{notice.words.strip()}</p>" if notice.words else ""
    return {
        "send_resolved": True,
        "to": ", ".join(notice.mail_to or mail.to),
        "headers": {"Subject": notice.prefix + '{{ template "ion.title" . }}'},
        "html": f'{{{{ template "ion.mail.top" . }}}}{words}{{{{ template "ion.mail.rest" . }}}}',
        "text": notice.words + '{{ template "ion.mail.text" . }}',
    }


def server(mail: EmailSettings) -> dict[str, Any]:
    """Return the mail server's keys of `global`."""
    body: dict[str, Any] = {
        "smtp_from": mail.sender,
        "smtp_smarthost": mail.smarthost,
        "smtp_require_tls": mail.require_tls,
    }
    if mail.username is not None:
        body["smtp_auth_username"] = mail.username
        body["smtp_auth_password_file"] = str(mail.password_file)
    return body
