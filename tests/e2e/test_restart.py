"""A restart of Prometheus in an incident: nobody is notified of an end that was none.

Every duration of rules, flags and outages is thirty times shorter than it is in the field.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from exporter.catalog.prometheus_flags import OUTAGE_TOLERANCE, flags
from exporter.settings import Settings
from exporter.settings.types import duration, seconds
from generators.rules.build import build
from generators.rules.model import alerts, dumped
from tests.generators.alertmanager import sinks
from tests.servers import alertmanager, prometheus, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.deep]
SPEED = 30.0
MINUTE = 60 / SPEED
Sent = dict[tuple[int, bool], dict[str, list[str]]]
CATEGORIES = ("threshold", "slo")
NEEDED = tuple(
    f"--{flag.name}={duration(seconds(flag.value) / SPEED)}"
    for flag in flags(keeps="90d", url=None, receives=False)
    if flag.name.startswith("rules.alert.")
)
USUAL_GRACE_PERIOD = 600
USUAL = ("--rules.alert.for-grace-period=20s", "--rules.alert.resend-delay=2s")


def durations() -> list[float]:
    """Return each `for` of alerts on data that Prometheus by itself lets begin anew."""
    found = alerts(build(Settings()).main)
    each = {a.for_ for a in found if dict(a.labels).get("category") in CATEGORIES}
    return sorted(for_ for for_ in each if for_ < USUAL_GRACE_PERIOD)


def rules() -> str:
    """Return an alert on what goes on for ever, for each `for`."""
    each = [
        {"alert": f"Lasts{for_:.0f}", "expr": "vector(1)", "for": duration(for_ / SPEED)}
        | {"keep_firing_for": duration(2 * MINUTE)}
        for for_ in durations()
    ]
    return dumped({"groups": [{"name": "incident", "interval": duration(MINUTE), "rules": each}]})


def statuses(web: sinks.Web) -> dict[str, list[str]]:
    """Return what the sink was sent of each alert, in order."""
    found: dict[str, list[str]] = {}
    for body in web.at("/hook"):
        for alert in body["alerts"]:
            found.setdefault(alert["labels"]["alertname"], []).append(alert["status"])
    return found


def restarted(folder: Path, outage: float, *options: str) -> dict[str, list[str]]:
    """Return what was sent over a restart of so many seconds, and of the minutes after it."""
    folder.mkdir(exist_ok=True)
    (folder / "rules.yml").write_text(rules())
    with ExitStack() as stack:
        web = stack.enter_context(sinks.web())
        route = {
            "receiver": "hook",
            "group_by": ["..."],
            "group_wait": "0s",
            "group_interval": "1s",
        }
        hook = {"name": "hook", "webhook_configs": [{"url": web.url("/hook")}]}
        (folder / "alertmanager.yml").write_text(dumped({"route": route, "receivers": [hook]}))
        manager = stack.enter_context(alertmanager(folder, folder / "alertmanager.yml"))
        config = dumped(
            {
                "global": {"evaluation_interval": duration(MINUTE)},
                "rule_files": [str(folder / "rules.yml")],
                "alerting": {
                    "alertmanagers": [
                        {"static_configs": [{"targets": [f"127.0.0.1:{manager.port}"]}]}
                    ]
                },
            }
        )
        names = len(durations())
        with prometheus(folder, config, *options):
            wait_until(lambda: len(statuses(web)) == names, "all alerts", 60 + 20 * MINUTE)
        ended = time.monotonic()
        wait_until(lambda: time.monotonic() - ended >= outage, "the end of the outage", 60)
        with prometheus(folder, config, *options) as again:
            firing = 'count(ALERTS{alertstate="firing"})'
            wait_until(
                lambda: (
                    again.query(firing, time.time()) == {(): float(names)}
                    or (
                        bool(again.query(firing, time.time()))
                        and set(again.query(firing, time.time()).values()) == {float(names)}
                    )
                ),
                "all alerts to fire again",
                60,
            )
            later = time.monotonic() + 6 * MINUTE
            wait_until(lambda: time.monotonic() >= later, "six minutes more", 60)
        return statuses(web)


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """Return what was sent, by the seconds of the outage and whether the flags were there."""
    tried = ((80, True), (600, True), (600, False))
    with ThreadPoolExecutor() as pool:
        runs = {
            (outage, flagged): pool.submit(
                restarted,
                tmp_path_factory.mktemp("restart"),
                outage / SPEED,
                *(NEEDED if flagged else USUAL),
            )
            for outage, flagged in tried
        }
        return {key: run.result() for key, run in runs.items()}


@pytest.mark.parametrize("outage", [80, 600])
def test_a_restart_in_an_incident_sends_nothing(sent: Sent, outage: int) -> None:
    """With the flags of the generated files: one message of the beginning, and no end."""
    found = sent[outage, True]
    assert len(found) == len(durations())
    assert {name: each for name, each in found.items() if each != ["firing"]} == {}


def test_without_the_flags_an_end_is_sent(sent: Sent) -> None:
    """What Prometheus does by its defaults: the flags are what keeps it quiet."""
    found = sent[600, False]
    assert {tuple(each[:3]) for each in found.values()} == {("firing", "resolved", "firing")}


def test_the_state_of_alerts_is_restored_after_such_an_outage() -> None:
    """What the restored state may be old is more than the outages that are tried here."""
    assert seconds(OUTAGE_TOLERANCE.value) > 600
