"""Runbook of signals that move together: where to look, never who is guilty."""

from generators.rules.correlation import ALERT, PAIRS, coefficient_name
from generators.rules.rows import Pair
from generators.runbooks import asks
from generators.runbooks import commands as run
from generators.runbooks.model import Ask, Cause, Language, Statement, Step


def _words(pair: Pair) -> str:
    effect, cause = (b.signal.name.replace("_", " ") for b in (pair.effect, pair.cause))
    return f"Coefficient of {effect} and {cause}"


def _coefficients() -> tuple[Ask, ...]:
    return tuple(asks.series(_words(pair), coefficient_name(pair)) for pair in PAIRS)


CORRELATED_CHANGE = Statement(
    alert=ALERT,
    when=(
        "the correlation of two signals in a region over {span}, what their weeks explain "
        "taken out, is above {limit}"
    ),
    means=(
        "Two signals of a region moved together over {span}, beyond what time of day and week "
        "explain. By itself it hurts nobody; beside another alert it says where to look first."
    ),
    why=(
        "A coefficient of {limit} over {span} is rare by chance, since both have to have "
        "moved, and what their weeks share is taken out before."
    ),
    first=(
        Step(
            "Does another alert fire for this region? Follow that one's runbook; this one is a "
            "hint for it."
        ),
        Step(
            "Which moved first? Put both differences on one graph, from the queries below. The "
            "first is the likelier cause."
        ),
        Step(
            "Look at what the first one's own causes are: connections and their states, or "
            "queries.",
            run.BACKENDS,
            Language.SQL,
        ),
    ),
    then=(
        Step("Queries moved first: read which take most time in sum.", run.SLOWEST, Language.SQL),
        Step("Neither was first: look for what moves both, such as a deploy.", run.REVISIONS),
    ),
    causes=(
        Cause(
            "The database slows the service down.",
            "Query time or connections moved first, response time or errors after.",
        ),
        Cause(
            "A third thing moves both: a deploy, traffic, a batch.",
            "Both moved in the same minutes; throughput or a deploy stands beside it.",
        ),
        Cause(
            "The service slows down, and holds its connections for longer.",
            "Response time moved first, connections after; queries are as fast as always.",
        ),
    ),
    never=(
        "Do not write it into a report as the cause. It says moved with, not caused by.",
        "Do not page anybody for it.",
    ),
    false=(
        "One short event that hit both, such as a restart: it stays in the window of {span}.",
        "A deploy that was meant to change both.",
    ),
    asks=(
        *_coefficients(),
        *(
            asks.series(
                f"{band.signal.name.replace('_', ' ').capitalize()}, less what its weeks explain",
                f"{band.name('value')} - {band.name('centre')}",
            )
            for band in dict.fromkeys(b for pair in PAIRS for b in (pair.effect, pair.cause))
        ),
        asks.signal("Requests a second", "throughput", "region"),
        asks.signal(
            "Mean time of queries by database", "query_time", "region", "database_id", "database"
        ),
    ),
)

STATEMENTS = (CORRELATED_CHANGE,)
