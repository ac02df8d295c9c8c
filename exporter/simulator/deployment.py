"""The reference deployment: its regions with their figures, and every monitored resource."""

from dataclasses import dataclass
from functools import lru_cache

from exporter.catalog.model import CloudMonitoring
from exporter.simulator.truth import Labels

PROJECT = "ion-demo"
SERVICE = "ion-mentoring"
REQUESTS_PER_SECOND = 9270.0
CLIENT_ERRORS, SERVER_ERRORS = 0.00254, 0.00046  # 99.95 % available, a little within it
HIT_RATE = 0.823
PATHS = (("/process", 0.6), ("/recommend", 0.3), ("/bulk-process", 0.1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A region. share: of all requests; mean, sigma: of latency in ms; lag: of its replica in s."""

    name: str
    instances: int
    share: float
    mean: float
    sigma: float
    cpu: float
    memory: float
    lag: float
    continent: str
    country: str


def _shares() -> tuple[float, float, float]:
    """Return shares whose mean latency is 28.7 ms; with the sigmas below p95 is 36.4 ms."""
    us = 0.263
    eu = (us * 10.2 + (1 - us) * 44.1 - 28.7) / (44.1 - 34.8)
    return us, eu, 1 - us - eu


_US, _EU, _ASIA = _shares()
REGIONS = (
    Region(
        name="us-central1",
        instances=15,
        share=_US,
        mean=10.2,
        sigma=1.0,
        cpu=0.352,
        memory=0.425,
        lag=0.0,
        continent="America",
        country="United States",
    ),
    Region(
        name="europe-west1",
        instances=8,
        share=_EU,
        mean=34.8,
        sigma=0.734,
        cpu=0.417,
        memory=0.461,
        lag=0.047,
        continent="Europe",
        country="Germany",
    ),
    Region(
        name="asia-southeast1",
        instances=5,
        share=_ASIA,
        mean=44.1,
        sigma=1.2,
        cpu=0.334,
        memory=0.408,
        lag=0.051,
        continent="Asia",
        country="Singapore",
    ),
)
REGION = {region.name: region for region in REGIONS}


@lru_cache(maxsize=4096)
def labels(**found: str) -> Labels:
    """Return labels in the order of their names."""
    return tuple(sorted(found.items()))


@lru_cache(maxsize=1024)
def revision(region: str, name: str) -> Labels:
    """Return the resource labels of a Cloud Run revision."""
    return labels(
        project_id=PROJECT,
        location=region,
        service_name=SERVICE,
        revision_name=name,
        configuration_name=SERVICE,
    )


def _databases() -> tuple[Labels, ...]:
    rows = (
        ("ion-db", "us-central1"),
        ("ion-db-eu", "europe-west1"),
        ("ion-db-asia", "asia-southeast1"),
        ("ion-mysql", "us-central1"),
    )
    return tuple(
        labels(project_id=PROJECT, region=region, database_id=f"{PROJECT}:{name}")
        for name, region in rows
    )


DATABASES = _databases()
PRIMARY, REPLICAS, MYSQL = DATABASES[0], DATABASES[1:3], DATABASES[3]
_US_LOCATION = {"project_id": PROJECT, "location": "us-central1"}
REDIS = labels(
    project_id=PROJECT,
    region="us-central1",
    instance_id=f"projects/{PROJECT}/locations/us-central1/instances/ion-cache",
    node_id="node-0",
)


def _nodes(key: str, value: str) -> tuple[Labels, ...]:
    return tuple(
        labels(**_US_LOCATION, **{key: value}, node_id=f"node-{number}") for number in range(3)
    )


RESOURCES: dict[str, tuple[Labels, ...]] = {
    "cloud_run_job": (labels(**_US_LOCATION, job_name="ion-nightly"),),
    "cloudsql_database": DATABASES,
    "cloudsql_instance_database": (
        labels(**_US_LOCATION, resource_id=f"{PROJECT}:ion-db", database="ion"),
    ),
    "redis_instance": (REDIS,),
    "redis.googleapis.com/Cluster": (labels(**_US_LOCATION, cluster_id="ion-cluster"),),
    "redis.googleapis.com/ClusterNode": _nodes("cluster_id", "ion-cluster"),
    "memorystore.googleapis.com/Instance": (labels(**_US_LOCATION, instance_id="ion-valkey"),),
    "memorystore.googleapis.com/InstanceNode": _nodes("instance_id", "ion-valkey"),
}


@lru_cache(maxsize=64)
def rule(region: str, path: str) -> Labels:
    """Return the resource labels of a path rule of the load balancer, backend in a region."""
    return labels(
        project_id=PROJECT,
        region="global",
        url_map_name="ion-map",
        forwarding_rule_name="ion-https",
        target_proxy_name="ion-proxy",
        matched_url_path_rule=path,
        backend_target_name="ion-backend",
        backend_target_type="BACKEND_SERVICE",
        backend_name=f"ion-{region}",
        backend_type="NETWORK_ENDPOINT_GROUP",
        backend_scope=region,
        backend_scope_type="REGION",
    )


def resources_of(source: CloudMonitoring) -> tuple[Labels, ...]:
    """Return the resources of a kind; of one that is not stated, one with the labels it is read by.

    A new product is simulated without a line here.
    """
    known = RESOURCES.get(source.resource)
    if known is not None:
        return known
    origins = [*(origin for _, origin in source.labels), *source.summed]
    keys = [key for where, _, key in (o.partition(".") for o in origins) if where == "resource"]
    made_up = {key: f"ion-{key.replace('_', '-')}" for key in keys}
    return (labels(**{**made_up, "project_id": PROJECT}),)


def databases_of(metric: str) -> tuple[Labels, ...]:
    """Return the Cloud SQL instances that have a metric."""
    if metric.endswith(("replica_byte_lag", "log_archive_failure_count")):
        return (PRIMARY,)
    if "/replication/" in metric and "/mysql/" not in metric:
        return REPLICAS
    if "/mysql/" in metric or metric.endswith("network/connections"):
        return (MYSQL,)
    return DATABASES[:3] if "/postgresql/" in metric else DATABASES
