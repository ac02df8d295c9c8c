"""Runbooks of what the exporter costs, leaves out and refuses."""

from exporter.catalog.model import Reduce
from generators.runbooks import asks
from generators.runbooks import commands as run
from generators.runbooks.health import AGE, CODES
from generators.runbooks.model import Cause, Statement, Step

BUDGET_NEAR = Statement(
    alert="BudgetNear",
    when="what reading Cloud Monitoring costs a month, at the present rate, is more than 90 "
    "% of google.budget_usd_per_month",
    means=(
        "No user notices. The budget is not passed: polls are stretched instead, those "
        "first that no alert needs, so that dashboards get coarser."
    ),
    why="Above 90 % for an hour it is no burst of a start; there is still room to decide.",
    first=(
        Step("Which families return most series? Run the first query below."),
        Step("What would it cost, family by family?", "ionmon estimate --config monitoring.yaml"),
        Step(
            "Switch off what nobody looks at: google.families, enabled: false; or filter it by "
            "service, region or label."
        ),
    ),
    then=(
        Step("Read more seldom what may be old: google.families, interval."),
        Step(
            "Or raise google.budget_usd_per_month. Google bills 0.50 dollars a million series "
            "returned."
        ),
    ),
    causes=(
        Cause("More services, databases or regions than before.", "Series of all families grew."),
        Cause("One family with many label values.", "It leads the first query by far."),
        Cause("A new family or a shorter interval in monitoring.yaml.", "It began with a reload."),
        Cause("Calls are made again and again.", "Failures by status code rose."),
    ),
    never=("Do not run a second exporter to read the rest: Google bills both.",),
    false=("The first hour after many services were made at once.",),
    asks=(
        asks.increase(
            "Series returned in an hour, by family: this is what is billed",
            "ionmon_api_time_series_returned_total",
            "family",
            window="1h",
        ),
        asks.level(
            "Dollars a month at the present rate", "ionmon_cost_projected_dollars", Reduce.SUM
        ),
        asks.level(
            "Families that are read more seldom than asked for",
            "ionmon_poll_interval_stretch_ratio",
            Reduce.MAX,
            "gcp_project",
            "family",
        ),
        CODES,
    ),
)

COUNTER_GAP = Statement(
    alert="CounterGap",
    when="a counter lacks source time that no poll could read, within the last hour",
    means=(
        "What happened in that time is not in any count, and never will be. Error budgets "
        "have a hole there: errors of that time are not held against it, and neither are "
        "good requests."
    ),
    why="Any gap is told at once, since nothing can bring it back; it happens only after "
    "{lookback} of outage.",
    first=(
        Step("How long, and which families? Run the first query below."),
        Step(
            "How long was the exporter away? Its log says the time of the last poll and of the "
            "first."
        ),
        Step(
            "Note the gap where the error budget is reported: from, to, and that it is not counted."
        ),
    ),
    then=(
        Step("Read what happened in Cloud Monitoring's own console: it keeps six weeks."),
        Step(
            "Let it look back further after an outage: google.lookback, at most 6w. It costs "
            "nothing as long as none happens."
        ),
    ),
    causes=(
        Cause(
            "The exporter was down for longer than google.lookback.", "ExporterDown fired before."
        ),
        Cause("One family was switched off and on again.", "Only that family has a gap."),
        Cause(
            "Permission or quota was missing for as long.",
            "DataStale or CollectorFailing fired before.",
        ),
        Cause(
            "The state file was lost or moved aside.",
            "The log says so at the start; counting began anew.",
        ),
    ),
    never=("Do not correct totals by hand: rates and budgets are worked out from what rose.",),
    false=("A project that was added again after a pause.",),
    asks=(
        asks.increase(
            "Seconds without data, by family",
            "ionmon_data_gap_seconds_total",
            "gcp_project",
            "family",
            window="1h",
        ),
        AGE,
        asks.increase(
            "Points that came too late to be counted",
            "ionmon_points_too_late_total",
            "gcp_project",
            "family",
            window="1h",
        ),
        asks.increase(
            "Counters that started anew, and why",
            "ionmon_totals_restarted_total",
            "family",
            "reason",
            window="1h",
        ),
    ),
)

SERIES_DROPPED = Statement(
    alert="SeriesDropped",
    when="series of a family were left off the page within the last 15 minutes",
    means="No user notices. What is left off is in no dashboard and in no alert: sums may be "
    "too low.",
    why="A limit keeps Prometheus alive. For {hold} on end it is no burst but too many "
    "label values.",
    first=(
        Step("Which family, and why? Run the first query below. `limit` means too many series."),
        Step(
            "Which label has so many values? Count them on the page.",
            "curl -s http://{exporter}/metrics | grep '^FAMILY' | head -50",
        ),
        Step("Filter what is not needed: google.families, filters."),
    ),
    then=(
        Step("All of it is needed: raise series_limit, and look at Prometheus' memory."),
        Step("It comes from the application: give it route templates, never paths, as labels."),
    ),
    causes=(
        Cause(
            "A label with values without end: paths, users, addresses.",
            "The number of series only grows.",
        ),
        Cause(
            "More services or regions than the limit was made for.", "It stepped up with new ones."
        ),
        Cause("Old revisions or instances that stay in the data.", "It grows with each deploy."),
    ),
    never=(
        "Do not raise the limit without looking: ten times the series are ten times the memory.",
    ),
    false=("A load test that makes many endpoints, and is over.",),
    asks=(
        asks.increase(
            "Series left off, by family and reason",
            "ionmon_series_dropped_total",
            "family",
            "reason",
            window="15m",
        ),
        asks.level("Series on the page", "ionmon_series", Reduce.SUM, "collector"),
        asks.increase(
            "Series that the application left out itself",
            "ionmon_application_series_dropped_total",
            "application",
            window="15m",
        ),
        asks.series("Series that Prometheus holds", "prometheus_tsdb_head_series"),
    ),
)

SETTINGS_REFUSED = Statement(
    alert="SettingsRefused",
    when="the last load of the exporter's settings failed",
    means="Nothing is lost: the exporter runs on with the settings before. What was changed "
    "is not in force, and a restart would fail.",
    why="Five minutes are enough to see a mistake after a reload and to mend it.",
    first=(
        Step("Ask for the fault: it names the line, the key and what would be right.", run.DOCTOR),
        Step("Mend the file, or put the one before back."),
        Step(
            "Load it again: send SIGHUP to the process, or, where lifecycle is enabled:",
            "curl -X POST http://{exporter}/-/reload",
        ),
    ),
    then=(
        Step(
            "Check files before they are rolled out, in CI.",
            "ionmon configs --config monitoring.yaml --check",
        ),
    ),
    causes=(
        Cause("A misspelt key or a value without its unit.", "The log names line and key."),
        Cause(
            "A file that is named is not there, or may not be read: secret, certificate, "
            "credentials.",
            "The log names the file.",
        ),
        Cause("A program that rolls files out wrote half of one.", "The file ends in the middle."),
    ),
    never=("Do not restart the exporter now: it would not start with these settings.",),
    false=("A roll-out that writes its files one after the other, until the last is there.",),
    asks=(
        asks.series("Which exporter", "ionmon_config_last_reload_successful"),
        asks.series(
            "Seconds since settings were last loaded",
            "time() - ionmon_config_last_reload_success_timestamp_seconds",
        ),
        asks.series("Which settings are in force", "ionmon_config_hash_info"),
    ),
)

STATEMENTS = (
    BUDGET_NEAR,
    COUNTER_GAP,
    SERIES_DROPPED,
    SETTINGS_REFUSED,
)
