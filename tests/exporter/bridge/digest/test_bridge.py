"""A running bridge sends the digest that is due, and not again after it was ended and started."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.exporter.bridge.bridges import bridge
from tests.exporter.bridge.digest.conftest import CONFIG
from tests.exporter.bridge.notified import journal
from tests.exporter.summary.serving import serving
from tests.servers import free_port, wait_until
from tests.smtp_server import mail_server

pytestmark = pytest.mark.slow


def test_it_is_sent_once_by_a_bridge_that_is_started_twice(tmp_path: Path) -> None:
    """The digest of today was due at midnight, while the bridge was down for three days."""
    email = {"to": ["team@example.com"], "from": "ion@example.com", "require_tls": False}
    with serving(tmp_path) as past, mail_server() as server:
        notifications = {
            "email": {**email, "smarthost": f"127.0.0.1:{server.port}"},
            "digest": {"at": "00:00"},
        }
        more = {
            "prometheus": {
                "address": past.address,
                "alertmanagers": [f"127.0.0.1:{free_port()}"],
            },
            "storage": {"monitoring_config": str(CONFIG)},
        }
        before = datetime.now(UTC).date() - timedelta(days=3)
        with journal(tmp_path / "journal.sqlite") as kept:
            kept.records.set_fact("digest.day", before.isoformat())
        with bridge(tmp_path, notifications, **more) as running:
            wait_until(lambda: len(server.mails) > 0, "the mail of today's digest")
            assert running.end() == 0
            running.start()
            assert running.end() == 0
    (mail,) = server.mails
    assert mail.message["Message-ID"].startswith("<ionmon-day.20")
    assert "error budget is left" in mail.message["Subject"]
