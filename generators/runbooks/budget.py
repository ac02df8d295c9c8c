"""Runbooks of the error budget: burning fast, burning long, spent, and soon to be spent."""

from exporter.catalog.model import Events, Matcher, Rate, Ratio
from generators.rules import slo
from generators.runbooks import asks
from generators.runbooks import commands as run
from generators.runbooks.model import Cause, Statement, Step

_SERVICE = ("region", "service_name")
_REQUESTS = asks.family("cloudrun_requests_total")
_SERVER = Events(_REQUESTS, (Matcher("response_code_class", ("5xx",)),))
_BY_REVISION = Step(
    "Count server errors by revision and status. One revision: the deploy.",
    run.entries(
        "httpRequest.status>=500", "resource.labels.revision_name,httpRequest.status", run.COUNTED
    ),
)
_DEPLOY = Step("Was there a deploy before it began? Compare times.", run.REVISIONS)
_ROLL_BACK = Step("There was: send traffic back to the revision before.", run.ROLL_BACK)
_LATEST = Step(
    "Release traffic again with the mended deploy: it is pinned after a roll-back.", run.TO_LATEST
)

_ASKS = (
    asks.per(
        "Which region the server errors are of", Ratio((_SERVER,), (Events(_REQUESTS),)), *_SERVICE
    ),
    asks.per("Server errors a second, to see how many users", Rate(_SERVER), *_SERVICE),
    asks.signal("Which endpoint", "error_rate_by_endpoint", "region", "endpoint"),
    asks.series(
        "How fast the budget burns over an hour; 1 is as fast as promised", slo.burn(slo.SHORT[2])
    ),
    asks.series("The same over six hours", slo.burn(slo.SHORT[-1])),
    asks.series("What is left of the budget; on the server with 90 days", slo.REMAINING),
    asks.series(
        "Seconds until it is spent, at the pace of the last six hours; same server", slo.EXHAUSTION
    ),
)
_FAST_CAUSES = (
    Cause(
        "The last deploy fails for all or for some requests.",
        "Errors are of one revision, and began when it went live.",
    ),
    Cause(
        "The database is down, full or out of connections.",
        "All regions that write fail at once; `cloudsql_up` is 0, or the log names connections.",
    ),
    Cause(
        "One region fails.",
        "The first query has one region far above the others.",
    ),
    Cause(
        "Instances are killed for memory, or requests run into their time-out.",
        "`Memory limit of ... exceeded` in the log, or status 504 after exactly the time-out.",
    ),
    Cause(
        "A dependency outside fails, and the service answers 500 for it.",
        "The log names one host; answers of endpoints without it are well.",
    ),
)
_SLOW_CAUSES = (
    Cause(
        "A defect that hits few requests: one endpoint, one kind of input, one customer.",
        "The errors are of one endpoint, at all hours, with the same exception in the log.",
    ),
    Cause(
        "Short outages that come again.",
        "Errors are none for hours, then many: deploys, restarts, cron jobs, cold starts.",
    ),
    Cause("A deploy of days ago.", "The burn rate over a day began to rise with it."),
    Cause(
        "A budget that is smaller than what the parts promise.",
        "It burns at about 1 all the time, without an incident: the objective is too tight.",
    ),
)
_NEVER = (
    "Do not raise the factor or lower the objective during an incident.",
    (
        "Do not silence it because the error rate has come down: what is spent stays spent "
        "for {window}."
    ),
)

