"""Everything at once: each of the nine alerts has its cause, from the simulated API to the sinks.

The real exporter, Prometheus and Alertmanager run on generated files in which every duration is as
much shorter as the simulated project's time is quicker. Nothing else of the files is changed.
"""

import re
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from exporter.settings import Settings
from exporter.settings.types import duration, seconds
from exporter.simulator.incidents import Aspect, Effect
from generators.alertmanager.plan import CHANNELS, Channel, Pace, Timers
from generators.policy import WATCHDOG
from generators.rules.build import Rules, build
from generators.rules.model import Alerting, RuleFile, alerts, dumped
from tests.clocks import FastClock
from tests.e2e.failing_project import failing, served
from tests.exporter.simulator.worlds import flat_world
from tests.generators.alertmanager.live import Live, live
from tests.servers import Prometheus, free_port, process, prometheus, wait_until

ROOT = Path(__file__).parents[2]
SPEED = 40.0
BEFORE, LASTS = 12, 22  # minutes until it begins, and of it
_EU, _ASIA = "europe-west1", "asia-southeast1"
SCENARIO = failing(
    Effect(Aspect.ERRORS, 0.15, _EU),
    Effect(Aspect.ERRORS, 0.0045, _ASIA),
    Effect(Aspect.LATENCY, 270.0, _EU),
    Effect(Aspect.LATENCY, 130.0, _ASIA),
    Effect(Aspect.MEMORY, 0.91),
    before=BEFORE,
    lasts=LASTS,
)
CLOCKED = "trend.yml"  # compares slopes, which are by the second of the clock
_OFFSET = re.compile(r"\boffset (\w+)")
_RANGE = re.compile(r"\[(\w+)(?::(\w+))?\]")
_ELAPSED = re.compile(r"/ (\d+), 1\)")  # the share of a window that has passed, by the clock
_CONFIG = """
global: {{scrape_interval: {scrape}, scrape_timeout: {scrape}, evaluation_interval: {minute}}}
rule_files: [{rules}]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["127.0.0.1:{alertmanager}"]}}]}}]}}
scrape_configs:
  - job_name: ionmon
    static_configs: [{{targets: ["127.0.0.1:{exporter}"]}}]
"""


def channels(severity: str) -> set[str]:
    """Return the channels that are notified of a severity, of those that are configured here."""
    absent = (Channel.WEBHOOK, Channel.MSTEAMS)
    return {channel.value for channel in CHANNELS[severity] if channel not in absent}


def nine() -> tuple[Alerting, ...]:
    """Return the nine alerts."""
    return tuple(alerts(file for file in build(Settings()).main if file.name == "alerts.yml"))


def hurried(text: str, speed: float) -> str:
    """Return a duration of the files, as much shorter as time is quicker."""
    return duration(seconds(text) / speed)


def hurried_rules(file: RuleFile, speed: float) -> str:
    """Return a rule file whose every duration is as much shorter."""
    body: dict[str, Any] = yaml.safe_load(file.text())
    for group in body["groups"]:
        group["interval"] = hurried(group["interval"], speed)
        for rule in group["rules"]:
            text = _RANGE.sub(lambda m: _hurried_range(m, speed), rule["expr"])
            text = _OFFSET.sub(lambda m: f"offset {hurried(m[1], speed)}", text)
            rule["expr"] = _ELAPSED.sub(lambda m: f"/ {float(m[1]) / speed:g}, 1)", text)
            for key in ("for", "keep_firing_for"):
                if key in rule:
                    rule[key] = hurried(rule[key], speed)
    return dumped(body)


def _hurried_range(match: re.Match[str], speed: float) -> str:
    step = f":{hurried(match[2], speed)}" if match[2] else ""
    return f"[{hurried(match[1], speed)}{step}]"


def hurried_timers(speed: float, usual: Timers | None = None) -> Timers:
    """Return timers, those that are shipped where none are given, as much shorter."""
    usual = usual or Timers()

    def pace(old: Pace) -> Pace:
        return Pace(old.wait / speed, old.interval / speed, old.repeat / speed, old.spacing / speed)

    return Timers(**{name: pace(getattr(usual, name)) for name in Timers.__dataclass_fields__})


@dataclass
class Seen:
    """What was seen of an alert, in simulated seconds after the incident began, or ended.

    fired     from the beginning until it fired, anywhere
    notified  from the beginning until each channel was notified
    resolved  from the end until it was over everywhere
    """

    fired: float = 0.0
    notified: dict[str, float] = field(default_factory=dict)
    resolved: float | None = None


