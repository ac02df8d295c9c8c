"""What the simulated service's own code sees of a minute: a five-hundredth of all requests."""

from dataclasses import dataclass

from exporter.simulator import deployment
from exporter.simulator.chance import unit
from exporter.simulator.deployment import Region
from exporter.simulator.incidents import Aspect
from exporter.simulator.traffic import Traffic

SAMPLE = 500
L1_HIT_RATE = 0.64
PERSONAS = (("Lua", 0.4, 0.88), ("Elro", 0.3, 0.84), ("Riri", 0.2, 0.79), ("Nana", 0.1, 0.91))
FEATURES = (("chat", 0.55), ("recommendations", 0.3), ("bulk_import", 0.1), ("export", 0.05))
USERS_A_MINUTE, KNOWN_USERS = 120, 2_000
DECISIONS_A_MINUTE = 60


@dataclass(frozen=True, slots=True)
class RequestGroup:
    """So many requests of an endpoint that ended with a status, each after some seconds."""

    endpoint: str
    status: int
    number: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """A minute of a region."""

    visits: tuple[RequestGroup, ...]
    l1_hits: int
    l1_misses: int
    l1_evictions: int
    decisions: tuple[tuple[str, float], ...]
    users: tuple[str, ...]
    features: tuple[tuple[str, int], ...]
    queries: tuple[float, ...]
    pool: tuple[int, int, int]

    @property
    def requests(self) -> int:
        """All requests of the minute."""
        return sum(visit.number for visit in self.visits)


def business(traffic: Traffic, region: Region, minute: int) -> Business:
    """Return what the code sees of a minute, from seed and minute alone."""
    visits = tuple(_visits(traffic, region, minute))
    requests = sum(visit.number for visit in visits)
    hits = traffic.rounded(requests * L1_HIT_RATE, minute, region.name, "l1")
    busy = min(20, 4 + requests // 100)
    return Business(
        visits=visits,
        l1_hits=hits,
        l1_misses=requests - hits,
        l1_evictions=(requests - hits) // 20,
        decisions=tuple(_decisions(region, minute, requests)),
        users=tuple(_users(region, minute, requests)),
        features=tuple((name, int(requests * share)) for name, share in FEATURES),
        queries=tuple(0.002 + 0.004 * unit(region.name, minute, "query", n) for n in range(20)),
        pool=(busy, 20 - busy, 20),
    )


def _visits(traffic: Traffic, region: Region, minute: int) -> list[RequestGroup]:
    """Split a sample of the region's requests by endpoint and status."""
    codes: dict[str, int] = {}
    for request in traffic.requests(region, minute):
        codes[request.code] = codes.get(request.code, 0) + request.number
    mean = traffic.level(Aspect.LATENCY, region.name, minute, region.mean) / 1e3
    found = []
    for endpoint, share in deployment.PATHS:
        for code, number in sorted(codes.items()):
            expected = number * share / SAMPLE
            count = traffic.rounded(expected, minute, region.name, endpoint, code, "app")
            if count:
                found.append(RequestGroup(endpoint, int(code), count, mean))
    return found


def _decisions(region: Region, minute: int, requests: int) -> list[tuple[str, float]]:
    """Return personas and confidences of some routing decisions; none without requests."""
    found = []
    for number in range(min(DECISIONS_A_MINUTE, requests)):
        drawn, name, sure = unit(region.name, minute, "persona", number), "", 0.0
        for persona, share, confidence in PERSONAS:
            name, sure = persona, confidence
            drawn -= share
            if drawn < 0:
                break
        spread = 0.08 * (2 * unit(region.name, minute, "sure", number) - 1)
        found.append((name, sure + spread))
    return found


def _users(region: Region, minute: int, requests: int) -> list[str]:
    return [
        f"{region.name}-{int(unit(region.name, minute, 'user', n) * KNOWN_USERS)}"
        for n in range(min(USERS_A_MINUTE, requests))
    ]
