"""Runbooks of the Prometheus servers themselves: rules that fail, samples that do not arrive."""

from generators.runbooks import asks
from generators.runbooks.model import Cause, Statement, Step

RULE_FAILING = Statement(
    alert="RuleFailing",
    when="Prometheus fails to evaluate a rule of a group",
    means="The alerts of that group, and those built on what it records, may be silent though "
    "something is wrong.",
    why="A generated rule does not fail. If one does for {hold}, data is not as it was when "
    "it was made.",
    first=(
        Step("Open Prometheus, Status, Rules: the failing rule is red, with its error."),
        Step(
            "`many-to-many matching` or `duplicate series`: two sources export the same series. "
            "Find both.",
            "curl -s 'http://{prometheus}/api/v1/targets?state=active'",
        ),
        Step(
            "`query timed out` or `too many samples`: Prometheus is overloaded. See the queries "
            "below."
        ),
    ),
    then=(
        Step("Two exporters read the same project: let each have its own, or stop one."),
        Step(
            "A rule was changed by hand: generate it anew, and check.",
            "ionmon configs --config monitoring.yaml\npromtool check rules "
            "alertmanager/out/rules/*.yml",
        ),
    ),
    causes=(
        Cause(
            "The same series from two targets.",
            "The error says many-to-many or duplicate; `up` has two exporters.",
        ),
        Cause(
            "Prometheus is too slow: memory, disk, too many series.",
            "A group takes longer than its interval; iterations are missed.",
        ),
        Cause("A rule that was written by hand.", "Its file is none of alertmanager/out/rules."),
        Cause("Files of one version, Prometheus of another.", "It began with an update of either."),
    ),
    never=(
        "Do not delete the rule: what it tells would be told no more, and nobody would notice.",
    ),
    false=("A failure while Prometheus starts: replay of its log takes minutes.",),
    asks=(
        asks.series(
            "Which group fails",
            "sum by (rule_group) (increase(prometheus_rule_evaluation_failures_total[5m]))",
        ),
        asks.series(
            "Seconds that each group takes",
            "max by (rule_group) (prometheus_rule_group_last_duration_seconds)",
        ),
        asks.series(
            "Share of its interval; above 1 it is too slow",
            "max by (rule_group) (prometheus_rule_group_last_duration_seconds / "
            "prometheus_rule_group_interval_seconds)",
        ),
        asks.series(
            "Evaluations that were missed",
            "sum by (rule_group) (increase(prometheus_rule_group_iterations_missed_total[5m]))",
        ),
        asks.series("Exporters that are scraped", 'up{job="ionmon"}'),
    ),
)

REMOTE_WRITE_FAILING = Statement(
    alert="RemoteWriteFailing",
    when="samples cannot be written to the server with 90 days",
    means=(
        "No user notices, and the nine alerts go on. Error budgets, bands of past weeks and long "
        "graphs get gaps; the alerts built on them are silent."
    ),
    why="Prometheus tries again by itself, and keeps two hours to be sent; {hold} on end "
    "are a fault.",
    first=(
        Step("Does the second server run, and take writes?", "curl -s http://{longterm}/-/ready"),
        Step(
            "Was it started with --web.enable-remote-write-receiver? Without it the log of the "
            "first says 404.",
            "curl -s http://{longterm}/api/v1/status/flags | grep -o 'remote-write-receiver[^,]*'",
        ),
        Step("Read the first server's log: status and answer of the last write."),
    ),
    then=(
        Step("Its disk is full: give it more, or keep less than 90 days."),
        Step(
            "`out of order` or `duplicate sample`: two servers write the same series. Let only one."
        ),
    ),
    causes=(
        Cause("The second server is down or starts.", "No answer; samples that wait grow."),
        Cause("It runs without its receiver switched on.", "404 in the log, since its last start."),
        Cause("Its disk is full.", "5xx; its log says `no space left on device`."),
        Cause("Two servers write the same series.", "400, out of order."),
        Cause("It is too slow.", "Shards are at their most, and samples that wait do not fall."),
    ),
    never=(
        (
            "Do not empty the first server's data to start afresh: its log holds what is yet to "
            "be sent."
        ),
    ),
    false=("A planned restart of the second server: what waits is sent afterwards.",),
    asks=(
        asks.series(
            "Samples that fail a second",
            "sum by (remote_name) (rate(prometheus_remote_storage_samples_failed_total[5m]))",
        ),
        asks.series(
            "Samples that wait", "max by (remote_name) (prometheus_remote_storage_samples_pending)"
        ),
        asks.series(
            "Shards, of the most that there may be",
            "max by (remote_name) (prometheus_remote_storage_shards / "
            "prometheus_remote_storage_shards_max)",
        ),
        asks.series(
            "Samples that are tried again",
            "sum by (remote_name) (rate(prometheus_remote_storage_samples_retried_total[5m]))",
        ),
    ),
)

STATEMENTS = (
    RULE_FAILING,
    REMOTE_WRITE_FAILING,
)
