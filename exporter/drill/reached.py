"""The entries of receivers that a route leads to: how each notifies whom, and if it may now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from exporter.catalog.alert_names import JOURNAL_RECEIVER, PAGERDUTY_RECEIVER, SENTRY_RECEIVER
from exporter.drill.routes import RunningConfig, RunningRoute

_BRIDGE_RECEIVERS = (JOURNAL_RECEIVER, PAGERDUTY_RECEIVER, SENTRY_RECEIVER)
_HIDDEN = "<secret>"
_CONFIGS = "_configs"
_WEBHOOKS = f"webhook{_CONFIGS}"
_TARGETS = ("channel", "to", "room_id", "chat_id", "topic_arn")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrilledChannel:
    """An entry of a receiver that an alert reaches; times are seconds.

    target     whom it notifies, as far as the configuration shows it
    to_bridge  whether it is a webhook of ionmon's own bridge
    tells_end  whether it is notified of the end, too
    muted_by   the time interval that mutes it now, or nothing
    """

    receiver: str
    integration: str
    target: str
    to_bridge: bool
    group_wait: float
    group_interval: float
    tells_end: bool = True
    muted_by: str = ""

    @property
    def is_mixed(self) -> bool:
        """Whether Alertmanager may count webhooks that the bridge takes with this one's."""
        return self.integration == "webhook" and not self.to_bridge

    @property
    def is_sentry(self) -> bool:
        """Whether the bridge passes on to Sentry what this entry brings it."""
        return self.to_bridge and _last_word(self.receiver) == SENTRY_RECEIVER


def channels(
    config: RunningConfig, route: RunningRoute, bridge: str | None, at: float
) -> Iterator[DrilledChannel]:
    """Yield what a route notifies at a Unix time; `bridge` is where the bridge takes webhooks."""
    for kind, entries in config.receivers.get(route.receiver, {}).items():
        if not kind.endswith(_CONFIGS):
            continue
        for entry in entries or ():
            own = kind == _WEBHOOKS and _is_bridge(
                route.receiver, str(entry.get("url", "")), bridge
            )
            yield DrilledChannel(
                receiver=route.receiver,
                integration=kind.removesuffix(_CONFIGS),
                target=_bridge_target(route.receiver) if own else _target(kind, entry),
                to_bridge=own,
                group_wait=route.group_wait,
                group_interval=route.group_interval,
                tells_end=bool(entry.get("send_resolved", True)),
                muted_by=config.muting(route, at),
            )


def _is_bridge(receiver: str, url: str, bridge: str | None) -> bool:
    """Whether a webhook is the bridge's; newer Alertmanagers do not show where one leads."""
    if bridge is None:
        return False
    return url == bridge or (url == _HIDDEN and _last_word(receiver) in _BRIDGE_RECEIVERS)


def _bridge_target(receiver: str) -> str:
    is_sentry = _last_word(receiver) == SENTRY_RECEIVER
    return "Sentry, through the bridge" if is_sentry else "the bridge"


def _target(kind: str, entry: Mapping[str, object]) -> str:
    names = ("url",) if kind == _WEBHOOKS else _TARGETS
    found = (str(entry[name]) for name in names if entry.get(name))
    return next((text for text in found if text != _HIDDEN), "")


def _last_word(receiver: str) -> str:
    return receiver.rpartition("-")[2]
