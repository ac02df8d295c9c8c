"""How Alertmanager and Prometheus reach the bridge: its address, token and authority."""

from typing import Any

from exporter.settings import BridgeSettings, NotificationSettings
from exporter.settings.versions import EVENT_BATCHES, NAMED_OUTPUTS, has

Body = dict[str, Any]
PATH, EVENTS_PATH = "/alerts", "/events"


def webhook(at: NotificationSettings) -> Body:
    """Return an entry of `webhook_configs` that posts to the bridge; paths are the server's."""
    bridge = at.active_bridge or BridgeSettings()
    return {"send_resolved": True, **_posted(bridge, PATH)}


def recorder(at: NotificationSettings, version: str) -> Body:
    """Return the event recorder's output to the bridge, for an Alertmanager that has one.

    A name is needed from the version on that knows it. Batches spare the bridge a transaction an
    event in a storm, when the recorder drops what waits behind 1,024.
    """
    named: Body = {"name": "bridge"} if has(version, NAMED_OUTPUTS) else {}
    batches: Body = {"batch": True} if has(version, EVENT_BATCHES) else {}
    posted = _posted(at.active_bridge or BridgeSettings(), EVENTS_PATH)
    return {"webhook_outputs": [{**named, **posted, **batches}]}


def _posted(bridge: BridgeSettings, path: str) -> Body:
    """Return a path of the bridge, and what it takes to be admitted."""
    url: Body = {"url": f"{bridge.scheme}://{bridge.address}{path}"}
    access = client(bridge)
    return {**url, "http_config": access} if access else url


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
