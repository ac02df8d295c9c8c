"""Incidents: which are one, where they are, and what they say of an alert."""

from dataclasses import replace

import pytest

from exporter.catalog.signals import SIGNALS
from generators.tuning.incidents import Incident, IncidentOrigin, SignalSources, merged

SOURCES = SignalSources(SIGNALS)
HOUR = 3600.0


def derived(start: float, end: float | None, **more: object) -> Incident:
    """Return an incident that an objective's window shows."""
    one = Incident(id=f"o-{start:g}", start=start, end=end, severity="high")
    signals = frozenset({"availability"})
    return replace(one, **{"origin": IncidentOrigin.OBJECTIVE, "signals": signals, **more})


def test_an_incident_is_where_its_labels_are() -> None:
    """A label that the alert lacks says nothing against it."""
    one = derived(0, 1, labels=(("region", "us"), ("service_name", "ion")))
    assert one.is_at([("region", "us"), ("database_id", "db")])
    assert not one.is_at([("region", "eu")])


def test_derived_incidents_that_meet_are_one() -> None:
    """With the labels of both, all signals, and the greater severity; regions may differ."""
    both = (("region", "us"), ("service_name", "ion"))
    first = derived(0, HOUR, labels=both)
    second = derived(
        HOUR + 600,
        None,
        labels=(("region", "eu"), ("service_name", "ion")),
        signals=frozenset({"response_time_p95"}),
        severity="critical",
        origin=IncidentOrigin.BRIDGE,
    )
    (one,) = merged([second, first])
    assert (one.id, one.start, one.end) == ("o-0", 0, None)
    assert one.labels == (("service_name", "ion"),)
    assert (one.severity, one.origin) == ("critical", IncidentOrigin.BRIDGE)
    assert one.signals == {"availability", "response_time_p95"}


@pytest.mark.parametrize(
    "other", [derived(2 * HOUR, 3 * HOUR), derived(0, HOUR, labels=(("service_name", "b"),))]
)
def test_what_is_apart_stays_apart(other: Incident) -> None:
    """In time, or by another service."""
    one = derived(0, HOUR, labels=(("service_name", "a"),))
    assert len(merged([one, other])) == 2


def test_what_people_wrote_stays_as_it_is() -> None:
    """A derived incident that overlaps it is the same; two that people wrote are two."""
    written = Incident(id="INC-1", start=600, end=1200)
    again = replace(written, id="INC-2")
    assert merged([derived(0, HOUR), written, again]) == (written, again)


@pytest.mark.parametrize(
    ("signal", "from_", "judges"),
    [
        ("error_rate", {"availability"}, False),
        ("availability", {"error_rate"}, False),
        ("response_time_p95", {"latency"}, False),
        ("response_time_p95", {"availability"}, True),
        ("error_rate", {"availability", "latency"}, True),
        ("error_rate", set(), True),
        ("of_our_own", {"of_our_own"}, False),
        ("replication_lag", {"availability"}, True),
    ],
)
def test_an_alerts_own_source_does_not_judge_it(
    signal: str, from_: set[str], *, judges: bool
) -> None:
    """Error rate and availability are one source; what people wrote judges everything."""
    one = derived(0, 1, signals=frozenset(from_))
    assert SOURCES.judges(one, signal) is judges
