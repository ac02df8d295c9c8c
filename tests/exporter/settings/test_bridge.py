"""The settings of the bridge."""

from typing import Any

import pytest
from pydantic import ValidationError

from exporter.settings import NotificationSettings, Settings

SENTRY = {"dsn_file": "sentry"}


def section(**notifications: Any) -> NotificationSettings:
    """Return the section on notifications."""
    return Settings(notifications=notifications).notifications


def test_where_there_is_a_bridge() -> None:
    """Its section, or Sentry's alone, makes one; Sentry's key is its address then."""
    assert section().active_bridge is None
    alone = section(sentry={**SENTRY, "bridge": "10.0.0.9:1"}).active_bridge
    own = section(sentry=SENTRY, bridge={"address": "10.0.0.8:1"}).active_bridge
    assert alone is not None
    assert own is not None
    assert (alone.address, own.address, own.scheme) == ("10.0.0.9:1", "10.0.0.8:1", "http")


@pytest.mark.parametrize(
    ("notifications", "text"),
    [
        (
            {"sentry": {**SENTRY, "bridge": "h:1"}, "bridge": {"address": "h:2"}},
            r"not that of notifications\.sentry\.bridge, h:1; remove that key",
        ),
        ({"bridge": {"ca_file": "/ca.pem"}}, "set tls: true"),
        ({"bridge": {"user_header": "X-User"}}, "trusted_proxies is empty"),
        ({"bridge": {"user_header": "X User", "trusted_proxies": ["10.0.0.1"]}}, "no name of a he"),
        ({"bridge": {"trusted_proxies": ["proxy"]}}, "no address or network"),
        ({"bridge": {"keep": "7d"}}, "write at least 8d"),
        ({"bridge": {"max_alerts": 10}}, "greater than or equal to 1000"),
        ({"bridge": {"url": "alerts.example.com"}}, "no web address"),
    ],
)
def test_what_cannot_be_is_refused(notifications: dict[str, Any], text: str) -> None:
    """Each error says what is wrong with which key."""
    with pytest.raises(ValidationError, match=text):
        section(**notifications)


def test_paths_are_the_servers() -> None:
    """The token is below secrets_dir, as that of any channel."""
    bridge = section(bridge={"credentials_file": "token"}).on_server().active_bridge
    assert bridge is not None
    assert str(bridge.credentials_file) == "/etc/alertmanager/secrets/token"
