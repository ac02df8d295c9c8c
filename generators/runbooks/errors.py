"""Runbooks of requests that fail."""

from exporter.catalog.model import Events, Matcher, Rate, Ratio, Reduce
from generators.runbooks import asks
from generators.runbooks import commands as run
from generators.runbooks.model import Cause, Statement, Step
from generators.runbooks.service import CLASSED, PINNED, ROLLED_BACK, SERVICE

_REQUESTS = asks.family("cloudrun_requests_total")
_ERROR_CAUSES = (
    Cause(
        "The last deploy fails.",
        "Errors are of one revision only, and began when it went live. In the log: exceptions, "
        "a missing variable or secret, a migration that did not run.",
    ),
    Cause(
        "A caller sends what the service refuses: 4xx, not 5xx.",
        "The class is 4xx, mostly one endpoint and one caller. 401 and 403 at once from many "
        "callers: an expired key or token; 404: a path that moved; 429: the service's own limit.",
    ),
    Cause(
        "The database is not there, or gives no connection.",
        "Log entries name a connection refused, a time-out of the pool, or `remaining "
        "connection slots are reserved`; `cloudsql_up` is 0 or "
        "`cloudrun_cloudsql_connections_refused_total` rises.",
    ),
    Cause(
        "Instances are killed for want of memory.",
        "500 and 503 come in bursts; the log says `Memory limit of ... exceeded`.",
    ),
    Cause(
        "Requests run into their time-out.",
        "The status is 504, and those requests last as long as the service's time-out, to "
        "the second.",
    ),
    Cause(
        "A region or a service of Google's has a fault.",
        "All services of one region fail at once, whatever their revision; see "
        "status.cloud.google.com.",
    ),
)
_ERROR_ASKS = (
    asks.signal("All regions beside each other: one, or all?", "error_rate", "region"),
    asks.per(
        "4xx or 5xx: callers' fault, or the service's?",
        Rate(Events(_REQUESTS, (Matcher("response_code_class", ("4xx", "5xx")),))),
        *CLASSED,
    ),
    asks.signal(
        "By endpoint, as the application counts it", "error_rate_by_endpoint", "region", "endpoint"
    ),
    asks.per(
        "Server errors alone, of all requests",
        Ratio(
            (Events(_REQUESTS, (Matcher("response_code_class", ("5xx",)),)),), (Events(_REQUESTS),)
        ),
        *SERVICE,
    ),
    asks.rate(
        "At the load balancer, which sees what never reached a container, too",
        "loadbalancer_requests_total",
        "response_code_class",
    ),
    asks.rate(
        "Connections to Cloud SQL that were refused",
        "cloudrun_cloudsql_connections_refused_total",
        *SERVICE,
    ),
    asks.level("Databases that accept queries", "cloudsql_up", Reduce.MIN, "region", "database_id"),
    asks.signal("Memory of the containers", "memory_utilization", *SERVICE),
    asks.rate("Probes, by outcome", "cloudrun_probes_total", *SERVICE, "is_healthy"),
)
_ERROR_NEVER = (
    (
        "Do not deploy a mend without a test while a roll-back is possible: roll back "
        "first, mend then."
    ),
    (
        "Do not roll back over a migration that the old revision cannot read. Look at the "
        "migration first."
    ),
    "Do not terminate database connections in bulk: the pools open all of them again at once.",
)
_ERROR_FALSE = (
    (
        "A scanner or a broken client that collects 404 or 401. Users notice nothing: block "
        "it at the load balancer, or count 5xx alone by watching the error budget's alerts."
    ),
    (
        "What never reached a container (429 at the limit of instances, 403 of IAM) is not "
        "counted here at all. Silence of this alert does not mean that there is none: look "
        "at the load balancer."
    ),
)
_BY_REVISION = Step(
    "Count failing requests by revision and status. One revision: the deploy. 4xx: the callers.",
    run.ERRORS_BY_REVISION,
)

ERROR_RATE_CRITICAL = Statement(
    alert="ErrorRateCritical",
    means=(
        "More than {value} of the requests fail. Users see errors, and the budget of {objective} "
        "is spent at many times its rate if they are server errors."
    ),
    why=(
        "{default} is three times what is usual for the report's service (0.3 %, client errors in "
        "it) and twice its target. Over five minutes and a hundred requests, that is no accident."
    ),
    first=(
        _BY_REVISION,
        Step(
            "Was there a deploy? Compare the time of the newest revision with the alert's.",
            run.REVISIONS,
        ),
        Step(ROLLED_BACK, run.ROLL_BACK),
        Step("Read what the service itself says of it.", run.LOGS),
    ),
    then=(
        Step(
            "See whether the database runs and what was last done to it.",
            f"{run.INSTANCES}\n{run.OPERATIONS}",
        ),
        Step("See whether instances were killed for memory.", run.OUT_OF_MEMORY),
        Step(
            "Where one region alone fails and cannot be mended soon, take it out of the load "
            "balancer, if the others have room for its traffic.",
            run.AWAY_FROM_REGION,
        ),
        Step(*PINNED),
        Step("Tell the users: what fails, since when, what is being done."),
    ),
    causes=_ERROR_CAUSES,
    never=_ERROR_NEVER,
    false=_ERROR_FALSE,
    asks=_ERROR_ASKS,
)

ERROR_RATE_WARNING = Statement(
    alert="ErrorRateWarning",
    means=(
        "More than {value} of the requests fail. Some users see errors; most find that a "
        "second try works."
    ),
    why=(
        "{default} is the report's target for errors, and 0.3 % is usual for its service. Above it "
        "something has changed."
    ),
    first=(
        _BY_REVISION,
        Step(
            "Which endpoint? Run the third query below; one endpoint points to one piece of code."
        ),
        Step(
            "4xx only: find the caller, by address and agent.",
            run.entries(
                "httpRequest.status>=400 AND httpRequest.status<500",
                "httpRequest.remoteIp,httpRequest.userAgent,httpRequest.status",
                run.COUNTED,
            ),
        ),
        Step("5xx: read what the service itself says of it.", run.LOGS),
    ),
    then=(
        Step(
            "If it began with a deploy, do not wait for the critical alert: roll back.",
            run.ROLL_BACK,
        ),
        Step("See whether instances were killed for memory.", run.OUT_OF_MEMORY),
        Step(*PINNED),
    ),
    causes=_ERROR_CAUSES,
    never=_ERROR_NEVER,
    false=_ERROR_FALSE,
    asks=_ERROR_ASKS,
)


STATEMENTS = (ERROR_RATE_CRITICAL, ERROR_RATE_WARNING)
