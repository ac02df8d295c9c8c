"""A real Alertmanager posts to a real bridge: every alert reaches the journal, over any outage."""

import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import bcrypt
import pytest
import yaml

from exporter.settings import Settings
from generators.alertmanager.build import CONFIG
from generators.bridge_access import scraped
from tests import servers
from tests.exporter.bridge.bridges import RunningBridge, bridge
from tests.exporter.web.certificates import ADDRESS, Authority
from tests.generators.alertmanager.live import Live, alert, live
from tests.servers import wait_until

pytestmark = pytest.mark.slow


SENTRY = {"dsn_file": "/s/sentry"}


def journaled(found: RunningBridge) -> list[tuple[str, str, str]]:
    """Return service, status and text of what the journal has, read beside its bridge."""
    query = (
        "SELECT labels ->> 'service_name', status, annotations ->> 'summary' FROM alert "
        "WHERE receiver = 'journal'"
    )
    with closing(sqlite3.connect(f"{found.journal.as_uri()}?mode=ro", uri=True)) as db:
        return [tuple(row) for row in db.execute(query)]


def states(found: RunningBridge, status: str = "firing") -> list[str]:
    """Return the services of which the journal has a state."""
    return sorted(service for service, known, _ in journaled(found) if known == status)


def apart(home: Path, name: str) -> Path:
    """Return a folder of its own."""
    (home / name).mkdir()
    return home / name


def reached_by(found: RunningBridge) -> dict[str, Any]:
    """Return the settings of an Alertmanager that posts to a bridge."""
    address = f"127.0.0.1:{found.port}"
    return {"bridge": {"address": address}, "sentry": SENTRY}


def test_every_alert_reaches_the_journal(tmp_path: Path) -> None:
    """Each severity, and none, is journaled and still reaches its channel; so is each end.

    What begins while the bridge is away is journaled when it is back.
    """
    severities = ("critical", "high", "medium", "low", "unheard-of", None)
    alerts = [alert("SomeAlert", severity, f"of-{severity}") for severity in severities]
    with (
        bridge(apart(tmp_path, "bridge")) as found,
        live(apart(tmp_path, "am"), **reached_by(found)) as running,
    ):
        running.fire(*alerts)
        expected = sorted(f"of-{severity}" for severity in severities)
        wait_until(lambda: states(found) == expected, "six alerts in the journal")
        wait_until(lambda: unrouted(running) == {"of-unheard-of", "of-None"}, "two in Slack")
        found.end(signal.SIGKILL)
        running.fire(alert("SomeAlert", "high", "of-away"))
        running.resolve(alerts[0])
        wait_until(lambda: running.counts("of-away")[:3] == (0, 1, 1), "Slack and mail without it")
        found.start()
        wait_until(lambda: "of-away" in states(found), "the alert that began meanwhile")
        wait_until(lambda: states(found, "resolved") == ["of-critical"], "the end meanwhile")
        ends = [text for _, status, text in journaled(found) if status == "resolved"]
        assert ends == [alerts[0]["annotations"]["summary"]]


def test_alertmanager_shows_its_token_over_tls(tmp_path: Path) -> None:
    """With tls, ca_file and credentials_file the generated files reach a bridge that is closed.

    Prometheus scrapes it, too. All of them read the token again when its file changes.
    """
    home = apart(tmp_path, "bridge")
    authority = Authority(home)
    authority.issue("server", ADDRESS)
    hashed = bcrypt.hashpw(b"wonder", bcrypt.gensalt(4)).decode()
    (home / "web.yml").write_text(
        "tls_server_config: {cert_file: server.pem, key_file: server.key}\n"
        f"basic_auth_users: {{alice: {hashed}}}\n"
    )
    (home / "token").write_text("t0ken\n")
    (home / "token").chmod(0o640)
    section = {"tls": True, "ca_file": str(authority.path)}
    section |= {"credentials_file": str(home / "token")}
    web = ("--web.config.file", str(home / "web.yml"))
    with bridge(home, {"bridge": dict(section)}, *web) as found:
        address = {"address": f"127.0.0.1:{found.port}"}
        with live(apart(tmp_path, "am"), bridge=section | address, sentry=SENTRY) as running:
            running.fire(alert("SomeAlert", "high", "closed"))
            wait_until(lambda: states(found) == ["closed"], "an alert in the journal")
            (home / "token").write_text("another\n")
            running.fire(alert("SomeAlert", "high", "again"))
            wait_until(lambda: states(found) == ["again", "closed"], "another token")
        at = Settings(notifications={"bridge": section | address}).notifications
        job = {"job_name": "b", "static_configs": [{"targets": [f"127.0.0.1:{found.port}"]}]}
        config = {"scrape_configs": [{**job, "scrape_interval": "1s", **scraped(at)}]}
        with servers.prometheus(apart(tmp_path, "prometheus"), yaml.safe_dump(config)) as reading:
            name = 'ionmon_bridge_alerts_total{status="firing"}'
            wait_until(lambda: [*reading.query(name, time.time()).values()] == [2.0], "a scrape")


def unrouted(running: Live) -> set[str]:
    """Return the services of which Slack was notified as unrouted."""
    return {
        str(message["body"]).partition("2.5% of ")[2].partition(" ")[0]
        for message in running.slack("Unrouted: ")
    }


@pytest.mark.deep
def test_two_hundred_alerts_over_kills_and_restarts(tmp_path: Path) -> None:
    """The bridge is killed 20 times, Alertmanager restarts: each alert is journaled, none twice."""
    with bridge(apart(tmp_path, "bridge")) as found:
        home = apart(tmp_path, "am")
        with live(home, **reached_by(found)) as running:
            for kill in range(10):
                running.fire(*numbered(10 * kill, 10))
                found.end(signal.SIGKILL)
                found.start()
            wait_until(lambda: len(set(states(found))) == 100, "a hundred alerts", 120)
        with servers.alertmanager(home, home / CONFIG) as again:
            again.post(since_then(numbered(0, 100)))
            for kill in range(10, 20):
                again.post(since_then(numbered(10 * kill, 10)))
                found.end(signal.SIGKILL)
                found.start()
            wait_until(lambda: len(set(states(found))) == 200, "two hundred alerts", 120)
        assert found.end() == 0
    with closing(sqlite3.connect(found.journal)) as db:
        keys = "fingerprint, starts_at, status, group_key"
        rows = db.execute(f"SELECT {keys} FROM alert WHERE receiver = 'journal'").fetchall()
    assert len(rows) == len(set(rows))
    assert len({fingerprint for fingerprint, *_ in rows}) == 200


def numbered(first: int, count: int) -> list[dict[str, Any]]:
    """Return alerts of services by their number."""
    return [alert("SomeAlert", "low", f"n-{n:03}") for n in range(first, first + count)]


def since_then(alerts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return alerts that began long ago."""
    return [{"startsAt": "2026-11-18T00:00:00Z", **each} for each in alerts]
