"""What a drill sends, and whom it reaches: one alert for each severity of each team.

An alert of a drill is taken by the routes that a real one of its severity and team is taken by, but
for routes of single alerts' names. What its message says is that nothing is wrong.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from exporter.catalog.alert_names import DRILL, DRILL_LABEL, JOURNAL_RECEIVER
from exporter.drill.matching import Labels, RouteUnknown
from exporter.drill.reached import BridgeReceivers, DrilledChannel, channels
from exporter.drill.routes import EVERY_LABEL, RunningConfig, RunningRoute
from exporter.errors import IonmonError

SEVERITY, TEAM = "severity", "team"


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
class DrillAlert:
    """A test alert, and what it reaches.

    unknown  why that cannot be judged, so that it is not sent; empty where it can
    """

    severity: str
    team: str
    labels: Labels
    annotations: Mapping[str, str]
    channels: tuple[DrilledChannel, ...]
    unknown: str = ""

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
    """Which drill it is, when (Unix seconds), who began it, and the bridge, where there is one."""

    id: str
    at: float
    who: str
    bridge: BridgeReceivers | None


def plan(config: RunningConfig, request: DrillRequest, occasion: DrillOccasion) -> DrillPlan:
    """Return the alerts that reach what is asked for. Raises NoDrill."""
    known = tuple(dict.fromkeys(config.root.values(SEVERITY)))
    _check("severity", request.severities, known)
    teams = ("", *dict.fromkeys(config.root.values(TEAM)))
    _check("team", request.teams, teams)
    alerts = (
        _alert(config, severity, team, occasion)
        for severity in request.severities or known
        for team in request.teams or teams
    )
    return DrillPlan(occasion.id, tuple(_each_once(alerts)))


def _check(what: str, request: Sequence[str], known: Sequence[str]) -> None:
    unknown = next((one for one in request if one not in known), None)
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
    own = "-".join(filter(None, (occasion.id, severity, team)))
    reached: tuple[DrilledChannel, ...] = ()
    unknown = ""
    try:
        labels = _apart(config.root, labels, own)
        reached = _reached(config, labels, occasion)
    except RouteUnknown as error:
        unknown = str(error)
    return DrillAlert(
        severity=severity,
        team=team,
        labels=labels,
        annotations=_annotations(severity, team, occasion.who),
        channels=reached,
        unknown=unknown,
    )


def _reached(
    config: RunningConfig, labels: Labels, occasion: DrillOccasion
) -> tuple[DrilledChannel, ...]:
    return tuple(
        channel
        for route in config.root.taken_by(labels)
        for channel in channels(config, route, occasion.bridge, occasion.at)
    )


def _apart(root: RunningRoute, labels: dict[str, str], own: str) -> dict[str, str]:
    """Return labels that no group shares with another alert's, whose interval it would wait for."""
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
