"""An acknowledgement against a real Prometheus and Alertmanager: what it stops, and what not."""

from pathlib import Path

import pytest

from exporter.bridge.acknowledging import Answer, ChosenIncident
from generators.policy import ESCALATION
from tests.exporter.bridge.acknowledgers import acknowledgers, settings, until_fires
from tests.generators.alertmanager.breaking import HERE, THERE, configured, firing, serving
from tests.generators.alertmanager.live import Live, live
from tests.servers import Prometheus, prometheus, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.deep]
AFTER = 15  # seconds, in place of half an hour; what fires is seen once in five


def acknowledged(sinks: Live) -> list[str]:
    """Return the regions whose incidents Alertmanager has as acknowledged."""
    every = [alert["labels"] for alert in sinks.alertmanager.alerts()]
    return [labels["region"] for labels in every if labels["alertname"] == "Acknowledged"]


def escalated(sinks: Live) -> list[str]:
    """Return the regions of which the second line was notified, each time."""
    texts = [str(message["title"]) for message in sinks.slack("Escalated:")]
    return [region for text in texts for region in (HERE, THERE) if f"in {region}" in text]


def messages(sinks: Live, state: str) -> list[str]:
    """Return the headlines of the first line's messages with a word in them."""
    titles = [str(m["title"]) for m in sinks.slack("#alerts") if m["channel"] == "#alerts"]
    return [title for title in titles if state in title]


def both_escalate(server: Prometheus) -> bool:
    """Return whether Prometheus escalates both regions."""
    return len(firing(server, ESCALATION)) == 2


def test_an_acknowledgement_stops_the_escalation_of_its_incident_alone(tmp_path: Path) -> None:
    """Not another region's, not the next incident's; it hides nothing, and ends with its alert."""
    with serving() as service, live(tmp_path) as sinks:
        config = configured(tmp_path, service, sinks.alertmanager.port, AFTER)
        with prometheus(tmp_path, config, "--rules.alert.resend-delay=1s") as server:
            given = settings(sinks.alertmanager.port, server.port)
            service.broken = {HERE, THERE}
            with acknowledgers(tmp_path, given) as part:
                incident = until_fires(part, region=HERE)
                choice = ChosenIncident(incident.alert.fingerprint)
                (done,) = part.acknowledging.acknowledge([choice], "ada", "rolling back")
                assert done.answer is Answer.ACKNOWLEDGED
                wait_until(lambda: acknowledged(sinks) == [HERE], "the acknowledgement")
            # A bridge that starts again goes on.
            with acknowledgers(tmp_path, given) as part:
                wait_until(lambda: both_escalate(server), "both escalations")
                wait_until(lambda: escalated(sinks) == [THERE], "the escalation of the other")
                (muted,) = [e for e in firing(server, ESCALATION) if e["labels"]["region"] == HERE]
                wait_until(lambda: sinks.is_muted(muted["labels"]), "the one to be muted")
                service.broken = {THERE}
                wait_until(lambda: acknowledged(sinks) == [], "its end")
                wait_until(lambda: bool(messages(sinks, "Resolved")), "the end of the alert")
                service.broken = {HERE, THERE}
                wait_until(lambda: HERE in escalated(sinks), "the escalation of the next incident")
                assert part.acknowledging.open() == ()
    assert escalated(sinks).count(HERE) == 1


def test_a_withdrawal_lets_the_escalation_go_on(tmp_path: Path) -> None:
    """What was posted is ended, and the second line is notified as if nobody had acknowledged."""
    with serving() as service, live(tmp_path) as sinks:
        config = configured(tmp_path, service, sinks.alertmanager.port, AFTER)
        with prometheus(tmp_path, config, "--rules.alert.resend-delay=1s") as server:
            given = settings(sinks.alertmanager.port, server.port)
            service.broken = {HERE}
            with acknowledgers(tmp_path, given) as part:
                choice = ChosenIncident(until_fires(part, region=HERE).alert.fingerprint)
                part.acknowledging.acknowledge([choice], "ada", "rolling back")
                wait_until(lambda: len(firing(server, ESCALATION)) == 1, "the escalation")
                (muted,) = firing(server, ESCALATION)
                wait_until(lambda: sinks.is_muted(muted["labels"]), "it to be muted")
                (done,) = part.acknowledging.withdraw([choice], "bob")
                assert done.answer is Answer.WITHDRAWN
                wait_until(lambda: acknowledged(sinks) == [], "the end of what was posted")
                wait_until(lambda: escalated(sinks) == [HERE], "the second line's message")
