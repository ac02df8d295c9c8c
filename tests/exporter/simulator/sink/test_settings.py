"""Settings whose channels lead to a sink."""

from pathlib import Path
from typing import Any

import yaml

from exporter.settings import Settings
from exporter.settings.secrets import secret_files
from exporter.simulator.sink.settings import SinkPorts, directed, write_secrets

ROOT = Path(__file__).parents[4]
TEAM = {
    "shop": {
        "owner": "checkout",
        "notifications": {
            "slack": {"webhook_url_file": "/etc/shop-slack", "channel": "#shop"},
            "pagerduty": {"routing_key_file": "/etc/shop-key"},
            "webhook": {"url": "https://real.example.com"},
        },
    }
}


def own(given: dict[str, Any], home: Path) -> Settings:
    """Return settings that lead to a sink, with secrets below `home`."""
    return Settings.model_validate(directed(given, SinkPorts(), home))


def test_nothing_real_is_named(tmp_path: Path) -> None:
    """Every secret is a file of the sink's, with content of the right form, for teams too."""
    given = yaml.safe_load((ROOT / "examples/reference.yaml").read_text())
    given["services"] = TEAM
    before = repr(given)
    settings = own(given, tmp_path)
    write_secrets(tmp_path, SinkPorts())
    files = secret_files(settings)
    assert {file.path.name for file in files} == {"slack", "pagerduty", "sentry", "bridge"}
    for file in files:
        content = file.path.read_text()
        assert file.path.stat().st_mode & 0o777 == 0o600
        assert "127.0.0.1:9843" in content or content == "0" * 32
    assert settings.notifications.email
    assert settings.notifications.email.smarthost == "127.0.0.1:9844"
    assert settings.services["shop"].notifications.webhook is None
    for at in (settings.notifications, settings.services["shop"].notifications):
        assert at.pagerduty
        assert at.pagerduty.url == "http://127.0.0.1:9843/pagerduty"
    assert repr(given) == before


def test_who_is_notified_stays(tmp_path: Path) -> None:
    """Channels, people and times are those of the settings; what is left out stays out."""
    given = {"notifications": {"slack": {"webhook_url_file": "/x", "channel": "#mine"}}}
    at = own(given, tmp_path).notifications
    assert at.slack
    assert at.slack.channel == "#mine"
    assert (at.email, at.pagerduty, at.sentry, at.heartbeat) == (None, None, None, None)
    assert at.active_bridge


def test_the_sink_is_reached_by_the_oldest_alertmanager(tmp_path: Path) -> None:
    """What needs a newer Alertmanager is left out, as the sink's own is Debian's."""
    newest = ROOT / "tests" / "data" / "settings" / "good" / "newest.yaml"
    settings = own(yaml.safe_load(newest.read_text()), tmp_path)
    assert settings.alertmanager.version == "0.25"
    team = settings.services["checkout"].notifications
    for at in (settings.notifications, team):
        assert at.slack
        assert (at.slack.webhook_url_file, at.slack.app_token_file) == (Path("slack"), None)
        assert (at.msteams, at.webhook) == (None, None)
