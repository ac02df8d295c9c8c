"""Runbooks of what is unlike the weeks before: a hint in working hours, never a page."""

from generators.rules.anomaly import BANDS
from generators.rules.rows import Band
from generators.runbooks import asks
from generators.runbooks import commands as run
from generators.runbooks.database import DATABASE
from generators.runbooks.model import Ask, Cause, Language, Statement, Step

_BANDS = {band.alert: band for band in BANDS}
SERVICE = ("region", "service_name")
WHY = (
    "A width is what the value varies by within an hour or from week to week, and never less than "
    "{floor}. {widths} widths are beyond chance; the median of three weeks keeps one bad week out."
)
CALENDAR = Cause(
    "The calendar: a holiday, a campaign, a sale, the change to summer time.",
    "It began on the hour or at midnight, in all regions whose users it concerns.",
)
SHIFT = (
    "A lasting change that was meant (a new customer, a faster version): the band follows, and the "
    "alert ends, after two of its three weeks have it. Silence it until then."
)
HOLIDAY = "A holiday, or the day after one: the weeks before had none."
NEVER = (
    "Do not page anybody for it: no user was found to suffer. What hurts has an alert of its own.",
    "Do not call it the cause of something because it fires at the same time.",
)


def around(alert: str) -> tuple[Ask, ...]:
    """Return the band of an alert as queries: value, and where it should be."""
    band: Band = _BANDS[alert]
    return (
        asks.series("The value, as it is compared", band.name("value")),
        asks.series("What it was at this time of the last three weeks", band.name("centre")),
        asks.series("Upper end of the band", band.name("upper")),
        asks.series("Lower end of the band", band.name("lower")),
    )


THROUGHPUT = Statement(
    alert="ThroughputAnomaly",
    means=(
        "Far fewer requests arrive than at this time of the last three weeks, perhaps none. Users "
        "may be unable to reach the service, without any error that it could count."
    ),
    why=WHY,
    first=(
        Step(
            "Does it answer at all? Ask it from outside, by the name that users use.",
            "curl -sv -o /dev/null https://HOST/",
        ),
        Step(
            "One region or all? One: did the load balancer move its traffic? All: look at name "
            "service, certificate and load balancer."
        ),
        Step(
            "What does the load balancer see? If requests reach it and not the service, it is "
            "between the two."
        ),
        Step("Was a caller, a client or a job switched off? Ask its owner."),
    ),
    then=(
        Step("See whether traffic still goes to a revision that works.", run.TRAFFIC),
        Step("A holiday or an end of something: silence it for as long as that lasts."),
    ),
    causes=(
        Cause(
            "Users cannot reach it: name service, certificate, firewall, load balancer.",
            "Requests fall within a minute, in all regions, and nothing fails.",
        ),
        Cause("A large caller stopped or was changed.", "One endpoint fell, the others did not."),
        Cause("Traffic moved to another region or service.", "Another rose by as much."),
        Cause(
            "Callers were refused before a container saw them.",
            "The load balancer counts 4xx, the service does not.",
        ),
        CALENDAR,
    ),
    never=(
        *NEVER,
        "Do not take quiet for health: error rate and latency say nothing where nothing arrives.",
    ),
    false=(
        HOLIDAY,
        SHIFT,
        "Data that is late looks like no traffic to nobody: without a read, nothing is compared.",
    ),
    asks=(
        *around("ThroughputAnomaly"),
        asks.signal("All regions", "throughput", "region"),
        asks.rate("At the load balancer", "loadbalancer_requests_total", "response_code_class"),
        asks.rate(
            "By endpoint, as the application counts", "app_requests_total", "region", "endpoint"
        ),
        asks.signal("Users of the last five minutes", "active_users", "region"),
    ),
)
ERROR_RATE = Statement(
    alert="ErrorRateAnomaly",
    means=(
        "More requests fail than at this time of the last three weeks, though fewer than the "
        "warning tells. A few users see errors."
    ),
    why=WHY,
    first=(
        Step("Count failing requests by revision and status.", run.ERRORS_BY_REVISION),
        Step("Which endpoint? See the queries below."),
        Step("Was there a deploy?", run.REVISIONS),
    ),
    then=(
        Step("Mend it, or roll back, before it grows.", run.ROLL_BACK),
        Step("Read the errors themselves.", run.LOGS),
    ),
    causes=(
        Cause(
            "A deploy with a defect in something seldom.",
            "One revision, one endpoint, one exception.",
        ),
        Cause("A client that sends what is refused.", "4xx of one address."),
        Cause("A scanner.", "404 of many paths, of one address."),
        Cause("A dependency that fails now and then.", "5xx in bursts; the log names one host."),
        CALENDAR,
    ),
    never=NEVER,
    false=("Few requests, as at night: one client is a large share.", SHIFT),
    asks=(
        *around("ErrorRateAnomaly"),
        asks.rate("By class", "cloudrun_requests_total", *SERVICE, "response_code_class"),
        asks.signal("By endpoint", "error_rate_by_endpoint", "region", "endpoint"),
        asks.signal("Server errors: availability", "availability", *SERVICE),
    ),
)
RESPONSE_TIME = Statement(
    alert="ResponseTimeP95Anomaly",
    means=(
        "The service is slower than at this time of the last three weeks, though not as slow as "
        "the warning tells. Users do not complain yet."
    ),
    why=WHY,
    first=(
        Step("A step or a slope? Open the dashboard over a week."),
        Step("A step: was there a deploy?", run.REVISIONS),
        Step("Which of CPU, query time and hit rate moved before it? See the queries below."),
    ),
    then=(
        Step("A deploy: mend it, or roll back.", run.ROLL_BACK),
        Step("Queries: read which take most time in sum.", run.SLOWEST, Language.SQL),
    ),
    causes=(
        Cause("The last deploy is slower.", "A step, when a revision went live."),
        Cause(
            "Queries are slower: data grew, a plan changed, statistics are old.",
            "`query_time` rose; one query leads pg_stat_statements.",
        ),
        Cause("More traffic on as many instances.", "CPU and requests rose together."),
        Cause("Fewer hits in a cache.", "A hit rate fell first."),
        Cause(
            "Another mix of requests.",
            "One endpoint's share rose; each endpoint alone is as fast as always.",
        ),
        CALENDAR,
    ),
    never=NEVER,
    false=(SHIFT, HOLIDAY),
    asks=(
        *around("ResponseTimeP95Anomaly"),
        asks.p95("By endpoint", "app_request_duration_seconds", "region", "endpoint"),
        asks.signal("Mean time of queries", "query_time", *DATABASE),
        asks.signal("CPU of the containers", "cpu_utilization", *SERVICE),
        asks.signal("Hit rate of Redis", "cache_hit_rate_l2", "redis_id"),
    ),
)

STATEMENTS = (THROUGHPUT, ERROR_RATE, RESPONSE_TIME)
