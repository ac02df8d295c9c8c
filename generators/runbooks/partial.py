"""Runbooks of what is lost in part: one exporter, one product, one replica, every other minute."""

from exporter.catalog.model import Reduce
from generators.runbooks import asks
from generators.runbooks import commands as run
from generators.runbooks.health import AGE, CODES
from generators.runbooks.model import Cause, Language, Statement, Step

_OFTEN = asks.level(
    "Time between polls, by family",
    "ionmon_poll_interval_seconds",
    Reduce.MAX,
    "gcp_project",
    "family",
)
ONE_EXPORTER_DOWN = Statement(
    alert="OneExporterDown",
    when="Prometheus could not scrape one exporter, while it can scrape another",
    means="Users notice nothing. What that exporter reads is not watched; what others read is.",
    why="Five minutes are longer than a restart or a deploy of an exporter takes.",
    first=(
        Step("Does it answer on its own machine?", "curl -s http://HOST:PORT/-/healthy"),
        Step("No answer: the last line of its log says why; start it again."),
        Step("It answers: Status, Targets in Prometheus shows the error of the scrape."),
    ),
    then=(
        Step("Let it try everything that it needs, as its own user.", run.DOCTOR),
        Step("What it missed is counted afterwards, once, up to {lookback}."),
    ),
    causes=(
        Cause(
            "It ended after a change of its settings.", "Exit code 3, and the log names the key."
        ),
        Cause("Its machine or network is gone.", "`up` of all else on that machine is 0, too."),
        Cause("A password or certificate was renewed on one side.", "Targets shows 401 or TLS."),
    ),
    never=(
        "Do not let the other exporter read its project, too, while both run: every sum doubles.",
    ),
    false=("An exporter that was taken away on purpose: take it out of prometheus.exporters.",),
    asks=(
        asks.series("Which target is down", "up"),
        asks.series("What each serves", "ionmon_series"),
    ),
)
PRODUCT_STALE = Statement(
    alert="ProductStale",
    when=(
        "the newest value of a product (cloudrun, cloudsql, …) of a project is older than {stale}, "
        "while another product's is not"
    ),
    means="Users notice nothing of it. But no alert on that product can fire.",
    why="Google's own delay is 2 to 5 minutes. At {stale} nothing has come for many polls.",
    first=(
        Step("Does it run at all? An idle service that scaled to zero has no values.", run.DOCTOR),
        Step(
            "Look at the polls of that product on the exporter's landing page, "
            "http://{exporter}/: which fail, and why?"
        ),
        Step("No poll fails: look at the product on status.cloud.google.com."),
    ),
    then=(
        Step(
            "Permission was taken: grant it again, as the doctor says.",
            "gcloud projects add-iam-policy-binding PROJECT \\\n  "
            "--member=serviceAccount:ACCOUNT --role=roles/monitoring.viewer",
        ),
        Step("Until it is mended, watch the product in Cloud Monitoring's own console."),
    ),
    causes=(
        Cause("Nothing of that product runs.", "Its page in the console shows nothing since then."),
        Cause("Google is late with that product's metrics.", "Its console charts end there, too."),
        Cause(
            "Its families were switched off, or filtered away.",
            "It began with the last change of monitoring.yaml.",
        ),
        Cause("Its API was disabled in the project.", "NOT_FOUND in the second query below."),
    ),
    never=("Do not delete the state file; it has nothing to do with this.",),
    false=("A service that is idle for hours by nature: leave this alert out.",),
    asks=(AGE, CODES),
)
REPLICATION_STOPPED = Statement(
    alert="ReplicationStopped",
    when="a replica that replicated within the last day reports that replication does not run",
    means=(
        "Regions that read from it see data that no longer changes. If the primary fails now, "
        "what came since is lost with it."
    ),
    why=(
        "Cloud SQL reports a lag of -1 where replication does not run; DatabaseLag looks for a "
        "large one, and cannot see it."
    ),
    first=(
        Step(
            "Is it a replica still, and what state is it in?",
            "gcloud sql instances describe INSTANCE --project=PROJECT \\\n  "
            "--format='value(instanceType,state,replicaConfiguration)'",
        ),
        Step(
            "Does the primary run? Its page in the console and its own alerts say.",
            "gcloud sql instances list --project=PROJECT",
        ),
        Step("Let readers use another replica or the primary until it replicates again."),
    ),
    then=(
        Step(
            "On the primary: which replicas does it know, and what do their slots hold back?",
            "select application_name, state, replay_lsn from pg_stat_replication;\n"
            "select slot_name, active, restart_lsn from pg_replication_slots;",
            Language.SQL,
        ),
        Step(
            "A replica whose disk is full, or that is too far behind to catch up, is made anew: "
            "create another, let readers move, then delete this one."
        ),
    ),
    causes=(
        Cause("It was promoted.", "Its type is CLOUD_SQL_INSTANCE, not READ_REPLICA_INSTANCE."),
        Cause("It is in maintenance or restarting.", "The operation is listed in the console."),
        Cause("Its disk is full.", "Disk utilization is at 100 %."),
        Cause("Replication was switched off.", "The audit log names who did it."),
        Cause("The primary is gone or unreachable.", "All of its replicas stop at once."),
    ),
    never=("Do not promote it to try: a promoted replica never replicates again.",),
    false=("A replica that was promoted on purpose: it is over after a day.",),
    asks=(
        asks.level(
            "Lag of each replica; -1 does not replicate",
            "cloudsql_replica_lag_seconds",
            Reduce.MAX,
            "region",
            "database_id",
        ),
        asks.level(
            "State of replication", "cloudsql_replica_state", Reduce.MAX, "database_id", "state"
        ),
        asks.level(
            "Disk of each instance",
            "cloudsql_disk_utilization_ratio",
            Reduce.MAX,
            "region",
            "database_id",
        ),
    ),
)
POLLS_STRETCHED = Statement(
    alert="PollsStretched",
    when="families that alerts are built on are read less often than each 2m30s",
    means=(
        "Users notice nothing. But windows of five minutes hold one poll or none: alerts are late, "
        "flicker, or do not come."
    ),
    why="Two polls have to lie within five minutes, so that a rise can be seen.",
    first=(
        Step("Which families are read how often? See the first query below."),
        Step(
            "The budget stretches them: raise google.budget_usd_per_month, or leave out families "
            "that nobody looks at. `ionmon estimate` says what each costs.",
            "ionmon estimate --config monitoring.yaml",
        ),
        Step("Intervals of your own: shorten them in google.poll_interval or google.families."),
    ),
    then=(Step("Let the exporter take it up.", "kill -HUP PROCESS"),),
    causes=(
        Cause("The budget is too small for what is read.", "The stretch is above 1; see below."),
        Cause("More series came than were estimated.", "Series that are billed rose before."),
        Cause("google.poll_interval was set to save money.", "It began with a change of settings."),
    ),
    never=("Do not lengthen windows by hand in generated rules: they are written anew.",),
    false=("Families of an alert that was switched off.",),
    asks=(
        _OFTEN,
        asks.level(
            "By how much the budget stretches them",
            "ionmon_poll_interval_stretch_ratio",
            Reduce.MAX,
            "gcp_project",
            "family",
        ),
        asks.rate(
            "Series that are billed, by family", "ionmon_api_time_series_returned_total", "family"
        ),
    ),
)

STATEMENTS = (ONE_EXPORTER_DOWN, PRODUCT_STALE, REPLICATION_STOPPED, POLLS_STRETCHED)
