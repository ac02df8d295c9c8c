"""Models of what incidents change in databases and caches: replica lag, hits, misses, states."""

from collections.abc import Iterator

from exporter.simulator import deployment
from exporter.simulator.incidents import Aspect
from exporter.simulator.requests import Model
from exporter.simulator.traffic import Traffic
from exporter.simulator.truth import Labels, TruthReading

SQL, REDIS = "cloudsql.googleapis.com/database/", "redis.googleapis.com/"
STATES = (
    "RUNNING",
    "SUSPENDED",
    "RUNNABLE",
    "PENDING_CREATE",
    "MAINTENANCE",
    "FAILED",
    "UNKNOWN_STATE",
)
PRIMARY_ROLE = deployment.labels(role="primary")


def replica_lag(traffic: Traffic, minute: int) -> Iterator[TruthReading]:
    """Yield how far each replica is behind, in seconds."""
    for resource in deployment.REPLICAS:
        region = deployment.REGION[dict(resource)["region"]]
        lag = traffic.level(Aspect.REPLICA_LAG, region.name, minute, region.lag)
        yield TruthReading((), resource, lag)


def states(values: tuple[str, ...], resources: tuple[Labels, ...]) -> Model:
    """Return the model of a state: one series a state, the first of them true."""

    def model(_traffic: Traffic, _minute: int) -> Iterator[TruthReading]:
        for resource in resources:
            for value in values:
                yield TruthReading(deployment.labels(state=value), resource, value == values[0])

    return model


def keyspace(which: int, resource: Labels, share: float) -> Model:
    """Return the model of hits (0) or misses (1) of a cache that takes a share of the reads."""

    def model(traffic: Traffic, minute: int) -> Iterator[TruthReading]:
        yield TruthReading(PRIMARY_ROLE, resource, int(traffic.hits(minute)[which] * share))

    return model


def _keyspace(
    tree: str, words: tuple[str, str], kind: str, share: float
) -> dict[tuple[str, str], Model]:
    resource = deployment.RESOURCES[kind][0]
    return {(f"{tree}{word}", kind): keyspace(i, resource, share) for i, word in enumerate(words)}


_TOTALS = ("stats/total_keyspace_hits_count", "stats/total_keyspace_misses_count")
MODELS: dict[tuple[str, str], Model] = {
    (f"{SQL}replication/replica_lag", "cloudsql_database"): replica_lag,
    (f"{SQL}replication/state", "cloudsql_database"): states(
        ("Running", "Stopped", "Error"), deployment.REPLICAS
    ),
    (f"{SQL}instance_state", "cloudsql_database"): states(STATES, deployment.DATABASES),
    **_keyspace(REDIS, ("stats/keyspace_hits", "stats/keyspace_misses"), "redis_instance", 1.0),
    **_keyspace(f"{REDIS}cluster/", _TOTALS, "redis.googleapis.com/Cluster", 0.1),
    **_keyspace(
        "memorystore.googleapis.com/instance/", _TOTALS, "memorystore.googleapis.com/Instance", 0.1
    ),
}
