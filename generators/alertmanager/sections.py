"""The mappings of an alertmanager.yml, each with the section of `known_fields` that it is."""

from collections.abc import Iterator
from typing import Any

from generators.alertmanager.known_fields import INTEGRATIONS

Body = dict[str, Any]
Found = tuple[str, Body]


def sections(config: Body) -> Iterator[Found]:
    """Yield every mapping whose fields are known, from the outside in."""
    yield "alertmanager.yml", config
    yield "global", config.get("global", {})
    yield from _routes(config.get("route", {}))
    for rule in config.get("inhibit_rules", []):
        yield "inhibit_rule", rule
    for interval in config.get("time_intervals", []):
        yield "time_interval", interval
        for times in interval.get("time_intervals", []):
            yield "times", times
    for receiver in config.get("receivers", []):
        yield from _receiver(receiver)
    if "event_recorder" in config:
        yield from _recorder(config["event_recorder"])


def _routes(route: Body) -> Iterator[Found]:
    yield "route", route
    for below in route.get("routes", []):
        yield from _routes(below)


def _receiver(receiver: Body) -> Iterator[Found]:
    yield "receiver", receiver
    for name in INTEGRATIONS:
        for entry in receiver.get(name, []):
            yield name, entry
            for part in ("actions", "fields", "links", "images"):
                for item in entry.get(part, []):
                    yield f"{name}.{part}", item
            yield "http_config", entry.get("http_config", {})


def _recorder(recorder: Body) -> Iterator[Found]:
    yield "event_recorder", recorder
    for output in recorder.get("webhook_outputs", []):
        yield "event_recorder.webhook_outputs", output
        yield "http_config", output.get("http_config", {})
