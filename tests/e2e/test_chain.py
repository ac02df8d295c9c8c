"""The chain from a rule to the bridge and on to Sentry, with real servers but for Sentry itself."""

import json
import resource
import signal
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from exporter.catalog.alert_names import CANARY, WATCHDOG
from exporter.settings import Settings
from generators.alertmanager.build import CONFIG, texts
from generators.rules.build import build
from generators.rules.model import Alerting, alerts, dumped
from tests.exporter.bridge.bridges import RunningBridge, bridge
from tests.generators.alertmanager import sinks
from tests.sentry import Answer, Sentry, sentry
from tests.servers import alertmanager, prometheus, wait_until

pytestmark = pytest.mark.slow
QUICK = {"group_wait": "0s", "group_interval": "10s", "repeat_interval": "1m"}


@dataclass(frozen=True)
class Chain:
    """What runs of it beside Prometheus."""

    bridge: RunningBridge
    sentry: Sentry
    hook: sinks.Web
    settings: Settings


def rules(settings: Settings, *more: Mapping[str, Any]) -> str:
    """Return Watchdog and Canary as they are generated, but that both fire now; and others."""
    found = {rule.alert: rule for rule in alerts(build(settings).all)}
    own = [_rule(replace(found[name], expr="vector(1)")) for name in (WATCHDOG, CANARY)]
    return dumped({"groups": [{"name": "g", "interval": "1s", "rules": [*own, *more]}]})


def _rule(rule: Alerting) -> dict[str, Any]:
    labels, annotations = dict(rule.labels), dict(rule.annotations)
    return {"alert": rule.alert, "expr": rule.expr, "labels": labels, "annotations": annotations}


@contextmanager
def outside(home: Path) -> Iterator[Chain]:
    """Run the bridge and a Sentry, and write Alertmanager's generated routes to them."""
    with sentry() as server, sinks.web() as hook:
        for name, line in (("dsn", server.dsn), ("token", "t0ken")):
            (home / name).write_text(line)
            (home / name).chmod(0o600)
        section: dict[str, Any] = {
            "bridge": {"credentials_file": "token"},
            "sentry": {"dsn_file": "dsn"},
            "webhook": {"url": hook.url("/hook")},
            "heartbeat": {"url": hook.url("/watchdog")},
            "intervals": {"low": QUICK},
        }
        with bridge(home, section) as running:
            running.headers["Authorization"] = "Bearer t0ken"
            section |= {"secrets_dir": str(home)}
            settings = Settings.model_validate({"notifications": section})
            every = list(alerts(build(settings).all))
            (home / "alertmanager.yml").write_text(_own_templates(texts(settings, every)[CONFIG]))
            yield Chain(running, server, hook, settings)


@contextmanager
def chain(home: Path, *more: Mapping[str, Any]) -> Iterator[Chain]:
    """Run all of it: with Prometheus, which has the rules, and Alertmanager."""
    with outside(home) as found, alertmanager(home, home / "alertmanager.yml") as manager:
        (home / "rules.yml").write_text(rules(found.settings, *more))
        targets = [{"targets": [f"127.0.0.1:{manager.port}"]}]
        config = {
            "rule_files": [str(home / "rules.yml")],
            "alerting": {"alertmanagers": [{"static_configs": targets}]},
        }
        # What is sent before Prometheus knows Alertmanager is sent again after this time.
        with prometheus(home, dumped(config), "--rules.alert.resend-delay=1s"):
            yield found


def _own_templates(config: str) -> str:
    """Return a configuration without templates: nothing here is read by people."""
    return config.replace("templates:\n- ../templates/*.tmpl\n", "")


def test_the_chain_is_watched_from_the_rule_to_sentry(tmp_path: Path) -> None:
    """Canary is measured, Watchdog checks in, a low alert becomes an event; each goes there only.

    The route of the canary is before all others: it reaches the bridge, and no channel of people.
    """
    low = {
        "alert": "DiskTrend",
        "expr": "vector(1)",
        "labels": {"severity": "low", "service_name": "checkout", "region": "europe-west1"},
        "annotations": {"summary": "The disk fills up"},
    }
    with chain(tmp_path, low) as running:
        measured = "ionmon_chain_seconds"
        wait_until(lambda: running.bridge.metric(measured) > 0, "a canary that was measured")
        wait_until(lambda: bool(running.sentry.check_ins), "a check-in")
        wait_until(lambda: bool(running.sentry.events), "an event")
        assert running.sentry.check_ins[0]["status"] == "ok"
        (event,) = running.sentry.events
        assert event["fingerprint"] == ["DiskTrend", "checkout", "europe-west1"]
        assert event["logentry"]["formatted"] == "The disk fills up"
        wait_until(lambda: bool(running.hook.at("/watchdog")), "the watchdog at the heartbeat")
        assert CANARY not in json.dumps(running.hook.posts)
        assert running.hook.at("/hook") == []


