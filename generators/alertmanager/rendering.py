"""Every template of the configuration, rendered by amtool: firing, resolved, many, and hostile."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from exporter.errors import ToolMissing
from generators.alertmanager.build import CONFIG, TEMPLATES
from generators.alertmanager.older_tool import renders
from generators.promtool.tool_version import number

AMTOOL = "amtool"
MANY = 15
# What is markup, a mention, a link or a trick in one channel or another; \u202e turns a text round.
HOSTILE = (
    '<!channel> @here <script>alert(1)</script> & "quoted" `code`\n<https://evil.example|x>'
    "\n>quote *bold* _italic_ ~gone~ :skull: http://evil.example/x www.evil.example evil.example/y"
    " зло.example/z \u202etxt.exe"
)
_FORBIDDEN = {
    "text": ("\u202e", "https://evil", "http://evil"),
    "slack": (
        *("<!channel>", "@here", "`code`", "*bold*", " _italic_", " ~gone~", ":skull:", "\u202e"),
        *("<https://evil", "http://evil", " www.evil", " evil.example/y", "зло.example"),
        *("\n>", "\n&gt;"),
    ),
    "html": ("<script>", "\u202e", "http://evil"),
    "msteams": (
        *("<", "`code`", "*bold*", " _italic_", "@here", "\u202e", "https://evil", "http://evil"),
        *(" www.evil", " evil.example/y", "зло.example", "\n>", "](http://evil"),
    ),
}
_BETWEEN = "\n"
_BEGAN, _ENDED = "2026-01-01T12:00:00Z", "2026-01-01T12:30:00Z"
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    """A text of the configuration that Alertmanager fills in: where it stands, who reads it."""

    place: str
    text: str
    reader: str


def data() -> dict[str, Body]:
    """Return the notifications that each template is rendered for, by name."""
    firing, resolved = _alert("firing", "europe-west1"), _alert("resolved", "europe-west1")
    many = [_alert("firing", f"region-{n}") for n in range(MANY)]
    over = [_alert("resolved", f"region-{n}") for n in range(MANY)]
    other = {**firing, "labels": {"alertname": "Foreign"}, "annotations": {}, "generatorURL": ""}
    return {
        "firing": _notification("firing", [firing]),
        "resolved": _notification("resolved", [resolved]),
        "many": _notification("firing", many),
        "many resolved": _notification("resolved", over),
        "partly resolved": _notification("firing", [*many, *over]),
        "different": _notification("firing", [firing, other]),
        "without annotations": _notification("firing", [other]),
        "hostile": _notification("firing", [_alert("firing", HOSTILE)]),
        "hostile, resolved": _notification("resolved", [_alert("resolved", HOSTILE)]),
        "hostile, many": _notification("firing", 2 * [_alert("firing", HOSTILE)]),
    }


def _alert(status: str, region: str) -> Body:
    problem, reading = "Too many requests fail", f"4.2% of ion in {region}"
    return {
        "status": status,
        "labels": {"alertname": "ErrorRateCritical", "severity": "critical", "region": region}
        | {"gcp_project": "ion-production", "service_name": "ion", "signal": "error_rate"},
        "annotations": {
            "summary": f"{problem}: {reading} (limit 1%)",
            "description": f"The share of failing requests in {region} is 4.2%.",
            "check": "Check the last deploy.",
            "problem": problem,
            "ended": "Too many requests failed",
            "reading": reading,
            "value": "4.2%",
            "place": f"ion in {region}",
            "limit": "1%",
            "no_data": f"no data since {region}",
            "runbook_url": "https://docs.example.com/runbooks/ErrorRateCritical.md",
            "dashboard_url": "https://grafana.example.com/d/ion?x=1&from=now-3h&to=now",
        },
        "startsAt": _BEGAN,
        "endsAt": _ENDED,
        "generatorURL": "http://prometheus.example.com/graph?g0.expr=x&g0.tab=1",
        "fingerprint": "0123456789abcdef",
    }


def _notification(status: str, alerts: Sequence[Body]) -> Body:
    return {
        "receiver": "critical",
        "status": status,
        "alerts": list(alerts),
        "groupLabels": {"alertname": "ErrorRateCritical"},
        "commonLabels": _common([alert["labels"] for alert in alerts]),
        "commonAnnotations": _common([alert["annotations"] for alert in alerts]),
        "externalURL": "http://alertmanager.example.com",
        "notification_reason": "first notification",
    }


def _common(pairs: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return what all of them have, as Alertmanager works it out."""
    return {n: v for n, v in pairs[0].items() if all(each.get(n) == v for each in pairs)}


def templates(config: Body) -> tuple[Template, ...]:
    """Return the texts of the receivers that hold an action."""
    return tuple(_templates("receivers", config.get("receivers", []), "text"))


_READERS = {"html": "html", "slack_configs": "slack", "msteamsv2_configs": "msteams"}


def _templates(place: str, node: object, reader: str) -> Iterator[Template]:
    if isinstance(node, str) and "{{" in node:
        yield Template(place, node, reader)
    elif isinstance(node, Mapping):
        for name, value in node.items():
            yield from _templates(f"{place}.{name}", value, _READERS.get(name, reader))
    elif isinstance(node, list):
        for at, value in enumerate(node):
            yield from _templates(f"{place}[{at}]", value, reader)


def unrendered(root: Path) -> list[str]:
    """Return what amtool cannot render, or renders with a label's markup. Raises ToolMissing."""
    tool = shutil.which(AMTOOL)
    if tool is None:
        raise ToolMissing("amtool is not on the PATH; apt-get install prometheus-alertmanager")
    found = [
        template
        for template in templates(yaml.safe_load((root / CONFIG).read_text(encoding="utf-8")))
        if renders(template.text, number(tool))
    ]
    with tempfile.TemporaryDirectory() as folder:
        return [
            problem
            for name, body in data().items()
            for reader in ("text", "slack", "msteams", "html")
            for problem in _problems(
                (tool, str(root / TEMPLATES / "*.tmpl")),
                [template for template in found if template.reader == reader],
                (name, _written(Path(folder, name), body)),
            )
        ]


def _written(path: Path, body: Body) -> Path:
    path.write_text(json.dumps(body), encoding="utf-8")
    return path


def _problems(
    by: tuple[str, str], found: Sequence[Template], case: tuple[str, Path]
) -> Iterator[str]:
    """Render all at once; one by one only where that fails, to name the one that does."""
    if not found:
        return
    reader = found[0].reader
    whole = _render(by, _BETWEEN.join(t.text for t in found), reader, case[1])
    if whole.returncode:
        each = ((t, _render(by, t.text, reader, case[1])) for t in found)
        failed = [(t.place, done.stderr.strip()) for t, done in each if done.returncode]
        for place, error in failed or [("receivers", whole.stderr.strip())]:
            yield f"{CONFIG}: {place}: cannot be rendered ({case[0]}): {error}"
        return
    for text in _FORBIDDEN.get(reader, ()):
        if text in whole.stdout:
            yield f"{CONFIG}: a template lets {text!r} of a label through as it is"


def _render(
    by: tuple[str, str], text: str, reader: str, path: Path
) -> subprocess.CompletedProcess[str]:
    type_ = "html" if reader == "html" else "text"
    command = [by[0], "template", "render", f"--template.glob={by[1]}", f"--template.type={type_}"]
    return subprocess.run(  # noqa: S603 - a program from the PATH, our own arguments
        [*command, f"--template.text={text}", f"--template.data={path}"],
        capture_output=True,
        text=True,
        check=False,
    )
