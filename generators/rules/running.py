"""Running counters: the exporter's own counters, recorded each minute for the server with 90 days.

A gap in scrapes or evaluations heals: `increase` compares what is there before the gap and after
it. One recorded series a raw series, never a sum: of a sum, `increase` would take the end of one
series for a reset, and count the rest of it again. So windows are added up after `increase`.
The window of an objective is too long for a sample a minute: it reads sparse copies.
"""

from exporter.catalog import application, cloud_run
from exporter.catalog.expression import Matcher
from exporter.catalog.model import Family
from exporter.catalog.own import COUNTING_START
from exporter.catalog.walk import counts_source_time
from generators.policy import DAY
from generators.rules.model import Recording
from generators.rules.names import series, span
from generators.selectors import by_clause, selector

COUNTED = (cloud_run.REQUESTS, application.REQUESTS)
SPARSE = 5 * 60  # seconds between the samples of sparse copies
_TARGET, _HISTORY = ("job", "instance"), "history"


def name(family: Family, suffix: str = "") -> str:
    """Return the name of a counter's recorded series, which have all of its labels."""
    counter = family.name.removesuffix("_total") + suffix
    return series(family.label_names, counter, "longterm_total")


def sparse(counter: str) -> str:
    """Return the name of the copy with a sample every five minutes, of a series of each minute."""
    metric, _, operation = counter.rpartition(":")
    return f"{metric}_each{span(SPARSE)}:{operation}"


def held(series: str) -> str:
    """Return the newest value of what another group records each five minutes.

    Prometheus looks back as far as that: while the next value is worked out there would be none. A
    rule that is evaluated just then would meet the gap each time, and an alert begin to wait anew.
    """
    return f"last_over_time({series}[{span(2 * SPARSE)}])"


def copied(source: str, labels: tuple[str, ...]) -> Recording:
    """Return the rule for the sparse copy of what only rises.

    What was not there at the sample before begins with its first value, not with its newest one:
    that is a base for `increase`, and what came before it would not be counted.
    """
    step = span(SPARSE)
    text = f"{source} and {source} offset {step}\nor min_over_time({source}[{step}])"
    return Recording(sparse(source), text, labels)


def recordings(missing: frozenset[str]) -> tuple[Recording, ...]:
    """Return the rules for the counters of COUNTED, but for those of missing families."""
    return tuple(
        Recording(name(family), _of_histories(family, family.name), labels(family))
        for family in COUNTED
        if family.name not in missing
    )


def buckets(family: Family, chosen: str) -> Recording:
    """Return the rule for the buckets of a histogram that a query chooses."""
    text = _of_histories(family, chosen)
    return Recording(name(family, "_bucket"), text, (*labels(family), "le"))


def labels(family: Family) -> tuple[str, ...]:
    """Return the labels of a counter's recorded series."""
    return (*_TARGET, *family.label_names, _HISTORY)


def _of_histories(family: Family, counters: str) -> str:
    """Return counters of a family, separated by when their counting began, where that is known.

    Behind one scrape address another exporter may answer, with other totals. Its first one is a
    base, as that of any other series, and neither a rise nor a reset.
    """
    if not (counts_source_time(family) and "gcp_project" in family.label_names):
        return counters
    began = selector(COUNTING_START.name, (Matcher("family", (family.name,)),))
    on = ", ".join((*_TARGET, "gcp_project"))
    return (
        f"{counters}\n* on ({on}) group_left ({_HISTORY})\n"
        f'count_values by ({on}) ("{_HISTORY}", {began})\n'
        f"or {counters} unless on ({on}) {began}"
    )


def of_existing(text: str, counters: str, by: tuple[str, ...]) -> str:
    """Return a query without what had no event for a day: it does not exist any more."""
    return f"{text}\nand {counted(counters, span(DAY), by)} > 0"


def counted(counters: str, window: str, by: tuple[str, ...]) -> str:
    """Return the query of the events of running counters within a range."""
    return f"sum{by_clause(by)} (increase({counters}[{window}]))"
