"""Runbooks of the exporter and its data: what cannot be trusted, and how to get it back."""

from exporter.catalog.model import Reduce
from generators.runbooks import asks
from generators.runbooks import commands as run
from generators.runbooks.model import Cause, Statement, Step

_BLIND = (
    "No user suffers from it. But the alerts built on this data say nothing until it is mended."
)
_LANDING = Step(
    "Ask the exporter what it lacks. Its landing page, http://{exporter}/, names each collector, "
    "what fails, and why.",
    "curl -s http://{exporter}/-/ready",
)
_DOCTOR = Step(
    "Let it try everything that it needs. It says what is missing, and the command that grants it. "
    "Run it as the exporter's user, with its environment.",
    run.DOCTOR,
)
_OTHER_EYES = Step(
    "Until it is mended, watch the service in Cloud Monitoring's own console; it has the same data."
)
_FAILURES = asks.rate(
    "Polls that fail, and why", "ionmon_poll_failures_total", "collector", "poll", "reason"
)
AGE = asks.level(
    "Age of the newest point, by family",
    "ionmon_data_age_seconds",
    Reduce.MAX,
    "gcp_project",
    "family",
)
CODES = asks.rate("Calls to Google by status code", "ionmon_api_requests_total", "api", "code")
_NOT_DELETE = (
    "Do not delete the state file: counting would start anew, and what happened meanwhile is lost. "
    "Left in place, everything up to {lookback} is read afterwards."
)

