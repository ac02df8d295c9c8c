"""The entries of receivers that a route leads to: how each notifies whom, and if it may now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from exporter.drill.routes import RunningConfig, RunningRoute

_HIDDEN = "<secret>"
_BRIDGE, _SENTRY = "the bridge", "Sentry, through the bridge"
_CONFIGS = "_configs"
_WEBHOOKS = f"webhook{_CONFIGS}"
_TARGETS = ("channel", "to", "room_id", "chat_id", "topic_arn")


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeReceivers:
    """Where ionmon's own bridge takes webhooks, and the names of receivers that post there.

    to_sentry  those whose alerts the bridge passes on
    others     those of the journal and of PagerDuty's groups
    """

    url: str
    to_sentry: frozenset[str]
    others: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrilledChannel:
    """An entry of a receiver that an alert reaches; times are seconds.

    target     whom it notifies, as far as the configuration shows it
    to_bridge  whether it is a webhook of ionmon's own bridge
    is_sentry  whether the bridge passes on to Sentry what it brings
    tells_end  whether it is notified of the end, too
    muted_by   the time interval that mutes it now, or nothing
    """

    receiver: str
    integration: str
    target: str
    to_bridge: bool
    group_wait: float
    group_interval: float
    is_sentry: bool = False
    tells_end: bool = True
    muted_by: str = ""

    @property
    def is_mixed(self) -> bool:
        """Whether Alertmanager may count webhooks that the bridge takes with this one's."""
        return self.integration == "webhook" and not self.to_bridge


def channels(
    config: RunningConfig, route: RunningRoute, bridge: BridgeReceivers | None, at: float
) -> Iterator[DrilledChannel]:
    """Yield what a route notifies at a Unix time. Raises RouteUnknown."""
    for kind, entries in config.receivers.get(route.receiver, {}).items():
        if not kind.endswith(_CONFIGS):
            continue
        for entry in entries or ():
            url = str(entry.get("url", ""))
            own = kind == _WEBHOOKS and _is_bridge(route.receiver, url, bridge)
            is_sentry = own and bridge is not None and route.receiver in bridge.to_sentry
            yield DrilledChannel(
                receiver=route.receiver,
                integration=kind.removesuffix(_CONFIGS),
                target=_SENTRY if is_sentry else _BRIDGE if own else _target(kind, entry),
                to_bridge=own,
                is_sentry=is_sentry,
                group_wait=route.group_wait,
                group_interval=route.group_interval,
                tells_end=bool(entry.get("send_resolved", True)),
                muted_by=config.muting(route, at),
            )


def _is_bridge(receiver: str, url: str, bridge: BridgeReceivers | None) -> bool:
    """Whether a webhook is the bridge's; newer Alertmanagers do not show where one leads."""
    if bridge is None:
        return False
    return url == bridge.url or (url == _HIDDEN and receiver in bridge.to_sentry | bridge.others)


def _target(kind: str, entry: Mapping[str, object]) -> str:
    names = ("url",) if kind == _WEBHOOKS else _TARGETS
    found = (str(entry[name]) for name in names if entry.get(name))
    return next((text for text in found if text != _HIDDEN), "")
