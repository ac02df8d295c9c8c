"""Runbooks of Cloud Run's containers: CPU and memory near their limit."""

from exporter.catalog.model import Reduce
from generators.runbooks import asks
from generators.runbooks import commands as run
from generators.runbooks.model import Cause, Statement, Step

SERVICE = ("region", "service_name")
_SCALE = (
    asks.level("Instances, busy and idle", "cloudrun_instances", Reduce.SUM, *SERVICE, "state"),
    asks.level(
        "Instances that the autoscaler wants, and why",
        "cloudrun_recommended_instances",
        Reduce.MAX,
        *SERVICE,
        "scaling_driver",
    ),
    asks.signal("Requests a second", "throughput", *SERVICE),
    asks.p95(
        "Requests that an instance serves at once", "cloudrun_max_request_concurrency", *SERVICE
    ),
)

CPU_HIGH = Statement(
    alert="CPUHigh",
    means=(
        "Instances use more than {value} of their CPU in the mean. Requests begin to wait for it: "
        "response times rise next, then requests queue."
    ),
    why=(
        "Cloud Run adds instances to keep CPU near 60 %. More than {default} for minutes "
        "means that it cannot, or may not, add any."
    ),
    first=(
        Step(
            "Are instances at their limit? Compare `maxScale` with what runs, in the queries "
            "below.",
            run.LIMITS,
        ),
        Step(
            "At the limit, and the database has connections to spare: allow more instances. It "
            "makes a new revision; it gets traffic only where traffic goes to the latest.",
            f"{run.TRAFFIC}\n{run.MORE_INSTANCES}",
        ),
        Step(
            "Not at the limit: did a deploy make each request dearer? Compare times.", run.REVISIONS
        ),
        Step("It did: send traffic back to the revision before.", run.ROLL_BACK),
    ),
    then=(
        Step("One heavy request takes a CPU for long: give instances more of it.", run.MORE_CPU),
        Step("Many light ones share an instance: let it serve fewer at once.", run.LESS_AT_ONCE),
        Step("If traffic is what grew, find out who sends it, before you pay for it."),
        Step("After a roll-back, release traffic again with the mended deploy.", run.TO_LATEST),
    ),
    causes=(
        Cause(
            "More traffic than the limit of instances allows.",
            "Requests a second rose, and the number of instances lies flat at its maximum.",
        ),
        Cause(
            "A deploy needs more CPU a request.",
            "CPU stepped up with a revision, and requests a second did not.",
        ),
        Cause(
            "Too many requests at once on an instance.",
            "Requests at once lie at the service's concurrency, and instances are below the limit.",
        ),
        Cause(
            "The cache misses, so that answers are computed anew.",
            "A hit rate fell first.",
        ),
        Cause(
            "A loop, or requests that are tried again and again.",
            "CPU is high on few instances while throughput is as always or falls; the log "
            "repeats itself.",
        ),
        Cause(
            "Garbage collection near the memory limit.",
            "Memory is above 80 %, too, and rose first.",
        ),
    ),
    never=(
        (
            "Do not raise the limit of instances beyond what the database can connect: "
            "instances times pool size has to stay below its max_connections."
        ),
        (
            "Do not lower concurrency to 1 to be safe: it multiplies instances, connections and "
            "the bill."
        ),
    ),
    false=(
        (
            "Start-up of many instances at once, after a deploy or a jump in traffic, for a "
            "minute or two."
        ),
        (
            "A worker that is meant to use its CPU in full. Set a higher threshold, or watch it "
            "elsewhere."
        ),
    ),
    asks=(
        asks.signal("Regions and services beside each other", "cpu_utilization", *SERVICE),
        asks.p95(
            "The busiest instances: one in twenty is above",
            "cloudrun_cpu_utilization_ratio",
            *SERVICE,
        ),
        *_SCALE,
        asks.level(
            "Requests that wait for an instance", "cloudrun_pending_requests", Reduce.SUM, *SERVICE
        ),
        asks.signal("Response time: do users feel it yet?", "response_time_p95", *SERVICE),
        asks.signal(
            "Connections to PostgreSQL, before you allow more",
            "db_connections",
            "region",
            "database_id",
        ),
    ),
)

MEMORY_CAUSES = (
    Cause(
        "A leak since the last deploy.",
        "Memory rises in a line from the time an instance starts, whatever the traffic, and falls "
        "only when instances are replaced.",
    ),
    Cause(
        "More requests at once, or larger ones.",
        "Memory moves with traffic; requests at once or bytes received rose.",
    ),
    Cause(
        "A local cache without a bound.",
        "Memory levels out late or never; the local cache's entries grow, and it evicts nothing.",
    ),
    Cause(
        "Files in /tmp: on Cloud Run they are memory.",
        "The code writes uploads, exports or models to disk and does not delete them.",
    ),
    Cause(
        "A deploy that needs more from the start.",
        "Memory stepped up with a revision, and is flat since.",
    ),
)
MEMORY_ASKS = (
    asks.signal("Regions and services beside each other", "memory_utilization", *SERVICE),
    asks.p95(
        "The fullest instances: one in twenty is above",
        "cloudrun_memory_utilization_ratio",
        *SERVICE,
    ),
    asks.level(
        "Bytes in use, by container",
        "cloudrun_memory_usage_bytes",
        Reduce.MAX,
        *SERVICE,
        "container_name",
    ),
    *_SCALE,
    asks.rate(
        "Bytes received a second: larger requests?",
        "cloudrun_network_received_bytes_total",
        *SERVICE,
    ),
    asks.signal("Errors: are instances killed already?", "error_rate", *SERVICE),
)

MEMORY_HIGH = Statement(
    alert="MemoryHigh",
    means=(
        "Instances use more than {value} of their memory in the mean. One that reaches its "
        "limit is killed, and every request on it fails. Cloud Run does not add instances "
        "for memory."
    ),
    why=(
        "42.5 % is usual for the report's service. Above {default} one burst of large "
        "requests is enough to be killed, and the mean hides the instances that are fuller."
    ),
    first=(
        Step("Are instances killed already? Each line here is one.", run.OUT_OF_MEMORY),
        Step(
            "They are: give them more memory now, and find the leak then. It makes a new revision.",
            run.MORE_MEMORY,
        ),
        Step("Did it begin with a deploy? Compare times.", run.REVISIONS),
        Step("It did: send traffic back. New instances start empty.", run.ROLL_BACK),
    ),
    then=(
        Step(
            "Where memory moves with traffic, let an instance serve fewer requests at once.",
            run.LESS_AT_ONCE,
        ),
        Step(
            "A leak without a culprit: replace the instances by a new revision of the same image. "
            "It buys hours.",
            "gcloud run services update SERVICE --update-labels=replaced=by-hand "
            "--region=REGION --project=PROJECT",
        ),
        Step("Take a heap profile of an instance under load, before and after an hour."),
    ),
    causes=MEMORY_CAUSES,
    never=(
        "Do not wait for the autoscaler: it looks at CPU and requests, not at memory.",
        "Do not lower the limit of instances: fewer of them hold more each.",
    ),
    false=(
        (
            "A runtime that keeps what it once had (JVM, Node.js, a warm model) and is flat. "
            "Set its heap limit below the container's, and the threshold above it."
        ),
    ),
    asks=MEMORY_ASKS,
)

STATEMENTS = (CPU_HIGH, MEMORY_HIGH)
