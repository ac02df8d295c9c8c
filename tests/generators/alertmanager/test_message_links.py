"""Where the links of a message lead, and when there is none."""

import re
from pathlib import Path

import pytest

from exporter.settings import Settings
from generators.alertmanager.build import texts
from generators.rules.model import Alerting
from tests.generators.alertmanager.rendered_messages import (
    EVERY,
    LONGTERM,
    SETTINGS,
    SLACK,
    message,
    named,
    sent,
    services,
    with_templates,
)
from tests.generators.alertmanager.samples import ALL, write

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the templates of the settings."""
    return with_templates(tmp_path_factory.mktemp("messages"))


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


def test_the_logs_of_what_is_over_end_some_minutes_after_it(root: Path) -> None:
    """They begin before the alert did, which the source's delay made late."""
    url = message(root, "ion.logs", sent(named("ErrorRateCritical"), "resolved"))
    assert url.endswith(";timeRange=2026-11-28T23:35:11Z%2F2026-11-29T00:25:40Z?project=shop")


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


def test_a_dashboard_selects_only_what_all_alerts_share(root: Path) -> None:
    """A message about forty services opens the region's panel, not that of the first service."""
    url = message(root, "ion.dashboard", *services(40))
    assert "&var-region=europe-west1&" in url
    assert "var-service" not in url
