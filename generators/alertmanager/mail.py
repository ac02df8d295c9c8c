"""The mails: a subject, HTML that fits a phone, and the same as plain text."""

from typing import Any

from exporter.settings import EmailSettings
from generators.alertmanager.common import SHOWN, colour, define, head
from generators.alertmanager.notice import Notice

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
{{ template "ion.mail.alerts" .Alerts.Firing }}
{{ if .Alerts.Resolved }}{{ if .Alerts.Firing }}<h2 style="font-size:17px">Resolved</h2>{{ end }}
{{ template "ion.mail.alerts" .Alerts.Resolved }}{{ end }}
<p style="margin:18px 0"><a style="color:#0b5cad" href="{{ template "ion.mail.silence" . }}">\
Silence</a></p>
</div></body></html>
"""
_ALERTS = """\
{{ range $at, $alert := . }}{{ if lt $at SHOWN }}\
<div style="border-top:1px solid #d9dee3;padding:10px 0">
<p style="margin:0 0 6px;overflow-wrap:anywhere">{{ with .Annotations.description }}\
{{ template "ion.plain" . }}{{ else }}{{ range .Labels.SortedPairs }}\
{{ template "ion.plain" .Name }}={{ template "ion.plain" .Value }} {{ end }}{{ end }}</p>
<p style="margin:0 0 6px;color:#52606d;font-size:14px">Since \
{{ .StartsAt.UTC.Format "2006-01-02 15:04 MST" }}{{ if ne .Status "firing" }}, until \
{{ .EndsAt.UTC.Format "2006-01-02 15:04 MST" }}{{ end }}</p>
<p style="margin:0;overflow-wrap:anywhere">{{ if .Annotations.dashboard_url }}\
<a style="color:#0b5cad" href="{{ template "ion.alert.dashboard" . }}">Dashboard</a> {{ end }}\
{{ with .Annotations.runbook_url }}{{ if match "^https?://" . }}\
<a style="color:#0b5cad" href="{{ . }}">Runbook</a> {{ else }}Runbook: {{ . }} {{ end }}{{ end }}\
{{ with .GeneratorURL }}<a style="color:#0b5cad" href="{{ . }}">Prometheus</a>{{ end }}</p>
</div>
{{ end }}{{ end }}{{ if gt (len .) SHOWN }}<p>and {{ len (slice . SHOWN) }} more</p>{{ end }}"""
# html/template escapes what stands in an address by itself.
_SILENCE = (
    "{{ .ExternalURL }}/#/silences/new?filter=%7B"
    "{{ range $at, $pair := .CommonLabels.SortedPairs }}{{ if $at }}%2C{{ end }}"
    '{{ .Name }}%3D{{ printf "%q" .Value }}{{ end }}%7D'
)
_TEXT = (
    '{{ template "ion.title" . }}\n\n{{ template "ion.body" . }}\n'
    'Dashboard: {{ template "ion.dashboard" . }}\n'
    "{{ with .CommonAnnotations.runbook_url }}Runbook: {{ . }}\n{{ end }}"
    'Prometheus: {{ template "ion.prometheus" . }}\nSilence: {{ template "ion.silence" . }}\n'
)


def text() -> str:
    """Return alertmanager/templates/email.tmpl."""
    return head("The mails.") + "".join(
        (
            define("ion.mail.text", _TEXT),
            define("ion.mail.silence", _SILENCE),
            define("ion.mail.colour", colour()),
            define("ion.mail.alerts", _ALERTS.replace("SHOWN", str(SHOWN))),
            define("ion.mail.top", _TOP),
            define("ion.mail.rest", _REST),
        )
    )


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
