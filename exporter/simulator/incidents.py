"""What can go wrong in the simulated world, by name, and when: incidents, episodes, scenarios."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Aspect(StrEnum):
    """What an incident changes, and in what its magnitude is measured."""

    TRAFFIC = "traffic"  # factor on requests
    ERRORS = "errors"  # share of requests that end with 5xx
    LATENCY = "latency"  # mean in ms
    REPLICA_LAG = "replica_lag"  # seconds
    HIT_RATE = "hit_rate"  # share of L2 cache reads that hit
    CPU = "cpu"  # used by allocated
    MEMORY = "memory"  # used by allocated
    INSTANCES = "instances"  # factor on container instances, every other minute
    DEPLOY = "deploy"  # share of traffic that a new revision takes


@dataclass(frozen=True, slots=True)
class Effect:
    """One aspect brought to a magnitude, in one region or, where `region` is empty, in all."""

    aspect: Aspect
    magnitude: float
    region: str = ""


@dataclass(frozen=True, slots=True)
class SimulatedIncident:
    """A failure, with its effects."""

    name: str
    description: str
    effects: tuple[Effect, ...]


_EU = "europe-west1"
_LIST = (
    SimulatedIncident(
        "error_burst", "4.2 % of europe-west1's requests fail", (Effect(Aspect.ERRORS, 0.042, _EU),)
    ),
    SimulatedIncident(
        "latency", "p95 of europe-west1 rises to 300 ms", (Effect(Aspect.LATENCY, 270.0, _EU),)
    ),
    SimulatedIncident(
        "replica_lag",
        "both database replicas are 900 ms behind",
        (Effect(Aspect.REPLICA_LAG, 0.9),),
    ),
    SimulatedIncident(
        "cold_cache", "the L2 cache's hit rate falls to 55 %", (Effect(Aspect.HIT_RATE, 0.55),)
    ),
    SimulatedIncident("cpu", "containers use 92 % of their CPU", (Effect(Aspect.CPU, 0.92),)),
    SimulatedIncident(
        "memory", "containers use 91 % of their memory", (Effect(Aspect.MEMORY, 0.91),)
    ),
    SimulatedIncident(
        "region_outage",
        "europe-west1 loses four fifths of its traffic and fails nine tenths of the rest",
        (
            Effect(Aspect.TRAFFIC, 0.2, _EU),
            Effect(Aspect.ERRORS, 0.9, _EU),
            Effect(Aspect.INSTANCES, 0.25, _EU),
        ),
    ),
    SimulatedIncident(
        "traffic_to_zero", "no request arrives anywhere", (Effect(Aspect.TRAFFIC, 0.0),)
    ),
    SimulatedIncident(
        "deploy_gone_wrong",
        "a new revision fails 8 % of its requests and is slow; then it is rolled back",
        (
            Effect(Aspect.DEPLOY, 1.0),
            Effect(Aspect.ERRORS, 0.08),
            Effect(Aspect.LATENCY, 150.0),
        ),
    ),
    SimulatedIncident("instance_churn", "containers come and go", (Effect(Aspect.INSTANCES, 2.0),)),
)
INCIDENTS: dict[str, SimulatedIncident] = {incident.name: incident for incident in _LIST}


@dataclass(frozen=True, slots=True)
class Episode:
    """An incident that begins `after` minutes after the scenario and lasts `minutes`."""

    incident: SimulatedIncident
    after: int = 3
    minutes: int = 15


@dataclass(frozen=True, slots=True)
class Scenario:
    """Episodes under one name."""

    name: str
    description: str
    episodes: tuple[Episode, ...] = ()


def _scenarios() -> dict[str, Scenario]:
    single = [Scenario(i.name, i.description, (Episode(i),)) for i in _LIST]
    drill = tuple(Episode(i, 3 + 30 * n) for n, i in enumerate(_LIST))
    calm = Scenario("calm", "nothing goes wrong")
    every = Scenario("drill", "every incident, one after another, 15 quiet minutes between", drill)
    return {scenario.name: scenario for scenario in (calm, every, *single)}


SCENARIOS = _scenarios()
CALM = SCENARIOS["calm"]


@dataclass(frozen=True, slots=True)
class IncidentSpan:
    """An incident from the minute after `begin` to the minute `end`."""

    begin: int
    end: int
    incident: SimulatedIncident


class Timeline:
    """A scenario laid on absolute minutes; minute m is the minute that ends at 60 m seconds."""

    def __init__(self, scenario: Scenario, start: float) -> None:
        first = int(start // 60)
        self.spans = tuple(
            IncidentSpan(first + e.after, first + e.after + e.minutes, e.incident)
            for e in scenario.episodes
        )

    def add(self, incident: SimulatedIncident, after: int, minutes: int) -> IncidentSpan:
        """Let an incident begin with the minute after one, beside what goes on."""
        found = IncidentSpan(after, after + minutes, incident)
        self.spans = (*self.spans, found)  # replaced at once: other threads read them
        return found

    def end(self, minute: int) -> None:
        """Let nothing go on after a minute."""
        ended = (replace(span, end=min(span.end, minute)) for span in self.spans)
        self.spans = tuple(span for span in ended if span.begin < span.end)

    def active(self, minute: int) -> tuple[SimulatedIncident, ...]:
        """Return the incidents that go on in a minute."""
        return tuple(span.incident for span in self.spans if span.begin < minute <= span.end)

    def began(self, aspect: Aspect, minute: int) -> int | None:
        """Return the minute before an incident that changes an aspect; None where none goes on."""
        for span in self.spans:
            effects = span.incident.effects
            if span.begin < minute <= span.end and any(e.aspect is aspect for e in effects):
                return span.begin
        return None

    def level(self, aspect: Aspect, region: str, minute: int) -> float | None:
        """Return the magnitude to which an incident brings an aspect; None where none does."""
        for incident in self.active(minute):
            for effect in incident.effects:
                if effect.aspect is aspect and effect.region in ("", region):
                    return effect.magnitude
        return None
