"""How Alertmanager and Prometheus reach the bridge: its address, token and authority."""

from typing import Any

from exporter.settings import BridgeSettings, NotificationSettings

Body = dict[str, Any]
PATH = "/alerts"


def webhook(at: NotificationSettings) -> Body:
    """Return an entry of `webhook_configs` that posts to the bridge; paths are the server's."""
    bridge = at.active_bridge or BridgeSettings()
    body: Body = {"send_resolved": True, "url": f"{bridge.scheme}://{bridge.address}{PATH}"}
    access = client(bridge)
    return {**body, "http_config": access} if access else body


def client(bridge: BridgeSettings) -> Body:
    """Return the token and the authority, in the keys that both servers have for them."""
    body: Body = {}
    if bridge.credentials_file is not None:
        body["authorization"] = {"credentials_file": str(bridge.credentials_file)}
    if bridge.ca_file is not None:
        body["tls_config"] = {"ca_file": str(bridge.ca_file)}
    return body


def scraped(at: NotificationSettings) -> Body:
    """Return the keys of a scrape configuration beside its name and its targets."""
    bridge = at.active_bridge or BridgeSettings()
    scheme: Body = {"scheme": "https"} if bridge.tls else {}
    return {**scheme, **client(bridge)}
