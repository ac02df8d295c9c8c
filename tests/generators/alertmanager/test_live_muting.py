"""What a real Alertmanager mutes, and that nothing of it hides an end or the next incident."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from generators.alertmanager.build import CONFIG
from generators.alertmanager.plan import Pace
from tests.generators.alertmanager.live import TIMERS, Live, alert, live, parts
from tests.servers import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Run Alertmanager with all channels, at short intervals."""
    with live(tmp_path_factory.mktemp("live")) as found:
        yield found


def test_the_more_urgent_mutes_the_less_urgent_of_its_place(running: Live) -> None:
    """A critical alert mutes the high one of its region, and not that of another region."""
    running.fire(alert("ErrorRateCritical", "critical", "mute"))
    wait_until(lambda: len(running.pagerduty("requests of mute ")) == 1, "the page")
    here = alert("ErrorRateWarning", "high", "mute")
    there = alert("ErrorRateWarning", "high", "mute", region="europe-west1")
    running.fire(here, there)
    wait_until(lambda: len(running.mails("requests of mute ")) == 1, "the mail of the other region")
    states = {
        (a["labels"]["region"], a["labels"]["severity"]): a["status"]["state"]
        for a in running.alertmanager.alerts()
        if a["labels"].get("service_name") == "mute"
    }
    assert states["us-central1", "high"] == "suppressed"
    assert states["europe-west1", "high"] == "active"
    assert "europe-west1" in running.mails("requests of mute ")[0][1]["Subject"]


def escalation(
    service: str, since: str, name: str = "Escalation", signal: str = "error_rate"
) -> dict[str, Any]:
    """Return an escalation of an incident, as Prometheus sends it, or its acknowledgement."""
    labels = {"alertname": name, "service_name": service, "region": "us-central1"}
    labels |= {"gcp_project": f"project-{service}"}
    labels |= {"escalates": "ErrorRateCritical", "since": since, "signal": signal}
    own = {"severity": "escalation", "category": "escalation"}
    return {
        "labels": {**labels, **own} if name == "Escalation" else labels,
        "annotations": {
            "summary": "Nobody has acknowledged a critical alert.",
            "description": f"CRITICAL since 12:00 UTC: ErrorRateCritical of {service}.",
        },
    }


def test_an_escalation_goes_to_the_second_line(running: Live) -> None:
    """Who is named for escalations is notified of them, by mail and in that channel, alone."""
    found = escalation("escalate-on", "2026-01-01 12:00:00 +0000 UTC")
    running.fire(found)
    wait_until(lambda: running.counts("escalate-on") == (0, 1, 1, 0), "the escalation")
    to, message = running.mails("escalate-on")[0]
    assert to == ["head@example.com"]
    assert message["Subject"].startswith("Escalated: ")
    assert "CRITICAL since 12:00 UTC: ErrorRateCritical of escalate-on." in parts(message)[0]
    assert [m["channel"] for m in running.slack("escalate-on")] == ["#escalation"]
    running.resolve(found)


def test_an_acknowledged_incident_is_not_escalated_and_the_next_one_is(running: Live) -> None:
    """Notified, acknowledged, ended; a second incident of the same alert and place is notified."""
    first, second = "2026-01-01 12:00:00 +0000 UTC", "2026-01-01 13:00:00 +0000 UTC"
    page = alert("ErrorRateCritical", "critical", "twice")
    running.fire(page)
    wait_until(lambda: running.counts("of twice ")[:2] == (1, 1), "the first line's page")
    taken = escalation("twice", first, "Acknowledged")
    running.fire(taken, escalation("twice", first))
    wait_until(lambda: running.is_muted(escalation("twice", first)["labels"]), "it to be muted")
    running.resolve(page, escalation("twice", first), taken)
    wait_until(lambda: running.counts("of twice ")[:2] == (2, 2), "the end, as an acknowledged one")
    running.fire(page, escalation("twice", second))
    wait_until(lambda: len(running.mails(" of twice.")) == 1, "the escalation of the second")
    wait_until(lambda: running.counts("of twice ")[:2] == (3, 3), "the second incident's page")
    channels = [m["channel"] for m in running.slack(" of twice.")]
    assert channels == ["#escalation"]
    running.resolve(page, escalation("twice", second))


def test_an_acknowledgement_reaches_nobody_and_mutes_no_other_place(running: Live) -> None:
    """What is acknowledged in one place is escalated in another, and is no message itself."""
    since = "2026-01-01 12:00:00 +0000 UTC"
    running.fire(escalation("taken", since, "Acknowledged"))
    running.fire(escalation("taken", since), escalation("not-taken", since))
    wait_until(lambda: len(running.mails("of not-taken.")) == 1, "the escalation of what is not")
    assert running.counts("of taken.") == (0, 0, 0, 0)
    running.resolve(escalation("taken", since), escalation("not-taken", since))