@pytest.mark.deep
def test_a_sentry_that_was_away_gets_everything(tmp_path: Path) -> None:
    """What fired while Sentry failed arrives when it is back, once."""
    many = [
        {"alert": f"Trend{n}", "expr": "vector(1)", "labels": {"severity": "low"}}
        for n in range(20)
    ]
    with chain(tmp_path, *many) as running:
        running.sentry.judge = lambda kind, _: Answer(503) if kind == "event" else None
        pending = 'ionmon_bridge_deliveries_pending{target="sentry"}'
        wait_until(lambda: running.bridge.metric(pending) == 20, "twenty that wait")
        running.sentry.judge = lambda *_: None
        wait_until(lambda: running.bridge.metric(pending) == 0, "none that waits")
        names = sorted(event["tags"]["alertname"] for event in running.sentry.accepted)
        assert names == sorted(str(rule["alert"]) for rule in many)


KILLS, ALERTS, FULL_AT = 20, 200, 14
FULL = "Alertmanager sends them again"


@pytest.mark.deep
def test_everything_fails_and_nothing_is_lost(tmp_path: Path) -> None:
    """200 alerts over 20 kills, a full disk, a Sentry that fails, and a new Alertmanager arrive.

    Sentry is sent twice at most what a kill left unmarked, and then by the same id.
    """
    began = datetime.now(UTC).isoformat()
    names = [f"Trend{number}" for number in range(ALERTS)]
    with outside(tmp_path) as running:
        for first in (0, KILLS // 2):
            with alertmanager(tmp_path, tmp_path / "alertmanager.yml") as manager:
                for round_ in range(first, first + KILLS // 2):
                    _fail_in_turn(running, round_)
                    # As Prometheus does, all that fire are posted again and again.
                    manager.post([_fires(n, began) for n in names[: 10 * (round_ + 1)]])
                    if round_ == FULL_AT:
                        wait_until(lambda: FULL in running.bridge.log, "a refused notification")
                    _arrivals(running.sentry, 3)
                    running.bridge.end(signal.SIGKILL)
                    running.bridge.start()
                if first:
                    wait_until(lambda: arrived(running) == set(names), "every alert", 120)
    ids = Counter(event["event_id"] for event in running.sentry.accepted)
    assert len(ids) == ALERTS
    assert sum(ids.values()) - ALERTS <= KILLS


def arrived(running: Chain) -> set[str]:
    """Return the alerts that Sentry took."""
    return {event["tags"]["alertname"] for event in running.sentry.accepted}


def _fires(name: str, began: str) -> dict[str, Any]:
    ends = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    labels = {"alertname": name, "severity": "low"}
    return {"labels": labels, "startsAt": began, "endsAt": ends}


def _fail_in_turn(running: Chain, round_: int) -> None:
    """Let Sentry fail in some rounds, and the bridge's disk be full in another."""
    failing = Answer(503) if 4 <= round_ < 8 else None
    running.sentry.judge = lambda kind, _: failing if kind == "event" else None
    if round_ == FULL_AT:
        _fill_disk(running.bridge)


def _fill_disk(running: RunningBridge) -> None:
    """Let the disk be full until the process ends: no file of it grows beyond a few pages.

    The limit is one for every file, and the log has to stay writable: it has a page to grow.
    """
    assert running.process is not None
    size = len(running.log.encode()) + 4096
    limits = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (size, limits[1]))


def _arrivals(server: Sentry, count: int) -> None:
    """Return when so many more came, or soon where none does: then the kill comes in between."""
    before = len(server.posts)
    with suppress(AssertionError):
        wait_until(lambda: len(server.posts) >= before + count, "some posts", 1.5)
