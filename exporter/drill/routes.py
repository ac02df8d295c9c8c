"""The routes that Alertmanager runs: which receivers an alert reaches, and how soon.

Alertmanager is asked for its configuration, so that what is judged is what runs, whatever lies on a
disk. It prints secrets as `<secret>`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from exporter.bridge.alertmanagers import Alertmanager, AlertmanagerFault
from exporter.drill.matching import Labels, RouteMatcher, RouteUnknown, matchers
from exporter.drill.time_intervals import contains
from exporter.settings.types import seconds

STATUS = "/api/v2/status"
EVERY_LABEL = "..."


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningRoute:
    """A route with what it inherits; times are seconds.

    muted_in, active_in  names of time intervals; a route does not inherit them
    """

    receiver: str
    group_by: tuple[str, ...]
    group_wait: float
    group_interval: float
    muted_in: tuple[str, ...] = ()
    active_in: tuple[str, ...] = ()
    goes_on: bool = False
    conditions: tuple[RouteMatcher, ...] = ()
    below: tuple["RunningRoute", ...] = ()

    def taken_by(self, labels: Labels) -> Iterator["RunningRoute"]:
        """Yield the routes below, or this one, that take an alert, as Alertmanager walks them.

        Raises RouteUnknown where a route that may take it cannot be judged.
        """
        if not all(condition.matches(labels) for condition in self.conditions):
            return
        anyone = False
        for route in self.below:
            found = list(route.taken_by(labels))
            yield from found
            anyone = anyone or bool(found)
            if found and not route.goes_on:
                break
        if not anyone:
            yield self

    def values(self, label: str) -> Iterator[str]:
        """Yield the values that this route and those below ask of a label, in their order."""
        for condition in self.conditions:
            if condition.label == label and condition.sign == "=" and condition.value:
                yield condition.value
        for route in self.below:
            yield from route.values(label)


@dataclass(frozen=True, slots=True)
class RunningConfig:
    """What an Alertmanager runs: its version, its routes, entries of receivers, time intervals."""

    version: str
    root: RunningRoute
    receivers: Mapping[str, Mapping[str, Any]]
    intervals: Mapping[str, Sequence[Mapping[str, Any]]]

    def muting(self, route: RunningRoute, at: float) -> str:
        """Return the name of the time interval that mutes a route at a Unix time, or nothing.

        Raises RouteUnknown.
        """
        for name in route.muted_in:
            if self._contains(name, at):
                return name
        active = [self._contains(name, at) for name in route.active_in]
        return "" if not active or any(active) else f"outside {', '.join(route.active_in)}"

    def _contains(self, name: str, at: float) -> bool:
        try:
            return contains(self.intervals.get(name, ()), at)
        except ValueError as error:
            text = f"the time interval {name} cannot be judged: {error}"
            raise RouteUnknown(text) from error


_DEFAULT = RunningRoute(receiver="", group_by=(), group_wait=30.0, group_interval=300.0)


def running_config(server: Alertmanager) -> RunningConfig:
    """Return what an Alertmanager runs. Raises AlertmanagerFault."""
    answer = server.get(STATUS)
    try:
        status = json.loads(answer)
        document = yaml.safe_load(status["config"]["original"])
        return _config(str(status["versionInfo"]["version"]), document)
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
        yaml.YAMLError,
    ) as error:
        text = f"{server.address}: its configuration cannot be read: {error!r:.200}"
        raise AlertmanagerFault(text) from error


def _config(version: str, document: Mapping[str, Any]) -> RunningConfig:
    named = [*(document.get("time_intervals") or ()), *(document.get("mute_time_intervals") or ())]
    return RunningConfig(
        version=version,
        root=_route(document["route"], _DEFAULT),
        receivers={entry["name"]: entry for entry in document["receivers"]},
        intervals={entry["name"]: entry["time_intervals"] for entry in named},
    )


def _route(document: Mapping[str, Any], above: RunningRoute) -> RunningRoute:
    own = replace(
        above,
        receiver=document.get("receiver") or above.receiver,
        group_by=tuple(document.get("group_by") or above.group_by),
        group_wait=_duration(document, "group_wait", above.group_wait),
        group_interval=_duration(document, "group_interval", above.group_interval),
        muted_in=tuple(document.get("mute_time_intervals") or ()),
        active_in=tuple(document.get("active_time_intervals") or ()),
        goes_on=bool(document.get("continue")),
        # Those that can be judged come first: where one of them fails, no other counts.
        conditions=tuple(sorted(matchers(document), key=lambda each: not each.is_known)),
        below=(),
    )
    return replace(own, below=tuple(_route(each, own) for each in document.get("routes") or ()))


def _duration(document: Mapping[str, Any], key: str, above: float) -> float:
    given = document.get(key)
    return above if given is None else seconds(str(given))
