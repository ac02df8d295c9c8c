"""Prometheus times the escalation: over an alert that comes and goes, and over a restart."""

from pathlib import Path

import pytest

from generators.policy import ESCALATION
from tests.generators.alertmanager.breaking import HERE, configured, firing, serving
from tests.generators.alertmanager.live import live
from tests.generators.alertmanager.samples import ERROR_RATE
from tests.servers import prometheus, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.deep]
AFTER = 12  # seconds, in place of half an hour


def test_an_alert_that_comes_and_goes_is_escalated_from_its_last_beginning(tmp_path: Path) -> None:
    """What ended in between does not count: one escalation, as old as the last beginning."""
    with serving() as service, live(tmp_path, (ERROR_RATE,)) as sinks:
        config = configured(tmp_path, service, sinks.alertmanager.port, AFTER)
        with prometheus(tmp_path, config, "--rules.alert.resend-delay=1s") as server:
            for _ in range(3):
                service.broken = set()
                wait_until(lambda: not firing(server, "critical"), "its end")
                service.broken = {HERE}
                wait_until(lambda: bool(firing(server, "critical")), "its beginning")
            wait_until(lambda: bool(firing(server, ESCALATION)), "the escalation")
            (alert,) = firing(server, "critical")
            (found,) = firing(server, ESCALATION)
        began = alert["activeAt"][:19].replace("T", " ")
        assert found["labels"]["since"] == f"{began} +0000 UTC"
        assert found["labels"]["escalates"] == "ErrorRateCritical"
        wait_until(lambda: len(sinks.mails(f"since {began[11:16]} UTC")) == 1, "the mail")
        escalated = [m for m in sinks.slack("Escalated") if m["channel"] == "#escalation"]
        assert len(escalated) == 1


def test_a_restart_does_not_make_it_another_incident(tmp_path: Path) -> None:
    """After a restart the same incident is escalated, under the same labels."""
    flags = ("--rules.alert.resend-delay=1s", "--rules.alert.for-grace-period=0s")
    with serving() as service, live(tmp_path, (ERROR_RATE,)) as sinks:
        config = configured(tmp_path, service, sinks.alertmanager.port, AFTER)
        service.broken = {HERE}
        with prometheus(tmp_path, config, *flags) as server:
            wait_until(lambda: bool(firing(server, ESCALATION)), "the escalation")
            before = [alert["labels"] for alert in firing(server, ESCALATION)]
        with prometheus(tmp_path, config, *flags) as server:
            wait_until(lambda: bool(firing(server, ESCALATION)), "the escalation, still")
            assert [alert["labels"] for alert in firing(server, ESCALATION)] == before
