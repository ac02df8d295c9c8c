"""Entries of receivers are told apart by the names that the settings give them."""

import pytest

from exporter.drill.reached import BridgeReceivers, DrilledChannel, channels
from exporter.drill.routes import RunningConfig, RunningRoute

URL, HIDDEN = "http://127.0.0.1:9842/alerts", "<secret>"
BRIDGE = BridgeReceivers(
    url=URL, to_sentry=frozenset({"low-sentry"}), others=frozenset({"journal"})
)


def reached(receiver: str, url: str) -> DrilledChannel:
    """Return the one webhook of a receiver."""
    route = RunningRoute(receiver=receiver, group_by=(), group_wait=5, group_interval=60)
    receivers = {receiver: {"name": receiver, "webhook_configs": [{"url": url}]}}
    (found,) = channels(RunningConfig("0.35.0", route, receivers, {}), route, BRIDGE, 0.0)
    return found


@pytest.mark.parametrize(
    ("receiver", "url", "to_bridge", "target"),
    [
        ("low-sentry", URL, True, "Sentry, through the bridge"),
        ("low-sentry", HIDDEN, True, "Sentry, through the bridge"),
        ("journal", HIDDEN, True, "the bridge"),
        ("mine", URL, True, "the bridge"),
        ("our-sentry", HIDDEN, False, ""),
        ("high-webhook", "http://hooks", False, "http://hooks"),
    ],
)
def test_the_bridges_webhooks(receiver: str, url: str, to_bridge: bool, target: str) -> None:
    """By its address, or where a newer Alertmanager hides that, by a name of the settings.

    A name that only ends alike is another's.
    """
    found = reached(receiver, url)
    assert (found.to_bridge, found.target) == (to_bridge, target)
    assert found.is_sentry is (receiver == "low-sentry")
