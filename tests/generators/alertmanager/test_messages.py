"""What every alert says, firing and over, alone and among many, as Alertmanager renders it."""

import json
import re
import subprocess
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from exporter.settings import Settings
from generators.alertmanager.build import TEMPLATES, texts
from generators.policy import WATCHDOG
from generators.rule_tests.rendering import rendered
from generators.rules.build import Rules, build
from generators.rules.model import Alerting, alerts
from tests.generators.alertmanager.samples import ALL, write

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
BEGAN, ENDED = "2026-11-28T23:50:11Z", "2026-11-29T00:20:40Z"
VALUES = {
    "service_name": "checkout",
    "region": "europe-west1",
    "gcp_project": "shop",
    "database_id": "shop:main",
    "instance": "10.0.0.1:9841",
}
_METRIC = {
    "type": "pubsub.googleapis.com/subscription/num_undelivered_messages",
    "resource": "pubsub_subscription",
    "kind": "GAUGE",
    "value": "INT64",
    "help": "Messages that wait.",
    "alert": {"above": 1000},
}
SETTINGS = Settings.model_validate(
    {
        "google": {"projects": ["shop"], "metrics": {"waiting_messages": _METRIC}},
        "prometheus": {"longterm": "127.0.0.1:9091"},
        "notifications": ALL,
        "links": {
            "grafana": "https://grafana.example.com",
            "runbooks": "https://docs.example.com/runbooks",
            "prometheus": "https://prometheus.example.com/main",
            "longterm": "https://prometheus.example.com/longterm",
            "alertmanager": "https://alerts.example.com",
        },
    }
)
RULES: Rules = build(SETTINGS)
EVERY = tuple(rule for rule in alerts(RULES.all) if rule.alert != WATCHDOG)
LONGTERM = frozenset(rule.alert for rule in alerts(RULES.longterm))
HEADLINE, SLACK = "ion.slack.title", "ion.slack.text"
Body = dict[str, Any]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the templates of the settings."""
    folder = tmp_path_factory.mktemp("messages")
    write(folder, texts(SETTINGS, EVERY, tuple(LONGTERM)))
    return folder


def sent(rule: Alerting, status: str = "firing", value: float = -5.04, **labels: str) -> Body:
    """Return an alert of a rule as Alertmanager has it, with what Prometheus makes of its words."""
    carried = {name: VALUES.get(name, f"some-{name}") for name in rule.carried}
    own = {**carried, **dict(rule.labels), "alertname": rule.alert, **labels}
    return {
        "status": status,
        "labels": own,
        "annotations": {name: rendered(text, own, value) for name, text in rule.annotations},
        "startsAt": BEGAN,
        "endsAt": "0001-01-01T00:00:00Z" if status == "firing" else ENDED,
        "generatorURL": "http://vm:9090/graph?g0.expr=x+%3E+1&g0.tab=1",
        "fingerprint": "0",
    }


def _common(pairs: list[Mapping[str, str]]) -> dict[str, str]:
    return {n: v for n, v in pairs[0].items() if all(each.get(n) == v for each in pairs)}


def message(root: Path, template: str, *found: Body) -> str:
    """Return what a template makes of a group of alerts."""
    firing = any(alert["status"] == "firing" for alert in found)
    data = {
        "receiver": "any",
        "status": "firing" if firing else "resolved",
        "alerts": found,
        "groupLabels": {},
        "commonLabels": _common([alert["labels"] for alert in found]),
        "commonAnnotations": _common([alert["annotations"] for alert in found]),
        "externalURL": "http://vm:9093",
    }
    path = root / "data.json"
    path.write_text(json.dumps(data))
    done = subprocess.run(
        [
            *("amtool", "template", "render", f"--template.glob={root / TEMPLATES / '*.tmpl'}"),
            *(f'--template.text={{{{ template "{template}" . }}}}', f"--template.data={path}"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.replace("\u200b", "")


def named(name: str) -> Alerting:
    """Return an alert of the settings, by its name."""
    return next(rule for rule in EVERY if rule.alert == name)


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.alert)
def test_every_alert_says_how_much_where_its_limit_and_since_when(
    root: Path, rule: Alerting
) -> None:
    """The headline of each alert that fires has its value, place, limit and time."""
    notes = sent(rule)["annotations"]
    headline = message(root, HEADLINE, sent(rule))
    for part in ("problem", "value", "place", "limit"):
        assert notes.get(part, "") in headline
    assert headline.startswith(f"{rule.severity.upper()}: {notes['problem']}")
    assert headline.endswith(" since 23:50 UTC")
    assert ("value" in notes) == ("$value" in dict(rule.annotations)["description"])
    assert ("place" in notes) == bool(rule.carried)
    text = message(root, SLACK, sent(rule))
    assert notes["check"].replace("`", "'") in unescape(text)
    assert "Since 28 Nov 2026 23:50 UTC." in text


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.alert)
def test_every_alert_that_is_over_is_told_in_the_past(root: Path, rule: Alerting) -> None:
    """What is over was; when it ended and how long it lasted is said, and nothing is asked for."""
    over = sent(rule, "resolved")
    notes = over["annotations"]
    assert notes["ended"] != notes["problem"]
    headline, text = message(root, HEADLINE, over), message(root, SLACK, over)
    assert headline.startswith(f"Resolved: {notes['ended']}")
    assert headline.endswith(", 28 Nov 23:50 to 29 Nov 00:20 UTC (30m)")
    assert "It was firing from 28 Nov 2026 23:50 UTC to 29 Nov 2026 00:20 UTC, for 30m." in text
    assert (f"The last value was {notes.get('value')}." in text) == ("value" in notes)
    for written in (headline, text, message(root, "ion.mail.text", over)):
        assert not re.search(r"Check |Silence|The alert fires", written)


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.alert)
def test_a_link_leads_to_the_prometheus_of_its_alert(root: Path, rule: Alerting) -> None:
    """The host name under which Prometheus knows itself is replaced by the settings' address."""
    server = "longterm" if rule.alert in LONGTERM else "main"
    graph = f"https://prometheus.example.com/{server}/graph?g0.expr=x+%3E+1&g0.tab=0"
    assert message(root, "ion.prometheus", sent(rule)).startswith(graph)
    over = message(root, "ion.prometheus", sent(rule, "resolved"))
    assert over.endswith("&g0.end_input=2026-11-29+00%3A30%3A40")


