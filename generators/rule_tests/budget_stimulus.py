"""Requests of which a share is bad, as what an objective's budget is worked out from counts them.

Of slow requests, some lie between the two bounds beside the time that is promised, where there are
two: as many as can be, so that a wrong interpolation shows.
"""

from collections.abc import Iterator

from exporter.catalog import cloud_run
from exporter.catalog.expression import Complement, Ratio
from generators.alert_table import Objective
from generators.latency_buckets import bounds_of
from generators.policy import SIGNAL_BY_NAME
from generators.rule_tests.scenes import InputSet
from generators.rule_tests.stimulus import Given, InputSeries, Pairs, pairs_of, stimulus
from generators.rules.budgets import AVAILABILITY, EVERY_REQUEST, LATENCY

_MIDDLE = 0.5  # of the requests that can lie between two bounds


def requests(of: Objective, bad: float, given: Given) -> InputSet:
    """Return the counters of a service of whose requests a share is bad."""
    if not of.within:
        return stimulus(_errors(), bad, given)
    labels = pairs_of(cloud_run.REQUEST_DURATION, given)
    return tuple(_buckets(f"{cloud_run.REQUEST_DURATION.name}_bucket", labels, of, given.rise, bad))


def running(of: Objective, labels: dict[str, str], each: float, bad: float) -> InputSet:
    """Return the running counters of a service, `each` minute so many requests and bad ones."""
    order = cloud_run.REQUESTS.label_names
    if of.within:
        given = Given(0, labels)
        pairs = pairs_of(cloud_run.REQUEST_DURATION, given)
        return tuple(_buckets(LATENCY.running, pairs, of, each, bad / each if each else 0))
    found = []
    for code, rise in (("2xx", each - bad), ("5xx", bad)):
        own = {**labels, "response_code_class": code}
        pairs = tuple((label, own[label]) for label in order)
        found.append(InputSeries(AVAILABILITY.running, pairs, (rise,), counter=True))
    return tuple(found)


def _buckets(
    name: str, labels: Pairs, of: Objective, each: float, bad: float
) -> Iterator[InputSeries]:
    """Yield the buckets that are recorded, of `each` requests a minute."""
    found = bounds_of(of.within)
    fast, slow = each * (1 - bad), each * bad
    rises = [fast] * len(found)
    if len(found) > 1:
        low, high = found
        more = _MIDDLE * min(slow, fast * low.weight / high.weight)
        rises = [fast - more * high.weight / low.weight, fast + more]
    for bound, rise in zip(
        (*(b.text for b in found), *EVERY_REQUEST.values), (*rises, each), strict=True
    ):
        yield InputSeries(name, (*labels, ("le", bound)), (rise,), counter=True)


def _errors() -> Ratio:
    expression = SIGNAL_BY_NAME["availability"].expression
    if not isinstance(expression, Complement):
        raise TypeError("availability is one less the share of errors")
    return expression.ratio