EXPORTER_DOWN = Statement(
    alert="ExporterDown",
    when="Prometheus can scrape no exporter, or knows of none",
    means=_BLIND,
    why="Five minutes are longer than a restart or a deploy of the exporter takes.",
    first=(
        Step("Does it answer on its own machine?", "curl -s http://{exporter}/-/healthy"),
        Step(
            "No answer: read the end of its log (standard error). Its exit code says why: 3 "
            "settings, 4 state file, 70 a defect."
        ),
        Step(
            "It answers: Prometheus cannot reach it. Look at Status, Targets in Prometheus: the "
            "error is beside it."
        ),
        Step("Start it again. What it missed is counted afterwards, once, up to {lookback}."),
    ),
    then=(
        _DOCTOR,
        _OTHER_EYES,
        Step(
            "If it was killed for memory, lower series_limit or leave out families that nobody "
            "looks at."
        ),
    ),
    causes=(
        Cause(
            "It ended: wrong settings after a change, or a state file that another process holds.",
            "The log's last line; exit code 3 or 4.",
        ),
        Cause("The machine or its network is gone.", "`up` of everything else on it is 0, too."),
        Cause(
            "TLS or a password was changed on one side.",
            "Targets shows 401, or a certificate's error.",
        ),
        Cause(
            "The address in prometheus.exporters is not where it listens.",
            "It has never worked since the last change of monitoring.yaml.",
        ),
        Cause("It was killed for memory.", "The kernel's log names it; series grew before."),
    ),
    never=(
        _NOT_DELETE,
        "Do not start a second exporter beside it with the same state file: it is refused.",
    ),
    false=("An exporter that was taken away on purpose: take it out of prometheus.exporters.",),
    asks=(
        asks.series("Which target is down", "up"),
        asks.series("Memory of the exporter until it went", "process_resident_memory_bytes"),
        asks.series("Series on its page", "ionmon_series"),
    ),
)
DATA_STALE = Statement(
    alert="DataStale",
    when="the newest value of a project, of all that is read, is older than {stale}",
    means=_BLIND,
    why="Google's own delay is 2 to 5 minutes. At {stale} nothing has come for many polls.",
    first=(
        _LANDING,
        Step(
            "Which status do Google's calls end with? PERMISSION_DENIED, RESOURCE_EXHAUSTED and "
            "UNAVAILABLE are different ways. See the second query below."
        ),
        _DOCTOR,
        Step("Everything is well here: look at status.cloud.google.com for Cloud Monitoring."),
    ),
    then=(
        Step(
            "Permission: grant the role again, as the doctor says.",
            "gcloud projects add-iam-policy-binding PROJECT \\\n  "
            "--member=serviceAccount:ACCOUNT --role=roles/monitoring.viewer",
        ),
        Step(
            "Quota: another program reads, too. Raise google.poll_interval, or ask Google for more."
        ),
        _OTHER_EYES,
        Step(
            "When data comes again, what was missed is counted in one step, up to {lookback}; "
            "ratios stay right."
        ),
    ),
    causes=(
        Cause(
            "Google's API is late or refuses.", "UNAVAILABLE or DEADLINE_EXCEEDED; the status page."
        ),
        Cause(
            "A role or a key was taken away or has expired.",
            "PERMISSION_DENIED or UNAUTHENTICATED.",
        ),
        Cause(
            "Quota is used up.", "RESOURCE_EXHAUSTED; `ionmon_api_throttled_total` by quota rises."
        ),
        Cause("The clock of the exporter's machine is wrong.", "Ages are negative, or jumped."),
        Cause(
            "The project runs nothing that has metrics.",
            "It has been quiet for hours, and you know why.",
        ),
    ),
    never=(
        _NOT_DELETE,
        "Do not silence the alerts that depend on it: this one mutes all that are no more urgent.",
    ),
    false=(
        "A project without any traffic, database or cache, such as one that is being built up.",
    ),
    asks=(
        AGE,
        CODES,
        _FAILURES,
        asks.rate("Calls put off, and by whom", "ionmon_api_throttled_total", "gcp_project", "by"),
        asks.level(
            "Time between polls, as it is now",
            "ionmon_poll_interval_seconds",
            Reduce.MAX,
            "gcp_project",
            "family",
        ),
    ),
)
COLLECTOR_FAILING = Statement(
    alert="CollectorFailing",
    when="a poll of a collector has failed at each look",
    means=_BLIND,
    why="Single polls fail now and then and are made good by the next. Ten minutes of it "
    "are a fault.",
    first=(
        Step(
            "Which poll, and why? Run the first two queries below, or open the landing page, "
            "http://{exporter}/.",
            "curl -s http://{exporter}/-/ready",
        ),
        _DOCTOR,
        Step(
            "The collector is redis or application: does the server answer from there? HOST and "
            "PORT are in redis.targets of monitoring.yaml.",
            f"{run.REDIS} PING",
        ),
    ),
    then=(
        Step(
            "A metric that the project does not have: switch the family off by google.families, "
            "with enabled: false."
        ),
        Step(
            "A password that was changed: renew the file, mode 0600, and load the settings "
            "again (SIGHUP)."
        ),
        _OTHER_EYES,
    ),
    causes=(
        Cause(
            "Permission is missing for one project.",
            "Only that project's polls fail; PERMISSION_DENIED.",
        ),
        Cause(
            "Redis does not answer, or refuses the user.",
            "`redis_up` is 0; NOAUTH, WRONGPASS or NOPERM in the log.",
        ),
        Cause(
            "The state file cannot be written: the disk is full or read-only.",
            "All polls of Cloud Monitoring fail at once; the log names the file.",
        ),
        Cause(
            "A label or a kind of a metric changed at Google.",
            "One poll fails, since one day; the log says what was met.",
        ),
        Cause(
            "A time-out: very many series in one call.",
            "DEADLINE_EXCEEDED of one family; the others are well.",
        ),
    ),
    never=(_NOT_DELETE, "Do not raise time-outs first: a poll that takes 30 s has another fault."),
    false=("A Redis that is being maintained.",),
    asks=(
        asks.level("Polls that fail: 0", "ionmon_poll_success", Reduce.MIN, "collector", "poll"),
        _FAILURES,
        CODES,
        asks.level("Whether each Redis answers", "redis_up", Reduce.MIN, "redis_id", "redis_node"),
        asks.level(
            "Time that the slowest poll took",
            "ionmon_collector_duration_seconds",
            Reduce.MAX,
            "collector",
        ),
    ),
)
APPLICATION_SILENT = Statement(
    alert="ApplicationSilent",
    when="no instance of an application has flushed to Redis for 5 minutes",
    means=(
        "Perhaps the application does not run; then users notice, and other alerts say so. "
        "Perhaps it runs and only its counts do not arrive: then what it counts itself is "
        "missing, not lost."
    ),
    why="Instances flush once a second. After five minutes it is no deploy and no pause.",
    first=(
        Step("Does the application run, and get requests?", run.LOGS),
        Step(
            "Does its Redis answer, and has it keys of the recorder?",
            f"{run.REDIS} PING\n{run.REDIS} --scan --pattern 'ionmon:*' | head",
        ),
        Step(
            "Is it the name that the recorder gives? Compare application.name in "
            "monitoring.yaml with the code."
        ),
    ),
    then=(
        Step(
            "Redis refuses: see the rights that the recorder's user needs, in "
            "[docs/application.md](../application.md)."
        ),
        Step(
            "What was counted meanwhile is sent when Redis is there again, by all instances "
            "that still live."
        ),
    ),
    causes=(
        Cause(
            "No instance runs: no traffic, and it scales to zero.",
            "Instances are 0, and requests are none.",
        ),
        Cause(
            "The application cannot reach Redis: network, password, rights.",
            "Its log has the recorder's warnings; the exporter reads Redis well.",
        ),
        Cause("A deploy left the recorder out, or changed the name.", "It began with a revision."),
        Cause(
            "CPU only during requests, and no middleware to flush at their end.",
            "It comes and goes with traffic.",
        ),
        Cause(
            "Redis was emptied, and evicts these keys.",
            "The policy is allkeys-*; the recorder's keys vanish.",
        ),
    ),
    never=("Do not delete keys under ionmon: to start afresh: totals would begin anew.",),
    false=(
        "A service that may scale to zero. Keep one instance warm, or silence it for the night.",
    ),
    asks=(
        asks.level(
            "Seconds since any instance flushed",
            "ionmon_application_lag_seconds",
            Reduce.MAX,
            "application",
        ),
        asks.level(
            "Instances heard of lately", "ionmon_application_instances", Reduce.SUM, "application"
        ),
        asks.signal("Instances that run", "instances", "region", "service_name"),
        asks.level("Whether each Redis answers", "redis_up", Reduce.MIN, "redis_id", "redis_node"),
    ),
)

STATEMENTS = (EXPORTER_DOWN, DATA_STALE, COLLECTOR_FAILING, APPLICATION_SILENT)