@dataclass(frozen=True)
class Drill:
    """What is running."""

    clock: FastClock
    began: float
    server: Prometheus
    sinks: Live
    nine: tuple[Alerting, ...]
    seen: dict[str, Seen] = field(default_factory=dict)

    @property
    def ends(self) -> float:
        """The simulated time at which the incident ends."""
        return self.began + LASTS * 60

    def firing(self) -> set[str]:
        """Return which alerts fire now, but for the one that always does."""
        selector = f'ALERTS{{alertstate="firing",alertname!="{WATCHDOG}"}}'
        found = self.server.query(selector, time.time())
        return {dict(labels)["alertname"] for labels in found}

    def look(self) -> None:
        """Write down what is new."""
        firing, now = self.firing(), self.clock.now()
        for name in firing - {*self.seen}:
            self.seen[name] = Seen(now - self.began)
        for name, seen in self.seen.items():
            seen.resolved = None if name in firing else seen.resolved or now - self.ends
            for channel in self.channels(name) - {*seen.notified}:
                seen.notified[channel] = now - self.began

    def channels(self, name: str) -> set[str]:
        """Return the channels that were notified of an alert."""
        notified = zip(
            ("pagerduty", "slack", "email", "sentry"), self.sinks.counts(name), strict=True
        )
        found = {channel for channel, count in notified if count}
        # An incident of PagerDuty is a service's: what joins it is listed by its problem.
        joined = any(self.sinks.pagerduty(problem) for problem in self._critical(name))
        return found | ({"pagerduty"} if joined else set())

    def began_in_slack(self, name: str, region: str) -> list[float]:
        """Return when Slack was notified that an alert fires in a region, Unix seconds."""
        web = self.sinks.web
        return [
            at
            for (path, body), at in zip(web.posts, web.times, strict=False)  # more may come
            if path == "/slack"
            and name in (text := str(body))
            and region in text
            and "Resolved" not in text
        ]

    def _critical(self, name: str) -> set[str]:
        """Return what an alert reports, where PagerDuty gets it."""
        rules = [rule for rule in self.nine if rule.alert == name]
        return {dict(r.annotations)["problem"] for r in rules if r.severity == "critical"}

    def all_fired(self) -> bool:
        """Say whether every one of the nine has fired and every channel of it was notified."""
        self.look()
        return all(self._notified(rule) for rule in self.nine)

    def _notified(self, rule: Alerting) -> bool:
        expected = channels(rule.severity)
        return rule.alert in self.seen and expected <= set(self.seen[rule.alert].notified)

    def is_past(self) -> bool:
        """Say whether the incident has ended."""
        self.look()
        return self.clock.now() > self.ends

    def all_over(self) -> bool:
        """Say whether the nine are resolved, and Slack, which is notified of all, knows."""
        self.look()
        names = [rule.alert for rule in self.nine]
        over = all(self.seen[name].resolved is not None for name in names)
        return over and all(map(self._resolution_sent, names))

    def _resolution_sent(self, name: str) -> bool:
        return any("RESOLVED" in str(body).upper() for body in self.sinks.slack(name))


@contextmanager
def running(folder: Path, speed: float = SPEED) -> Iterator[Drill]:
    """Run everything; give it when the incident is about to begin."""
    start = time.time()
    clock, world = FastClock(start, speed), flat_world(3, start, SCENARIO)
    rules = build(Settings())
    with ExitStack() as stack:
        port = free_port()
        _configure(folder, served(stack, world, clock), port)
        program = [sys.executable, "-m", "tests.e2e.exporter_at_speed", str(start), str(speed)]
        command = [*program, str(folder / "monitoring.yaml")]
        stack.enter_context(process(command, folder / "exporter.log", ROOT))
        every = tuple(alerts(rules.all))
        paces = hurried_timers(speed)
        sinks = stack.enter_context(live(folder, alerts=every, timers=paces, escalation=None))
        text = _prometheus(folder, rules, speed, (sinks.alertmanager.port, port))
        resend = f"--rules.alert.resend-delay={hurried('1m', speed)}"
        server = stack.enter_context(prometheus(folder, text, resend))
        yield Drill(
            clock=clock,
            began=start // 60 * 60 + BEFORE * 60,
            server=server,
            sinks=sinks,
            nine=nine(),
        )


def _configure(folder: Path, sources: dict[str, Any], port: int) -> None:
    settings = {
        **sources,
        "web": {"listen": [f"127.0.0.1:{port}"]},
        "storage": {"state_file": str(folder / "state.sqlite")},
    }
    (folder / "monitoring.yaml").write_text(yaml.safe_dump(settings))


def _prometheus(folder: Path, rules: Rules, speed: float, ports: tuple[int, int]) -> str:
    """Write the rule files, and return the configuration of Prometheus."""
    files = [file for file in rules.main if file.name != CLOCKED]
    for file in files:
        (folder / file.name).write_text(hurried_rules(file, speed))
    return _CONFIG.format(
        scrape=hurried("15s", speed),
        minute=hurried("1m", speed),
        rules=", ".join(f'"{folder / file.name}"' for file in files),
        alertmanager=ports[0],
        exporter=ports[1],
    )


@contextmanager
def drilled(folder: Path, speed: float = SPEED, *, whole: bool = True) -> Iterator[Drill]:
    """Let it begin and notify, and where it is whole end and be over; give what was seen."""
    with running(folder, speed) as drill:
        wait_until(
            drill.all_fired, "all alerts notified", within=(BEFORE + LASTS) * 60 / speed + 60
        )
        if not whole:
            yield drill
            return
        wait_until(drill.is_past, "the end of the incident", within=LASTS * 60 / speed + 60)
        wait_until(drill.all_over, "the end of all alerts notified", within=90 * 60 / speed)
        yield drill
