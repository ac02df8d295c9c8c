"""Lets an eventful day pass in two minutes: Prometheus, Alertmanager, and what people do.

The generated files are in force with every duration as much shorter as the day is quicker; the data
is scripted, and everybody who is notified is a stand-in.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any

from exporter.bridge.incidents import acknowledged_labels
from generators.alertmanager.plan import timers
from generators.rules.build import build
from generators.rules.model import alerts
from tests.e2e import timeline
from tests.e2e.drill import hurried_timers
from tests.e2e.hurried_server import hurried_server, write
from tests.e2e.messages import Message, mailed, messages, posted
from tests.e2e.scripted_exporter import exposition, series, serving
from tests.generators.alertmanager.live import Live, live
from tests.generators.alertmanager.samples import ALL, settings
from tests.servers import Prometheus, wait_until

SPEED = 30.0  # a minute of the day is two seconds
STARTING = 4  # seconds in which Prometheus starts before the day begins
QUIET_FOR = timedelta(hours=4)
AGE = 60 / SPEED  # of the data, in seconds of the real clock: rules compare it with that
LINGERS = 5  # minutes of an acknowledgement after its alert
TAKEN = "uploads"  # whose incident is acknowledged
PLANNED = "invoices"  # whose first incident is planned work
ESCALATION = {"after": "30m", "to": ["head@example.com"], "channel": "#escalation"}


@dataclass(frozen=True)
class Day:
    """A day, which begins at a Unix time."""

    began: float

    @property
    def causes(self) -> tuple[timeline.Cause, ...]:
        """Everything that goes wrong."""
        return timeline.causes()

    def minute(self, at: float) -> float:
        """Return the minute of the day at a Unix time."""
        return (at - self.began) / 60 * SPEED

    def until(self, minute: float) -> None:
        """Wait for a minute of the day."""
        wait_until(lambda: self.minute(time.time()) >= minute, f"minute {minute}", within=300)


def passed(folder: Path) -> tuple[Day, tuple[Message, ...]]:
    """Let a day pass, and return what was sent."""
    # Quiet hours end at a whole minute of the real clock, so the day begins that much before one.
    until_quiet_ends = timeline.QUIET * 60 / SPEED
    quiet_ends = ceil((time.time() + STARTING + until_quiet_ends) / 60) * 60
    day = Day(quiet_ends - until_quiet_ends)
    quiet = _quiet_hours(datetime.fromtimestamp(quiet_ends, UTC))
    notifications = {**ALL, "quiet_hours": quiet, "escalation": ESCALATION}
    at = settings(notifications, links={"runbooks": "https://docs.example.com/runbooks"})
    rules, paces = build(at), hurried_timers(SPEED, timers(at))
    with (
        live(
            folder, [*alerts(rules.all)], paces, quiet_hours=quiet, escalation=ESCALATION
        ) as sinks,
        _exporter(day) as port,
    ):
        config = write(folder, rules, SPEED, (port, sinks.alertmanager.port))
        day.until(-STARTING * SPEED / 60)
        _first_part(day, folder, config, sinks)
        _second_part(day, folder, config, sinks)
        mails = ((at, *mail) for at, mail in zip(sinks.mail.times, sinks.mail.mails, strict=True))
        taken, subjects = (*posted(sinks.web), *mailed(mails)), [cause.of for cause in day.causes]
        return day, tuple(messages(taken, dict.fromkeys(subjects), day.minute))


def _quiet_hours(end: datetime) -> dict[str, Any]:
    since, to = (f"{at:%H:%M}" for at in (end - QUIET_FOR, end))
    return {"from": since, "to": to, "weekends": False, "timezone": "UTC"}


@contextmanager
def _exporter(day: Day) -> Iterator[int]:
    """Serve the day's data, but for the time in which no exporter answers."""
    found = series(day.causes)

    def text() -> str | None:
        minute = max(day.minute(time.time()), 0)
        gone = timeline.GONE <= minute < timeline.BACK
        return None if gone else exposition(found, int(minute), AGE)

    with serving(text) as port:
        yield port


def _first_part(day: Day, folder: Path, config: str, sinks: Live) -> None:
    """Let the day pass until Prometheus has been down for a while."""
    with hurried_server(folder, config, SPEED):
        day.until(timeline.SILENCED)
        _amtool(sinks, "add", "--duration=2h", "--comment=planned", f"service_name={PLANNED}")
        day.until(timeline.RESTART)
    day.until(timeline.RESTART + timeline.OUTAGE / 60)


def _second_part(day: Day, folder: Path, config: str, sinks: Live) -> None:
    """Let the day pass from the moment at which Prometheus is started again."""
    with hurried_server(folder, config, SPEED) as server:
        day.until(timeline.ACKNOWLEDGED)
        wait_until(lambda: bool(_firing(server, TAKEN)), "what is acknowledged")
        taken = _acknowledgement(server)
        sinks.fire(taken)
        day.until(timeline.LOUD)
        assert not _firing(server, PLANNED)
        _amtool(sinks, "expire", *_amtool(sinks, "query", "-q").split())
        wait_until(lambda: not _firing(server, TAKEN), "the end of what is acknowledged", within=90)
        # The bridge posts it no more, and Alertmanager ends it after its resolve_timeout. At once,
        # the escalation of what has just ended could still be sent.
        day.until(day.minute(time.time()) + LINGERS)
        sinks.resolve(taken)
        day.until(timeline.OVER)


def _firing(server: Prometheus, service: str) -> list[dict[str, str]]:
    """Return the labels of the critical alerts of a service that fire."""
    selector = f'ALERTS{{alertstate="firing",severity="critical",service_name="{service}"}}'
    return [dict(labels) for labels in server.query(selector, time.time())]


def _acknowledgement(server: Prometheus) -> dict[str, Any]:
    """Return what acknowledges an incident: what is escalated, where, and since when."""
    selector = f'ALERTS_FOR_STATE{{service_name="{TAKEN}",severity="critical"}}'
    ((labels, since),) = server.query(selector, time.time()).items()
    return {"labels": acknowledged_labels(dict(labels), since)}


def _amtool(sinks: Live, *words: str) -> str:
    """Run `amtool silence`, and return what it prints."""
    address = f"--alertmanager.url=http://127.0.0.1:{sinks.alertmanager.port}"
    command = ["amtool", address, "silence", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout
