"""Cloud Run: services, their containers, probes and network, and jobs."""

from exporter.catalog import cloud_run_jobs, labels
from exporter.catalog.build import DIST, DOUBLE, INT, MICRO, MILLI, D, G, Reads, Resource
from exporter.catalog.model import Family, Label, Unit

_REVISION = Resource(
    prefix="run.googleapis.com/",
    type="cloud_run_revision",
    labels=(
        (labels.PROJECT, "project_id"),
        (labels.REGION, "location"),
        (labels.SERVICE, "service_name"),
    ),
    summed=("revision_name", "configuration_name"),
)
_EACH_REVISION = Resource(
    prefix=_REVISION.prefix,
    type=_REVISION.type,
    labels=(*_REVISION.labels, (labels.REVISION, "revision_name")),
    summed=("configuration_name",),
)
_CLASS = ((labels.CODE_CLASS, "response_code_class"),)
_CODES = ("response_code", "route")
_STATE = Label("state", "whether instances serve requests", ("active", "idle"))
_NETWORK = Label("kind", "where traffic goes", ("internet", "private", "google"))
_PROBE = (
    (Label("probe_type", "startup, liveness or readiness"), "probe_type"),
    (Label("probe_action", "what the probe does: HTTP, TCP or gRPC"), "probe_action"),
    (Label("is_healthy", "outcome of the probe", ("true", "false")), "is_healthy"),
)
_PROBE_OUT = ("container_name", "is_default")

_LATENCY = Reads(
    kind=D,
    value=DIST,
    unit=Unit.SECONDS,
    labels=_CLASS,
    summed=_CODES,
    scale=MILLI,
    near=(0.1, 0.2),
    span=(0.001, 3600.0),
)
_PART = Reads(
    kind=D,
    value=DIST,
    unit=Unit.SECONDS,
    labels=_CLASS,
    summed=_CODES,
    scale=MILLI,
    span=(0.001, 3600.0),
)
_STARTUP = Reads(kind=D, value=DIST, unit=Unit.SECONDS, scale=MILLI, span=(0.001, 3600.0))
_UTILIZATION = Reads(kind=D, value=DIST, unit=Unit.RATIO, near=(0.8,), span=(0.01, 2.0))
_BYTES_BY_KIND = Reads(kind=D, value=INT, unit=Unit.BYTES, labels=((_NETWORK, "kind"),))
_PROBE_LATENCY = Reads(
    kind=D,
    value=DIST,
    unit=Unit.SECONDS,
    labels=_PROBE,
    summed=_PROBE_OUT,
    scale=MILLI,
    span=(0.001, 3600.0),
)

REQUESTS = _REVISION.metric(
    "cloudrun_requests_total",
    "request_count",
    Reads(kind=D, value=INT, unit=Unit.NONE, labels=_CLASS, summed=_CODES),
    "Requests that reached a container, counted when they end.",
)
REQUEST_DURATION = _REVISION.metric(
    "cloudrun_request_duration_seconds",
    "request_latencies",
    _LATENCY,
    "Time from a request reaching a running container to its end; startup not included.",
)
INSTANCES = _REVISION.metric(
    "cloudrun_instances",
    "container/instance_count",
    Reads(kind=G, value=INT, labels=((_STATE, "state"),)),
    "Container instances.",
)
BILLABLE_TIME = _EACH_REVISION.metric(
    "cloudrun_billable_instance_seconds_total",
    "container/billable_instance_time",
    Reads(kind=D, value=DOUBLE, unit=Unit.SECONDS),
    "Instance time that is billed, rounded up to 100 ms; a new revision is a deployment.",
)
CPU_UTILIZATION = _REVISION.metric(
    "cloudrun_cpu_utilization_ratio",
    "container/cpu/utilizations",
    _UTILIZATION,
    "Used CPU divided by allocated CPU; one value for each instance and period.",
)
MEMORY_UTILIZATION = _REVISION.metric(
    "cloudrun_memory_utilization_ratio",
    "container/memory/utilizations",
    _UTILIZATION,
    "Used memory divided by allocated memory; one value for each instance and period.",
)


def _parts() -> tuple[Family, ...]:
    parts = (
        ("e2e_latencies", "e2e", "Time from the first byte at Google's edge to the last byte out."),
        ("ingress_to_region", "ingress", "Time from Google's edge to the region."),
        ("pending", "pending", "Time a request waits for an instance, startup included."),
        ("response_egress", "egress", "Time from the container's response to Google's edge."),
        ("routing", "routing", "Time that Cloud Run takes to route a request."),
        ("user_execution", "execution", "Time spent in the container's own code."),
    )
    return tuple(
        _REVISION.metric(
            f"cloudrun_request_{word}_duration_seconds", f"request_latency/{path}", _PART, text
        )
        for path, word, text in parts
    )


_TRAFFIC = (
    _REVISION.metric(
        "cloudrun_pending_requests",
        "pending_queue/pending_requests",
        Reads(kind=G, value=INT),
        "Requests that wait for an instance.",
    ),
    _REVISION.metric(
        "cloudrun_max_request_concurrency",
        "container/max_request_concurrencies",
        Reads(kind=D, value=DIST, labels=((_STATE, "state"),), span=(1.0, 1000.0)),
        "Most requests that an instance served at once in a period.",
    ),
    _REVISION.metric(
        "cloudrun_network_received_bytes_total",
        "container/network/received_bytes_count",
        _BYTES_BY_KIND,
        "Bytes that containers received.",
    ),
    _REVISION.metric(
        "cloudrun_network_sent_bytes_total",
        "container/network/sent_bytes_count",
        _BYTES_BY_KIND,
        "Bytes that containers sent.",
    ),
    _REVISION.metric(
        "cloudrun_service_health_checks_total",
        "service_health_count",
        Reads(
            kind=D,
            value=INT,
            labels=((Label("service_health", "health of the service"), "service_health"),),
        ),
        "Health checks of the service, by result.",
    ),
)

_CONTAINERS = (
    _REVISION.metric(
        "cloudrun_instances_by_readiness",
        "container/instance_count_with_readiness",
        Reads(
            kind=G,
            value=INT,
            labels=((Label("readiness_status", "readiness probe's"), "readiness_status"),),
        ),
        "Container instances by the result of their readiness probe.",
    ),
    _REVISION.metric(
        "cloudrun_recommended_instances",
        "scaling/recommended_instances",
        Reads(
            kind=G, value=INT, labels=((Label("scaling_driver", "why to scale"), "scaling_driver"),)
        ),
        "Instances that the autoscaler recommends.",
    ),
    _REVISION.metric(
        "cloudrun_memory_usage_bytes",
        "container/memory/usage",
        Reads(kind=G, value=DIST, unit=Unit.BYTES, labels=((labels.CONTAINER, "container_name"),)),
        "Memory in use, mean of the instances.",
    ),
    _REVISION.metric(
        "cloudrun_cpu_allocation_seconds_total",
        "container/cpu/allocation_time",
        Reads(kind=D, value=DOUBLE, unit=Unit.SECONDS),
        "CPU time allocated.",
    ),
    _REVISION.metric(
        "cloudrun_memory_allocation_byte_seconds_total",
        "container/memory/allocation_time",
        Reads(kind=D, value=DOUBLE, unit=Unit.VOLUME_SECONDS, scale=2.0**30),
        "Memory allocated, multiplied by time.",
    ),
    _REVISION.metric(
        "cloudrun_startup_duration_seconds",
        "container/startup_latencies",
        _STARTUP,
        "Time to start a container instance.",
    ),
)

_PROBES = (
    _REVISION.metric(
        "cloudrun_probes_total",
        "container/completed_probe_count",
        Reads(kind=D, value=INT, labels=_PROBE, summed=_PROBE_OUT),
        "Completed probes.",
    ),
    _REVISION.metric(
        "cloudrun_probe_attempts_total",
        "container/completed_probe_attempt_count",
        Reads(kind=D, value=INT, labels=_PROBE, summed=_PROBE_OUT),
        "Completed attempts of probes.",
    ),
    _REVISION.metric(
        "cloudrun_probe_duration_seconds",
        "container/probe_latencies",
        _PROBE_LATENCY,
        "Time of completed probes.",
    ),
    _REVISION.metric(
        "cloudrun_probe_attempt_duration_seconds",
        "container/probe_attempt_latencies",
        _PROBE_LATENCY,
        "Time of completed attempts of probes.",
    ),
)

_CLOUD_SQL_CLIENT = (
    _REVISION.metric(
        "cloudrun_cloudsql_connection_duration_seconds",
        "infrastructure/cloudsql/connection_latencies",
        Reads(kind=D, value=DIST, unit=Unit.SECONDS, scale=MICRO, span=(0.0001, 60.0)),
        "Time to connect to Cloud SQL.",
    ),
    _REVISION.metric(
        "cloudrun_cloudsql_connections_total",
        "infrastructure/cloudsql/connection_request_count",
        Reads(kind=D, value=INT),
        "Connections to Cloud SQL requested.",
    ),
    _REVISION.metric(
        "cloudrun_cloudsql_connections_refused_total",
        "infrastructure/cloudsql/connection_refused_count",
        Reads(kind=D, value=INT),
        "Connections to Cloud SQL refused.",
    ),
)

FAMILIES: tuple[Family, ...] = (
    REQUESTS,
    REQUEST_DURATION,
    *_parts(),
    *_TRAFFIC,
    INSTANCES,
    BILLABLE_TIME,
    *_CONTAINERS,
    CPU_UTILIZATION,
    MEMORY_UTILIZATION,
    *_PROBES,
    *_CLOUD_SQL_CLIENT,
    *cloud_run_jobs.FAMILIES,
)