def test_an_incident_is_acknowledged_on_its_own_page(tmp_path: Path) -> None:
    """The link names it and says nothing more; what is over has none, several have their list."""
    bridge = {"bridge": {"url": "https://bridge.example.com/on-call"}}
    given = Settings.model_validate({"notifications": {**ALL, **bridge}})
    at = SETTINGS.model_copy(update={"notifications": given.notifications})
    write(tmp_path, texts(at, EVERY))
    one = sent(named("ErrorRateCritical")) | {"fingerprint": "0123456789abcdef"}
    other = sent(named("ErrorRateCritical"), region="us-central1")
    over = sent(named("ErrorRateCritical"), "resolved", region="us-central1")
    page = "https://bridge.example.com/on-call/incident/0123456789abcdef"
    link = "ion.acknowledge"
    assert message(tmp_path, link, one) == page
    assert message(tmp_path, link, one, over) == page
    assert message(tmp_path, link, one, other) == "https://bridge.example.com/on-call/"
    assert message(tmp_path, link, over) == ""
    assert f"<{page}|Acknowledge>" in message(tmp_path, SLACK, one)
    assert f"Acknowledge: {page}" in message(tmp_path, "ion.mail.text", one)
    each = message(tmp_path, "ion.mail.firing", one, other)
    assert (each.count(f'href="{page}"'), each.count(">Acknowledge</a>")) == (1, 2)
    assert "Acknowledge" not in message(tmp_path, SLACK, over)


