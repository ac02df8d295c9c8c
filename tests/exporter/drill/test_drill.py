"""ionmon drill through a real Alertmanager and a real bridge, to stand-ins of all channels."""

import asyncio
import json
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter import cli
from exporter.clock import WallClock
from exporter.drill.plan import DrillRequest
from exporter.drill.preparing import prepared
from exporter.drill.run import DrillRun
from exporter.settings import Settings
from generators.alertmanager.build import CONFIG
from tests import servers
from tests.docs.json_keys import unlike_page
from tests.exporter.drill.drills import Drills, drills
from tests.generators.alertmanager.live import alert
from tests.sentry import Answer
from tests.servers import wait_until

pytestmark = pytest.mark.slow
SHOP = {"owner": "shop", "notifications": {"slack": {"channel": "#shop"}}}


def test_each_severity_and_team_reaches_its_channels(tmp_path: Path) -> None:
    """All channels take a message that says that it is a drill, of a team and of everybody.

    The bridge delivers to Sentry. All alerts end, of which every channel is notified. A second
    drill meets nothing of the first.
    """
    with drills(tmp_path, services={"checkout": SHOP}) as found:
        code, results = found.results("--severity", "critical")
        again, more = found.results("--severity", "low", "--team", "")
        results |= more
        assert {key for key, each in results.items() if each["result"] != "took it"} == set()
        assert code == again == 0
        assert {("critical", "", "pagerduty"), ("low", "", "webhook")} <= {*results}
        assert results["critical", "shop", "slack"]["target"] == "#shop"
        heads = [message["title"] for message in found.live.slack("Drill, nothing is wrong")]
        assert [head.partition(" since")[0] for head in heads] == [
            "CRITICAL: Drill, nothing is wrong: test of who is notified of critical alerts",
            "CRITICAL: Drill, nothing is wrong: test of who is notified of critical alerts of shop",
        ]
        events = [each["logentry"]["formatted"] for each in found.sentry.events]
        assert events == [
            "Drill, nothing is wrong: test of who is notified of low alerts",
        ]
        assert not found.live.alertmanager.alerts()
        wait_until(lambda: len(found.live.slack("Resolved: Drill")) == 2, "ends in Slack")
        actions = {event["event_action"] for event in found.live.pagerduty("Drill")}
        assert actions == {"trigger", "resolve"}


def test_a_channel_that_fails_is_named_with_the_reason(tmp_path: Path) -> None:
    """What is refused for good: the log has why. What Sentry refuses is a dead letter.

    The other channels of the same alert took theirs, and the exit code is 1.
    """
    with drills(tmp_path) as found:
        found.live.web.broken["/pagerduty"] = 400
        found.sentry.always = Answer(400)
        log = ("--alertmanager-log", str(tmp_path / "am" / "alertmanager.log"))
        code, results = found.results("--severity", "critical", "--severity", "low", *log)
        pagerduty, slack = (results["critical", "", name] for name in ("pagerduty", "slack"))
        assert code == 1
        assert pagerduty["result"] == "failed"
        assert "gave it up" in pagerduty["why"]
        assert "unexpected status code 400" in pagerduty["why"]
        assert slack["result"] == "took it"
        sentry = results["low", "", "webhook"]
        assert sentry["result"] == "failed"
        assert "dead letter" in sentry["why"]
        assert not found.live.alertmanager.alerts()


@pytest.mark.deep
def test_a_channel_without_an_answer_fails_when_alertmanager_gives_up(tmp_path: Path) -> None:
    """One hangs, one answers 500 again and again: each is watched for as long as it is tried.

    Nobody listens where a webhook leads, and what the bridge takes is not taken for it.
    """
    with drills(tmp_path, webhook={"url": "http://127.0.0.1:1/hook"}) as found:
        found.live.web.broken.update({"/slack": 0, "/pagerduty": 500})
        code, results = found.results("--severity", "critical")
        whys = [results["critical", "", name]["why"] for name in ("slack", "pagerduty", "webhook")]
        assert code == 1
        assert all("gave it up" in why or "goes on trying" in why for why in whys), whys