def test_an_acknowledgement_of_one_signal_mutes_no_other(running: Live) -> None:
    """Both forms of SLABreach can begin in the same second, at one place."""
    since = "2026-01-01 12:00:00 +0000 UTC"
    taken = escalation("two-forms", since, "Acknowledged", "availability")
    one = escalation("two-forms", since, signal="availability")
    other = escalation("two-forms", since, signal="latency")
    running.fire(taken)
    running.fire(one, other)
    wait_until(lambda: running.is_muted(one["labels"]), "the one to be muted")
    wait_until(lambda: len(running.mails("of two-forms.")) == 1, "the escalation of the other")
    assert not running.is_muted(other["labels"])
    running.resolve(taken, one, other)


def test_what_ends_while_data_is_missing_is_resolved_and_notifies_again(running: Live) -> None:
    """While ExporterDown fires, an alert's end is sent, and the next beginning is notified."""
    down = {"labels": {"alertname": "ExporterDown", "severity": "high", "category": "health"}}
    warning = alert("ErrorRateWarning", "high", "blind")
    running.fire(warning)
    wait_until(lambda: running.counts("of blind ")[1:3] == (1, 1), "the first message")
    running.fire(down)
    wait_until(lambda: len(running.mails("ExporterDown")) == 1, "the message that data is missing")
    running.resolve(warning)
    wait_until(lambda: running.counts("of blind ")[1:3] == (2, 2), "the end")
    running.resolve(down)
    running.fire(warning)
    wait_until(lambda: running.counts("of blind ")[1:3] == (3, 3), "the second incident")
    running.resolve(warning)


@pytest.mark.parametrize(("begin", "end", "expected"), [(-2, 2, 0), (2, 4, 1)])
def test_quiet_hours(tmp_path: Path, begin: int, end: int, expected: int) -> None:
    """Within quiet hours, of their own time zone, a medium alert waits; a high one does not."""
    zone = timedelta(hours=9)  # Tokyo, all year
    now = datetime.now(UTC) + zone
    since, to = ((now + timedelta(hours=h)).strftime("%H:%M") for h in (begin, end))
    hours = {"from": since, "to": to, "weekends": False, "timezone": "Asia/Tokyo"}
    with live(tmp_path, quiet_hours=hours) as found:
        found.fire(alert("CPUHigh", "medium", "quiet-medium"))
        found.fire(alert("Slow", "high", "quiet-high"))
        wait_until(lambda: found.counts("quiet-high") == (0, 1, 1, 0), "the high alert")
        wait_until(lambda: len(found.slack("quiet-medium")) == expected, "the medium alert")
        found.resolve(alert("Slow", "high", "quiet-high"))
        wait_until(lambda: found.counts("quiet-high") == (0, 2, 2, 0), "the end of the high alert")
        assert len(found.slack("quiet-medium")) == expected


def _labels(found: Live) -> list[dict[str, str]]:
    return [each["labels"] for each in found.alertmanager.alerts()]


def test_what_ended_in_quiet_hours_is_notified_when_it_begins_again(tmp_path: Path) -> None:
    """Notified in the evening, over in the night, unrecorded: in the morning it is notified anew.

    It is, as soon as the repeat is due, which is before the hours end by the shipped times.
    """
    brief = replace(TIMERS, medium=Pace(0.2, 1, 5))
    now = datetime.now(UTC)
    since, to = ((now + timedelta(hours=h)).strftime("%H:%M") for h in (-2, 2))
    quiet = {"from": since, "to": to, "weekends": False, "timezone": "UTC"}
    with live(tmp_path, timers=brief, quiet_hours=quiet) as found:
        muted = (tmp_path / CONFIG).read_text()
        loud = muted.replace("mute_time_intervals", "active_time_intervals")
        found.alertmanager.reload(tmp_path / CONFIG, loud)
        memory = alert("MemoryHigh", "medium", "night")
        found.fire(memory)
        wait_until(lambda: len(found.slack("of night ")) == 1, "the message in the evening")
        found.alertmanager.reload(tmp_path / CONFIG, muted)
        found.resolve(memory)
        held = memory["labels"]
        wait_until(lambda: held not in _labels(found), "the end in the night")
        found.fire(memory)
        ended = [m for m in found.slack("of night ") if m["title"].startswith("Resolved")]
        assert ended == []
        found.alertmanager.reload(tmp_path / CONFIG, loud)
        wait_until(lambda: len(found.slack("of night ")) >= 2, "the message in the morning")
