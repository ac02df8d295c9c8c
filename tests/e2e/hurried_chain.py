"""What the whole chain is configured with: channels, secrets, and generated files that hurry."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bcrypt

from exporter.settings import Settings
from generators import bridge_access
from generators.alertmanager.build import CONFIG, configuration, texts
from generators.alertmanager.plan import timers
from generators.rules.build import Rules
from generators.rules.delivery_rows import BRIDGE_JOB
from generators.rules.model import alerts, dumped
from tests.e2e.drill import CLOCKED, hurried, hurried_rules, hurried_timers
from tests.generators.alertmanager import samples, sinks
from tests.sentry import Sentry
from tests.smtp_server import MailServer

SPEED = 40.0  # minutes of the simulated project in one of the machine's
AFTER = 30 * 60  # seconds until a critical alert is escalated
SLACK, SECOND = "#alerts", "#escalation"
TEAM, HEAD = "team@example.com", "head@example.com"
USER, PASSWORD, MAIL_PASSWORD, TOKEN = "ada", "wonder", "m4il", "t0ken"


def write_secrets(home: Path, web: sinks.Web, outside: Sentry) -> None:
    """Write the files that the settings name."""
    secrets = {
        "slack": web.url("/slack"),
        "pagerduty": "0123456789abcdef" * 2,
        "dsn": outside.dsn,
        "mail-password": MAIL_PASSWORD,
        "token": TOKEN,
        "password": PASSWORD,
    }
    for name, text in secrets.items():
        (home / name).touch(mode=0o600)
        (home / name).write_text(text)


def passwords(home: Path) -> tuple[str, str]:
    """Return the option that gives the bridge a user."""
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    (home / "web.yml").write_text(f"basic_auth_users: {{{USER}: '{hashed}'}}\n")
    return "--web.config.file", str(home / "web.yml")


def sections(home: Path, ports: Mapping[str, int]) -> dict[str, Any]:
    """Return the settings beside sources and notifications; containers are watched by Sentry."""
    return {
        "web": {"listen": [f"127.0.0.1:{ports['exporter']}"]},
        "storage": {"state_file": str(home / "state.sqlite")},
        "prometheus": {
            "address": f"127.0.0.1:{ports['prometheus']}",
            "exporters": [f"127.0.0.1:{ports['exporter']}"],
            "alertmanagers": [f"127.0.0.1:{ports['alertmanager']}"],
        },
        "alerts": {"CPUHigh": {"severity": "low"}, "MemoryHigh": {"severity": "low"}},
        "links": {"runbooks": "https://docs.example.com/runbooks"},
    }


def notifications(web: sinks.Web, mail: MailServer) -> dict[str, Any]:
    """Return the settings of every channel."""
    return {
        "slack": samples.SLACK | {"webhook_url_file": "slack", "channel": SLACK},
        "pagerduty": {"routing_key_file": "pagerduty", "url": web.url(sinks.PAGERDUTY)},
        "email": {
            "to": [TEAM],
            "from": "ion@example.com",
            "smarthost": f"127.0.0.1:{mail.port}",
            "username": "ion",
            "password_file": "mail-password",
        },
        "sentry": {"dsn_file": "dsn"},
        "bridge": {"credentials_file": "token"},
        "heartbeat": {"url": web.url("/heartbeat")},
        "escalation": {"after": "30m", "to": [HEAD], "channel": SECOND},
        # What goes on for an hour would be notified again.
        "intervals": {"critical": {"repeat_interval": "4h"}},
    }


def write_alertmanager(home: Path, given: Settings, rules: Rules) -> None:
    """Write its generated files with every duration as much shorter."""
    every = tuple(alerts(rules.all))
    samples.write(home, texts(given, every))
    body = configuration(given, every, hurried_timers(SPEED, timers(given)))
    (home / CONFIG).write_text(dumped(body))


def write_prometheus(home: Path, given: Settings, rules: Rules, ports: Mapping[str, int]) -> str:
    """Write the rule files with every duration as much shorter; return the configuration."""
    names = []
    for file in rules.main:
        if file.name != CLOCKED:
            text = hurried_rules(file, SPEED)
            text = text.replace(f">= {AFTER}", f">= {AFTER / SPEED:g}")
            (home / file.name).write_text(text)
            names.append(file.name)
    at = given.notifications.on_server()
    assert at.active_bridge is not None
    scrape = hurried("15s", SPEED)
    return dumped(
        {
            "global": {
                "scrape_interval": scrape,
                "scrape_timeout": scrape,
                "evaluation_interval": hurried("1m", SPEED),
            },
            "rule_files": names,
            "alerting": {"alertmanagers": [_targets(ports["alertmanager"])]},
            "scrape_configs": [
                {"job_name": "ionmon", **_targets(ports["exporter"])},
                # Its own metrics are renewed once a second, whatever the incident's time is.
                {"job_name": BRIDGE_JOB, "scrape_interval": "1s", "scrape_timeout": "1s"}
                | _targets(int(at.active_bridge.address.rpartition(":")[2]))
                | bridge_access.scraped(at),
            ],
        }
    )


def _targets(port: int) -> dict[str, object]:
    return {"static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}