def test_what_is_held_back_is_no_failure(tmp_path: Path) -> None:
    """Quiet hours and a silence are named, nothing is waited for, and the exit code is 0.

    The silence is not changed, and another alert that fires is neither muted nor ended.
    """
    now = datetime.now(UTC)
    hours = {"from": f"{now - timedelta(hours=2):%H:%M}", "to": f"{now + timedelta(hours=2):%H:%M}"}
    with drills(tmp_path, quiet_hours=hours) as found:
        found.live.alertmanager.post(silence(severity="high"), "silences")
        other = alert("SomeAlert", "critical", "checkout")
        found.live.fire(other)
        code, results = found.results("--severity", "high", "--severity", "medium")
        assert code == 0
        assert results["medium", "", "slack"]["why"] == "quiet-hours mutes it now"
        assert results["high", "", "email"]["result"] == "held back"
        assert results["high", "", "email"]["why"].endswith(" of ada mutes it: planned work")
        held = found.live.alertmanager.alerts()
        assert [(each["labels"], each["status"]["state"]) for each in held] == [
            (other["labels"], "active")
        ]


def silence(**matched: str) -> dict[str, Any]:
    """Return a silence for a long time."""
    each = [{"name": n, "value": v, "isRegex": False} for n, v in matched.items()]
    times = {"startsAt": "2020-01-01T00:00:00Z", "endsAt": "2099-01-01T00:00:00Z"}
    return {"matchers": each, **times, "createdBy": "ada", "comment": "planned work"}


def test_every_alertmanager_gets_the_alerts(tmp_path: Path) -> None:
    """Each notifies and is ended; one that is away is named. Without a journal, that is said."""
    with drills(tmp_path) as found:
        (tmp_path / "other").mkdir()
        with servers.alertmanager(tmp_path / "other", tmp_path / "am" / CONFIG) as other:
            document = yaml.safe_load(found.settings.read_text())
            away = f"127.0.0.1:{servers.free_port()}"
            document["prometheus"]["alertmanagers"] += [f"127.0.0.1:{other.port}", away]
            found.settings.write_text(yaml.safe_dump(document))
            none = ("--storage.journal-file", str(tmp_path / "none"))
            code, out, _ = found.run("--yes", "--json", "--severity", "medium", *none)
            assert not other.alerts()
        report = json.loads(out)
        assert unlike_page("drill", report) == []
        assert (code, report["not_ended"]) == (1, [])
        assert [away in fault for fault in report["faults"]] == [True]
        journal, slack = report["channels"]
        assert "the bridge's journal cannot be read on this machine" in journal["why"]
        assert slack["why"] == ""
        assert len(found.live.slack("MEDIUM: Drill")) == 2


def test_a_journal_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Whether the bridge took it is judged by Alertmanager's counters, and never called lost."""
    with drills(tmp_path) as found:
        for name in ("loop", "journal"):
            (tmp_path / name).write_text("no journal")
        (tmp_path / "loop").unlink()
        (tmp_path / "loop").symlink_to("loop")
        for name in ("journal", "loop/journal"):
            at = ("--storage.journal-file", str(tmp_path / name))
            code, out, err = found.run("--yes", "--json", "--severity", "medium", *at)
            report = json.loads(out)
            assert code == 1, err
            assert {each["result"] for each in report["channels"]} == {"took it"}
            assert "cannot be read on this machine" in report["channels"][0]["why"]
            assert any(str(tmp_path / name) in fault for fault in report["faults"])


@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.deep)]
)
def test_a_drill_that_is_stopped_ends_its_alerts(number: signal.Signals, tmp_path: Path) -> None:
    """Ctrl-C ends what fires, says what was not tried, and the exit code is 130.

    Meanwhile a second drill is refused; afterwards one runs.
    """
    with drills(tmp_path) as found:
        found.live.web.broken["/slack"] = 500
        running = found.begun("--yes", "--json")
        wait_until(lambda: "/slack" in found.live.web.refused, "a message to Slack")
        assert_refused(found)
        running.send_signal(number)
        out, _ = running.communicate(timeout=60)
        assert running.returncode == 130
        document = json.loads(out)
        assert document["stopped"]
        assert document["not_ended"] == []
        assert "not tried" in {each["result"] for each in document["channels"]}
        assert not found.live.alertmanager.alerts()