SLA_BREACH = Statement(
    alert="SLABreach",
    means=(
        "Requests end in server errors so often that the promise of {objective} over "
        "{window} breaks soon: at this pace or faster all of its errors are used up in "
        "{gone}."
    ),
    why=(
        "The promise allows {budget} of all requests to fail, which is {outage} of full outage in "
        "{window}. It fires when so much of that is spent: {spends}. The short window of each pair "
        "says that it still goes on."
    ),
    first=(
        _BY_REVISION,
        _DEPLOY,
        _ROLL_BACK,
        Step(
            "No deploy: does the database run, and what was last done to it?",
            f"{run.INSTANCES}\n{run.OPERATIONS}",
        ),
        Step("Read what the service itself says of it.", run.LOGS),
    ),
    then=(
        Step(
            "Where one region alone fails and cannot be mended soon, take it out of the load "
            "balancer, if the others have room for its traffic.",
            run.AWAY_FROM_REGION,
        ),
        Step("Tell the users: what fails, since when, what is being done."),
        Step("Stop all deploys but the mend until a day has passed without this alert."),
        _LATEST,
    ),
    causes=_FAST_CAUSES,
    never=(*_NEVER, "Do not wait for more data: it has looked at enough of it, event by event."),
    false=(
        "After it is mended it fires on until the short window has emptied: {short}.",
        (
            "With little traffic few errors are a large share; it takes {least} errors in the long "
            "window to fire."
        ),
        (
            "A new server knows only part of a window, and takes the rest for free of errors: an "
            "outage is told at once, minutes with few errors are not."
        ),
    ),
    asks=_ASKS,
)
ERROR_BUDGET_BURN = Statement(
    alert="ErrorBudgetBurn",
    means=(
        "Server errors are few but go on: the budget of {window} will not last. No user is "
        "cut off, and nobody has to be woken."
    ),
    why=(
        "The budget is {budget} of all requests, which is {outage} of full outage in {window}. It "
        "fires when so much of that is spent: {spends}."
    ),
    first=(
        Step("Which region and endpoint? Run the first and the third query below, over a day."),
        _BY_REVISION,
        Step("Read the exception of one of them in full.", run.LOGS),
    ),
    then=(
        Step("Began with a deploy: roll back or mend it today.", run.ROLL_BACK),
        Step(
            "A defect: give it the priority that the budget gives it; see how long is left, "
            "last query."
        ),
        Step("Short outages: find what they share in time; look at deploys and cron jobs."),
        _LATEST,
    ),
    causes=_SLOW_CAUSES,
    never=_NEVER,
    false=(
        (
            "One short outage of the last days that is over and understood: it stays in the "
            "long window, but the short one ends the alert within {short}."
        ),
        "It takes {least} errors in the long window to fire.",
    ),
    asks=_ASKS,
)
ERROR_BUDGET_EXHAUSTED = Statement(
    alert="ErrorBudgetExhausted",
    means=(
        "Of the errors that {objective} over {window} allows, {value} or more have happened. At "
        "100 % the promise is broken, until enough of them have left the window."
    ),
    why="At {default} nothing is left to spend on deploys, experiments or maintenance.",
    first=(
        Step(
            "Does it still burn? If a burn rate below is above 1, treat that first: see SLABreach."
        ),
        Step("Find when it was spent: open the dashboard over {window}."),
        Step(
            "Hold back what is risky: deploys of features, migrations, changes of infrastructure."
        ),
    ),
    then=(
        Step("Tell those to whom it was promised, as the contract says."),
        Step(
            "Spend the time on what spent the budget: the incidents of the window, the largest "
            "first."
        ),
        Step("Deploy on only when it is above 0 again; errors leave the window as they age."),
    ),
    causes=(
        Cause("One long outage.", "The budget fell in one step."),
        Cause("Several short ones.", "It fell in steps; look at what they share."),
        Cause(
            "A slow burn that nobody mended.",
            "It fell in a line; ErrorBudgetBurn has fired for days.",
        ),
    ),
    never=_NEVER,
    false=(
        (
            "Where less than {window} of past is kept, the budget is worked out from what there "
            "is, as a share of the whole window. It does not fire early for that."
        ),
        (
            "After a gap in what the exporter counted (see CounterGap) errors and requests are "
            "both missing."
        ),
    ),
    asks=_ASKS,
)
ERROR_BUDGET_TREND = Statement(
    alert="ErrorBudgetTrend",
    when="the error budget of a service is spent within {within}, at the pace of the last "
    "six hours, in which it had {least} errors or more",
    means=(
        "Nothing is broken yet. If errors go on like in the last six hours, the budget of "
        "{window} is spent within {within}."
    ),
    why="{within} are enough to find and mend a defect in working hours, before the promise "
    "breaks.",
    first=(
        Step("Which region and endpoint burn it? Run the first and the third query below."),
        Step("When did it begin? Open the dashboard, and compare with deploys.", run.REVISIONS),
        _BY_REVISION,
    ),
    then=(Step("Mend it, or roll back, within the days that are left.", run.ROLL_BACK), _LATEST),
    causes=_SLOW_CAUSES,
    never=_NEVER,
    false=(
        "A short outage within the last six hours, which is over: the pace falls by itself.",
        "A budget that is nearly spent is spent soon at any pace.",
    ),
    asks=_ASKS,
)

STATEMENTS = (SLA_BREACH, ERROR_BUDGET_BURN, ERROR_BUDGET_EXHAUSTED, ERROR_BUDGET_TREND)