def test_without_a_page_nothing_is_acknowledged(root: Path) -> None:
    """A bridge whose address people do not have is not linked."""
    assert "Acknowledge" not in message(root, SLACK, sent(named("ErrorRateCritical")))


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.alert)
def test_logs_are_linked_where_google_has_them(root: Path, rule: Alerting) -> None:
    """An alert on a service or a database leads to its log lines in its minutes."""
    url = message(root, "ion.logs", sent(rule))
    assert bool(url) == bool({"service_name", "database_id"} & {*rule.carried})
    if url:
        assert url.endswith(";timeRange=2026-11-28T23:35:11Z%2F2026-11-29T00:35:11Z?project=shop")
        assert "%22europe-west1%22" in url or "region" not in rule.carried


def test_a_log_query_is_of_the_service_and_its_failures(root: Path) -> None:
    """A query names kind, service and region as Cloud Logging does, with any value as a value."""
    url = message(root, "ion.logs", sent(named("ErrorRateCritical"), service_name='a" OR "b c'))
    query = re.sub("%([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), url)
    assert query.partition("query=")[2].partition(";")[0].splitlines() == [
        'resource.type="cloud_run_revision"',
        'resource.labels.service_name="a\\" OR \\"b c"',
        'resource.labels.location="europe-west1"',
        "(httpRequest.status>=400 OR severity>=ERROR)",
    ]
    database = message(root, "ion.logs", sent(named("DatabaseLag")))
    assert "cloudsql_database%22%0Aresource.labels.database_id%3D%22shop%3Amain%22" in database
    assert "httpRequest" not in database


def test_a_link_that_no_server_takes_is_left_out(root: Path) -> None:
    """A value of any length may be in it, and Slack refuses a message with such a link."""
    large = sent(named("ErrorRateCritical"), service_name="x" * 10_000)
    large["generatorURL"] += "x" * 10_000
    for link in ("ion.logs", "ion.prometheus", "ion.silence"):
        assert message(root, link, large) == ""
        assert message(root, link, sent(named("ErrorRateCritical"))) != ""
    large["annotations"]["dashboard_url"] += "&var-service=" + "x" * 10_000
    assert message(root, "ion.page", large) == "http://vm:9093"
    assert len(message(root, SLACK, large)) < 2_000


def _services(count: int, status: str = "firing", start: int = 0) -> list[Body]:
    rule = named("ErrorRateCritical")
    names = (f"s{number:02}" for number in range(start, start + count))
    return [sent(rule, status, service_name=name) for name in names]


def test_few_services_are_named_and_many_are_counted(root: Path) -> None:
    """A headline names three services of a region, and counts forty; its text lists ten of them."""
    few = message(root, HEADLINE, *_services(3))
    assert few == (
        "CRITICAL: Too many requests fail: s00, s01, s02 in europe-west1 (limit 1%) since 23:50 UTC"
    )
    many = _services(40)
    assert "fail: 40 services in europe-west1 (limit 1%) since" in message(root, HEADLINE, *many)
    lines = message(root, SLACK, *many).splitlines()
    assert lines[0] == "Check which endpoints and codes fail, and the last deploy."
    assert [line[:1] for line in lines].count("•") == 10
    assert lines[-1] == "and 30 more"


def test_a_message_that_is_partly_over_tells_both(root: Path) -> None:
    """What fires comes first, with its values; what is over follows in the past, with its times."""
    mixed = [*_services(1), *_services(2, "resolved", 1)]
    headline = message(root, HEADLINE, *mixed)
    assert headline.endswith("of s00 in europe-west1 (limit 1%) since 23:50 UTC (2 of 3 resolved)")
    lines = message(root, SLACK, *mixed).splitlines()
    over = lines[lines.index("Resolved:") + 1 :]
    assert over == [
        f"• s0{n} in europe-west1: was -504%, 28 Nov 23:50 to 29 Nov 00:20 UTC (30m)"
        for n in (1, 2)
    ]


def test_different_alerts_of_a_service_share_a_message(root: Path) -> None:
    """The one that began first is the headline, and the others are counted and listed."""
    late, first = sent(named("ErrorRateCritical")), sent(named("ResponseTimeCritical"))
    first["startsAt"] = "2026-11-28T23:40:00Z"
    headline = message(root, HEADLINE, late, first)
    assert headline.startswith("CRITICAL: Responses are too slow: p95 ")
    assert headline.endswith(" (limit 200ms) and 1 more alert since 23:40 UTC")
    text = message(root, SLACK, late, first)
    assert "• Too many requests fail: -504% of checkout in europe-west1 (limit 1%) since" in text


def test_a_dashboard_selects_only_what_all_alerts_share(root: Path) -> None:
    """A message about forty services opens the region's panel, not that of the first service."""
    url = message(root, "ion.dashboard", *_services(40))
    assert "&var-region=europe-west1&" in url
    assert "var-service" not in url


def test_no_data_is_said_where_an_alert_says_so(root: Path) -> None:
    """A repeat of an alert whose data is away says since when, in headline, text and list."""
    away = [
        {**one, "annotations": {**one["annotations"], "no_data": "no data since 00:02 UTC"}}
        for one in _services(2)
    ]
    assert message(root, HEADLINE, away[0]).endswith(" since 23:50 UTC, no data since 00:02 UTC")
    assert "Since 28 Nov 2026 23:50 UTC, no data since 00:02 UTC." in message(root, SLACK, away[0])
    assert message(root, SLACK, *away).count("since 28 Nov 23:50 UTC, no data since 00:02 UTC") == 2


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("2026-11-28T23:50:20Z", "23:50 to 23:50 UTC (less than 1m)"),
        ("2026-11-28T23:59:59Z", "23:50 to 23:59 UTC (10m)"),
        ("2026-11-29T00:50:11Z", "28 Nov 23:50 to 29 Nov 00:50 UTC (1h)"),
        ("2026-11-29T10:10:11Z", "28 Nov 23:50 to 29 Nov 10:10 UTC (10h20m)"),
        ("2026-12-01T23:51:11Z", "28 Nov 23:50 to 1 Dec 23:51 UTC (72h1m)"),
    ],
)
def test_how_long_it_lasted_is_said_to_the_minute(root: Path, end: str, expected: str) -> None:
    """Seconds are rounded, whole hours have no minutes, and another day is named."""
    over = {**sent(named("ExporterDown"), "resolved"), "endsAt": end}
    assert message(root, HEADLINE, over).endswith(f", {expected}")


def test_a_metric_of_the_settings_is_over_in_the_past(root: Path) -> None:
    """The words of a user have no tenses: what is over is told by the metric's own noun."""
    rule = named("WaitingMessagesHigh")
    text = message(root, HEADLINE, sent(rule, "resolved"))
    assert text.startswith("Resolved: The value of messages that wait was above its limit: ")


def test_the_documentation_shows_messages_as_they_are(root: Path) -> None:
    """The examples of docs/notifications.md are what the templates write."""
    rule = named("ErrorRateCritical")
    times = {"startsAt": "2026-11-28T14:02:11Z", "endsAt": "2026-11-28T14:31:40Z"}

    def of(service: str, status: str = "firing") -> Body:
        return {**sent(rule, status, 0.12, service_name=service), **times}

    groups = (
        [of("checkout")],
        [of("checkout", "resolved")],
        [of("cart"), of("checkout"), of("search", "resolved")],
    )
    document = (ROOT / "docs" / "notifications.md").read_text()
    for group in groups:
        text = re.sub(r"<[^|>]*\|(\w+)>", r"\1", message(root, SLACK, *group))
        shown = f"{message(root, HEADLINE, *group)}\n{text}".replace(" · Silence", "")
        assert f"```text\n{shown}```" in document