def test_a_severity_that_reaches_nobody_is_a_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A route to a receiver without entries is named, before it is tried and after."""
    config = tmp_path / "am.yml"
    config.write_text(
        "route: {receiver: none, routes: [{receiver: none, matchers: ['severity=\"low\"']}]}\n"
        "receivers: [{name: none}]\n"
    )
    with servers.alertmanager(tmp_path, config) as running:
        address = f"127.0.0.1:{running.port}"
        path = tmp_path / "m.yaml"
        path.write_text(yaml.safe_dump({"prometheus": {"alertmanagers": [address]}}))
        assert cli.run(["drill", "--config", str(path), "--dry-run"]) == 0
        assert "low: its receivers notify nobody" in capsys.readouterr().out
        assert cli.run(["drill", "--config", str(path), "--yes", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["nobody"] == ["low: its receivers notify nobody"]
    assert not report["good"]


def test_what_cannot_be_judged_is_named_and_not_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A matcher that only Alertmanager reads, and a time zone that is not on this machine.

    The other alerts are tried all the same.
    """
    web = "receiver: web, group_wait: 0s"
    config = tmp_path / "am.yml"
    config.write_text(
        "route: {receiver: web, routes: [\n"
        f"  {{{web}, matchers: ['severity=\"low\"', 'alertname=~\"(?i)drill\"']}},\n"
        f"  {{{web}, matchers: ['severity=\"medium\"'], mute_time_intervals: [night]}},\n"
        f"  {{{web}, matchers: ['severity=\"high\"']}}]}}\n"
        "time_intervals: [{name: night, time_intervals: [{location: Local}]}]\n"
        "receivers: [{name: web, webhook_configs: [{url: 'http://127.0.0.1:1'}]}]\n"
    )
    with servers.alertmanager(tmp_path, config) as running:
        path = tmp_path / "m.yaml"
        address = f"127.0.0.1:{running.port}"
        path.write_text(yaml.safe_dump({"prometheus": {"alertmanagers": [address]}}))
        assert cli.run(["drill", "--config", str(path), "--dry-run", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    low, medium = found["nobody"]
    assert low.startswith('low: the matcher alertname=~"(?i)drill" cannot be judged: ')
    assert medium.startswith("medium: the time interval night cannot be judged: its location Local")
    assert [each["severity"] for each in found["channels"]] == ["high"]


def test_a_drill_that_fails_ends_its_alerts(tmp_path: Path) -> None:
    """A defect after the first alert was posted leaves none behind."""
    config = tmp_path / "am.yml"
    config.write_text(
        "route: {receiver: none, routes: [{receiver: web, matchers: ['severity=\"low\"']}]}\n"
        "receivers: [{name: none}, {name: web, webhook_configs: [{url: 'http://127.0.0.1:1'}]}]\n"
    )
    with servers.alertmanager(tmp_path, config) as running:
        address = f"127.0.0.1:{running.port}"
        settings = Settings.model_validate({"prometheus": {"alertmanagers": [address]}})
        clock = WallClock()
        found = prepared(settings, DrillRequest(), None, clock.now())

        async def drilled() -> None:
            await DrillRun(found.plan, found.sources, clock, fails).run()

        def fails(text: str) -> None:
            assert running.alerts()
            raise RuntimeError(text)

        with pytest.raises(RuntimeError, match="low: sent"):
            asyncio.run(drilled())
        assert not running.alerts()


def assert_refused(found: Drills) -> None:
    """Hold that a drill says that another one is under way."""
    code, out, err = found.run("--yes", "--severity", "low")
    assert (code, out) == (1, "")
    assert "another drill is under way" in err


def test_who_is_notified_is_shown_first(tmp_path: Path) -> None:
    """--dry-run prints it and sends nothing; without --yes nobody is notified where nobody can ask.

    An unknown severity or team is wrong usage, with those that are routed.
    """
    with drills(tmp_path, services={"checkout": SHOP}) as found:
        code, out, _ = found.run("--dry-run")
        assert code == 0
        assert "team@example.com" in out
        assert "#shop" in out
        code, _, err = found.run()
        assert code == 2
        assert "give --yes" in err
        assert "critical-pagerduty" in err
        code, _, err = found.run("--severity", "urgent")
        assert code == 2
        assert "it routes: escalation, critical, high, medium, low" in err
        assert found.run("--team", "discovery", "--dry-run")[0] == 2
        document = json.loads(found.run("--dry-run", "--json", "--team", "shop")[1])
        assert unlike_page("drill --dry-run", document) == []
        assert {each["team"] for each in document["channels"]} == {"shop"}
        assert not found.live.alertmanager.alerts()
        assert not found.live.web.at("/slack")
