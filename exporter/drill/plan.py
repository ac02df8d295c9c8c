"""What a drill sends, and whom it reaches: one alert for each severity of each team.

An alert of a drill is taken by the routes that a real one of its severity and team is taken by, but
for routes of single alerts' names. What its message says is that nothing is wrong.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from exporter.catalog.alert_names import (
    DRILL,
    DRILL_LABEL,
    JOURNAL_RECEIVER,
    PAGERDUTY_RECEIVER,
    SENTRY_RECEIVER,
)
from exporter.drill.matching import Labels
from exporter.drill.routes import EVERY_LABEL, RunningConfig, RunningRoute
from exporter.errors import IonmonError

SEVERITY, TEAM = "severity", "team"
_BRIDGE_RECEIVERS = (JOURNAL_RECEIVER, PAGERDUTY_RECEIVER, SENTRY_RECEIVER)
_HIDDEN = "<secret>"
_CONFIGS = "_configs"
_TARGETS = ("channel", "to", "url", "room_id", "chat_id", "topic_arn")


class NoDrill(IonmonError):
    """A drill that would reach nobody; the text says why, and what can be asked for."""


@dataclass(frozen=True, slots=True)
class DrillRequest:
    """Which alerts are asked for; all severities and all teams where none is named.

    An empty team is everybody who has no channels of a team's own.
    """

    severities: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()


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
    def is_sentry(self) -> bool:
        """Whether the bridge passes on to Sentry what this entry brings it."""
        return self.to_bridge and _last_word(self.receiver) == SENTRY_RECEIVER


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillAlert:
    """A test alert, and what it reaches."""

    severity: str
    team: str
    labels: Labels
    annotations: Mapping[str, str]
    channels: tuple[DrilledChannel, ...]

    @property
    def name(self) -> str:
        """How people name it."""
        return f"{self.severity}, team {self.team}" if self.team else self.severity


@dataclass(frozen=True, slots=True)
class DrillPlan:
    """The alerts of a drill, in their order, and its id."""

    id: str
    alerts: tuple[DrillAlert, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillOccasion:
    """Which drill it is, when (Unix seconds), who began it, and where the bridge listens."""

    id: str
    at: float
    who: str
    bridge: str | None


def plan(config: RunningConfig, asked: DrillRequest, occasion: DrillOccasion) -> DrillPlan:
    """Return the alerts that reach what is asked for. Raises NoDrill."""
    known = tuple(dict.fromkeys(config.root.values(SEVERITY)))
    _check("severity", asked.severities, known)
    teams = ("", *dict.fromkeys(config.root.values(TEAM)))
    _check("team", asked.teams, teams)
    alerts = (
        _alert(config, severity, team, occasion)
        for severity in asked.severities or known
        for team in asked.teams or teams
    )
    return DrillPlan(occasion.id, tuple(_each_once(alerts)))


def _check(what: str, asked: Sequence[str], known: Sequence[str]) -> None:
    unknown = next((one for one in asked if one not in known), None)
    if unknown is not None or not known:
        named = ", ".join(filter(None, known)) or "none"
        text = f"--{what} {unknown or ''}".strip()
        raise NoDrill(f"{text}: Alertmanager routes no such {what}; it routes: {named}")


def _each_once(alerts: Iterator[DrillAlert]) -> Iterator[DrillAlert]:
    """Leave out an alert that reaches what another one has reached: nobody is notified twice."""
    seen: set[str] = set()
    for alert in alerts:
        reached = {channel.receiver for channel in alert.channels} - {JOURNAL_RECEIVER}
        if not reached or reached - seen:
            yield alert
        seen |= reached


def _alert(config: RunningConfig, severity: str, team: str, occasion: DrillOccasion) -> DrillAlert:
    labels = {"alertname": DRILL, SEVERITY: severity, DRILL_LABEL: occasion.id}
    labels |= {TEAM: team} if team else {}
    labels = _apart(config.root, labels, occasion.id)
    channels = (
        channel
        for route in config.root.taken_by(labels)
        for channel in _channels(config, route, occasion)
    )
    return DrillAlert(
        severity=severity,
        team=team,
        labels=labels,
        annotations=_annotations(severity, team, occasion.who),
        channels=tuple(channels),
    )


def _apart(root: RunningRoute, labels: dict[str, str], own: str) -> dict[str, str]:
    """Return labels that no group shares with another drill's, whose interval it would wait for."""
    before = [route.receiver for route in root.taken_by(labels)]
    for route in root.taken_by(labels):
        free = [name for name in route.group_by if name not in (*labels, TEAM)]
        is_apart = any(labels.get(name) == own for name in route.group_by)
        if is_apart or EVERY_LABEL in route.group_by or not free:
            continue
        name = "region" if "region" in free else free[0]
        more = {**labels, name: own}
        if [found.receiver for found in root.taken_by(more)] == before:
            labels = more
    return labels


def _annotations(severity: str, team: str, who: str) -> dict[str, str]:
    of = f"{severity} alerts of {team}" if team else f"{severity} alerts"
    return {
        "summary": f"Drill, nothing is wrong: test of who is notified of {of}",
        "problem": "Drill, nothing is wrong",
        "ended": f"Drill, nothing was wrong: test of who is notified of {of}",
        "description": f"This is a drill: {who} tests with ionmon drill who is notified of {of}. "
        "Nothing is wrong, and nothing is to be done.",
    }


def _channels(
    config: RunningConfig, route: RunningRoute, occasion: DrillOccasion
) -> Iterator[DrilledChannel]:
    for kind, entries in config.receivers.get(route.receiver, {}).items():
        if not kind.endswith(_CONFIGS):
            continue
        for entry in entries or ():
            own = _is_bridge(route.receiver, str(entry.get("url", "")), occasion.bridge)
            own = own and kind == f"webhook{_CONFIGS}"
            yield DrilledChannel(
                receiver=route.receiver,
                integration=kind.removesuffix(_CONFIGS),
                target=_bridge_target(route.receiver) if own else _target(entry),
                to_bridge=own,
                group_wait=route.group_wait,
                group_interval=route.group_interval,
                tells_end=bool(entry.get("send_resolved", True)),
                muted_by=config.muting(route, occasion.at),
            )


def _is_bridge(receiver: str, url: str, bridge: str | None) -> bool:
    """Whether a webhook is the bridge's; newer Alertmanagers do not show where one leads."""
    if bridge is None:
        return False
    return url == bridge or (url == _HIDDEN and _last_word(receiver) in _BRIDGE_RECEIVERS)


def _bridge_target(receiver: str) -> str:
    is_sentry = _last_word(receiver) == SENTRY_RECEIVER
    return "Sentry, through the bridge" if is_sentry else "the bridge"


def _target(entry: Mapping[str, object]) -> str:
    found = (str(entry[name]) for name in _TARGETS if entry.get(name))
    return next((text for text in found if text != _HIDDEN), "")


def _last_word(receiver: str) -> str:
    return receiver.rpartition("-")[2]
